"""Where a project's files lie, and how a file gets there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from piximi_core.disk import is_full, replace_whole
from piximi_core.errors import BadInput, NoSpace, PiximiError

__all__ = [
    "SPACE_TO_WORK",
    "ProjectFiles",
    "disk_errors_in_words",
    "disk_trouble",
    "hash_file",
    "replace_atomically",
    "require_space",
    "says_full",
]

SPACE_TO_WORK = 10_000_000
"""Bytes that a disk must have free for a project to be worked on at all."""

_LOCKED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True)
class ProjectFiles:
    """The places inside one project folder (see docs/architecture for the tree)."""

    folder: Path

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return self.folder / "project.sqlite"

    @property
    def runs(self) -> Path:
        """One folder for each training."""
        return self.folder / "runs"

    @property
    def jobs(self) -> Path:
        """One folder for each other job."""
        return self.folder / "jobs"

    @property
    def cache(self) -> Path:
        """What may be deleted at any time."""
        return self.folder / "cache"

    @property
    def backups(self) -> Path:
        """Copies of the database."""
        return self.folder / "backups"

    def original(self, sha256: str, extension: str) -> Path:
        """Return where the original with this content hash is kept."""
        return self.folder / "images" / sha256[:2] / f"{sha256}.{extension}"

    def thumbnail(self, sha256: str) -> Path:
        """Return where the thumbnail of this original is cached."""
        return self.cache / "thumbs" / sha256[:2] / f"{sha256}.jpg"

    def run(self, run_id: str) -> Path:
        """Return the folder of one training."""
        return self.runs / run_id

    def make(self) -> None:
        """Create the folders of a new project."""
        for folder in (self.folder / "images", self.runs, self.jobs, self.cache, self.backups):
            folder.mkdir(parents=True, exist_ok=True)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replace_atomically(target: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path to write; on success it becomes ``target`` in one rename.

    Parameters
    ----------
    target
        The file to create or replace; its folder is made if missing.
    durable
        Flush file and folder to the disk. Caches that can be made again do without.

    Raises
    ------
    NoSpace
        The disk (or a quota) is full; ``target`` is as it was before.
    BadInput
        The folder may not be written.
    """
    with disk_errors_in_words(target), replace_whole(target, durable=durable) as part:
        yield part


@contextmanager
def disk_errors_in_words(target: Path) -> Iterator[None]:
    """Turn "no space" and "not allowed" of the system, and of SQLite, into one sentence."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise _no_space(target) from error
        if error.errno in _LOCKED and _lies_in(error.filename, target):
            raise BadInput(
                "{target} could not be written to {parent} ({reason}); check "
                "who owns that folder, or choose another one.",
                target=target.name,
                parent=target.parent,
                reason=error.strerror,
            ) from error
        raise
    except (sqlite3.OperationalError, OperationalError) as error:
        if says_full(str(getattr(error, "orig", error))):
            raise _no_space(target) from error
        raise


def disk_trouble(error: BaseException) -> PiximiError | None:
    """Return an error that nobody foresaw in words, if a full or read-only disk is behind it."""
    name = getattr(error, "filename", None)
    shown = Path(name).name if isinstance(name, str | os.PathLike) else ""
    if is_full(error) or says_full(str(getattr(error, "orig", ""))):
        return NoSpace(
            "The disk is full: about {needed_mb} MB are needed; free some space and try again.",
            needed_mb=SPACE_TO_WORK // 1_000_000,
        )
    if isinstance(error, OSError) and error.errno in _LOCKED:
        return BadInput(
            "The file or folder {shown!r} cannot be used ({reason}); check who owns it.",
            shown=shown,
            reason=error.strerror,
        )
    return None


def says_full(reason: str) -> bool:
    """Whether SQLite's words mean, or may mean, that the disk is full."""
    return "disk is full" in reason or "disk I/O error" in reason


def _no_space(target: Path) -> NoSpace:
    return NoSpace(
        "The disk is full: about {needed_mb} MB are needed to write "
        "{target} to {parent}; free some space there and try again.",
        needed_mb=SPACE_TO_WORK // 1_000_000,
        target=target.name,
        parent=target.parent,
    )


def _lies_in(name: object, target: Path) -> bool:
    """Whether a file that could not be written is the target or beside it, not one that is read."""
    return isinstance(name, str | os.PathLike) and Path(name).absolute().is_relative_to(
        target.absolute().parent
    )


def require_space(folder: Path, needed_bytes: int) -> None:
    """Refuse early when a disk cannot hold what is about to be written.

    Raises
    ------
    NoSpace
        Fewer than ``needed_bytes`` (plus a reserve of 100 MB) are free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + 100_000_000:
        raise NoSpace(
            "The disk of {folder} has {free_mb} MB free, but about "
            "{needed_mb} MB are needed; free some space first.",
            folder=folder,
            free_mb=free // 1_000_000,
            needed_mb=(needed_bytes + 100_000_000) // 1_000_000,
        )
