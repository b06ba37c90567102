"""Write beside, check, force to disk, rename: a reader sees the old files or the new ones."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from piximi_core.disk import flush_folder, is_full
from piximi_core.errors import NoSpace

__all__ = ["flushed_write", "make_sure_of_room", "put", "workshop"]


@contextlib.contextmanager
def workshop(folder: Path, what: str) -> Iterator[Path]:
    """Give a temporary folder on the file system of `folder`, removed afterwards in any case.

    Parameters
    ----------
    folder : Path
        Where the finished files will be renamed to; made if missing.
    what : str
        What is being written, for the message when the disk is full.

    Raises
    ------
    NoSpace
        If the disk, a quota or a file size limit is full.
    """
    temporary: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.mkdtemp(prefix=".writing-", dir=folder)
        yield Path(temporary)
    except OSError as error:
        if not is_full(error):
            raise
        raise NoSpace(
            "There is no room on the disk for {what}; nothing was written. Free some space and"
            " try again.",
            what=what,
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def make_sure_of_room(folder: Path, size: int) -> None:
    """Fill a scratch file with `size` bytes and remove it again.

    HDF5, through which the converter writes, ends the whole process when the disk is full: the
    refusal has to come before.

    Raises
    ------
    OSError
        That the disk, a quota or a file size limit is full; `workshop` turns it into `NoSpace`.
    """
    scratch = folder / "room"
    # Random, so that a compressing file system takes it for what weights are.
    block = os.urandom(2**20)
    try:
        with scratch.open("xb") as stream:
            for start in range(0, size, len(block)):
                stream.write(block[: size - start])
            stream.flush()
            os.fsync(stream.fileno())
    finally:
        scratch.unlink(missing_ok=True)


def flushed_write(path: Path, content: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def put(path: Path, target: Path) -> None:
    """Rename a finished file or folder into place, and make the rename itself last."""
    path.replace(target)
    flush_folder(target.parent)
