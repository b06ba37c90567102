"""How a file gets onto a disk whole or not at all, and how a full disk shows.

The sentence that tells people what could not be written stays with whoever writes.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["DAY", "flush_file", "flush_folder", "is_full", "replace_whole", "sweep"]

DAY = 24 * 3600
"""In seconds. What nobody has touched for so long, a killed process has left."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: BaseException) -> bool:
    """Whether it says that a disk, a quota or a file size limit is full."""
    return isinstance(error, OSError) and error.errno in _FULL


def flush_file(path: Path) -> None:
    """Wait until what was written to a file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make renames and removals inside a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replace_whole(target: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path to write; on success it becomes ``target`` in one rename.

    Parameters
    ----------
    target
        The file to create or replace; its folder is made if missing.
    durable
        Flush file and folder to the disk. Caches that can be made again do without.
    """
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        if durable:
            flush_folder(target.parent.parent)
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        yield part
        if durable:
            flush_file(part)
        part.replace(target)
        if durable:
            flush_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def sweep(found: Iterable[Path], seconds: float = DAY) -> None:
    """Delete the files and folders among these that nobody has touched for so long."""
    limit = time.time() - seconds
    for left in found:
        with suppress(OSError):  # gone meanwhile
            if left.stat().st_mtime >= limit:
                continue
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()
