"""Originals that nothing refers to any more: found, and deleted when nobody can miss them.

An original is needed while the database, its undo journal, a kept backup or a run names it, and
while the report of a recovery does that could not bring its image back.
Refused images, and images whose deletion has left the history, leave files that nobody needs.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from piximi_core.project.care.recovery import DAMAGED, LOST
from piximi_core.project.database.backups import list_backups
from piximi_core.project.database.lock import writer_lock
from piximi_core.project.database.sqlite_files import open_to_read
from piximi_core.project.files import ProjectFiles

__all__ = [
    "YOUNG_SECONDS",
    "collect_originals",
    "needed_originals",
    "unneeded_originals",
    "used_originals",
]

YOUNG_SECONDS = 24 * 3600.0
"""How long an original is left alone: what brought it may not be over."""

_ORIGINAL = re.compile(r"([0-9a-f]{64})\.[A-Za-z0-9.]+")
_OUT = ".collected"


def needed_originals(folder: Path) -> set[str]:
    """Return the SHA-256 of the stored originals that something refers to."""
    files = ProjectFiles(folder)
    needed = used_originals(folder, files.database)
    for backup in list_backups(folder):
        # A copy that cannot be read is nothing that anyone restores.
        with suppress(sqlite3.DatabaseError):
            needed.update(_named_in(backup.path))
    for lost in files.backups.glob(f"{DAMAGED}*/{LOST}"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            needed.update(json.loads(lost.read_text(encoding="utf-8"))["originals"])
    return needed


def used_originals(folder: Path, database: Path) -> set[str]:
    """Return the SHA-256 of those that a database, its journal or a run refers to."""
    used = set(_named_in(database))
    for table in ProjectFiles(folder).runs.glob("*/data.csv"):
        with suppress(OSError, KeyError), table.open(newline="", encoding="utf-8") as rows:
            used.update(row["file_sha256"] for row in csv.DictReader(rows))
    return used


def _named_in(database: Path) -> Iterator[str]:
    with closing(open_to_read(database)) as db:
        yield from (str(row[0]) for row in db.execute("SELECT file_sha256 FROM images"))
        for side in ("before", "after"):
            query = (
                f"SELECT json_extract({side}, '$.file_sha256') FROM journal "
                f"WHERE \"table\" = 'images' AND {side} IS NOT NULL"
            )
            yield from (str(row[0]) for row in db.execute(query))


def unneeded_originals(folder: Path, *, youngest: float = YOUNG_SECONDS) -> list[Path]:
    """Return the originals that nothing refers to, but for those that came just now.

    Parameters
    ----------
    youngest
        How many seconds one must have been there.
    """
    needed = needed_originals(folder)
    limit = time.time() - youngest
    found = []
    for path in (folder / "images").glob("??/*"):
        match = _ORIGINAL.fullmatch(path.name)
        # Half-made files begin with a dot; a killed import leaves them.
        if (match is None and path.name.startswith(".")) or (match and match[1] not in needed):
            with suppress(OSError):  # gone meanwhile
                if path.stat().st_mtime < limit:
                    found.append(path)
    return found


def collect_originals(folder: Path, is_quiet: Callable[[], bool]) -> int:
    """Delete the originals that nothing refers to; return the bytes that this frees.

    Parameters
    ----------
    is_quiet
        Tells that no job stands whose result is not in the project: it may have found its
        originals here already. Asked before, and again once the files are out of sight.
    """
    out = folder / "images" / _OUT
    # No result can be applied meanwhile.
    with writer_lock(folder):
        _put_back(folder, out)
        if not is_quiet():
            return 0
        moved = _take_out(folder, out)
        if not is_quiet():
            _put_back(folder, out)
            return 0
        freed = sum(path.stat().st_size for path in moved)
        shutil.rmtree(out, ignore_errors=True)
    files = ProjectFiles(folder)
    for path in moved:
        files.thumbnail(path.name.split(".")[0]).unlink(missing_ok=True)
    return freed


def _take_out(folder: Path, out: Path) -> list[Path]:
    moved = []
    for path in unneeded_originals(folder):
        out.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            moved.append(path.rename(out / path.name))
    return moved


def _put_back(folder: Path, out: Path) -> None:
    """Bring back what was taken out, also by a process that was killed then."""
    for path in out.iterdir() if out.is_dir() else ():
        home = folder / "images" / path.name.lstrip(".")[:2]
        home.mkdir(exist_ok=True)
        path.rename(home / path.name)
