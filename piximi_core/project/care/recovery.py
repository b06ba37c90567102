"""A damaged database replaced by its newest good backup; what was damaged is kept aside."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from piximi_core.disk import flush_file, flush_folder
from piximi_core.errors import BadInput, NoSpace, PiximiError
from piximi_core.messages import from_text
from piximi_core.project.database.backups import Backup, newest_good_backup
from piximi_core.project.database.lock import writer_lock
from piximi_core.project.database.sqlite_files import copy_database, damage_of, open_to_read
from piximi_core.project.database.store import open_store
from piximi_core.project.database.upgrades import bring_up_to_date
from piximi_core.project.files import ProjectFiles, disk_errors_in_words

__all__ = ["DAMAGED", "LOST", "Replaced", "replace_damaged"]

DAMAGED = "damaged-"
"""What the folders in ``backups`` begin with that keep a damaged database."""
LOST = "lost.json"
"""The file in such a folder that says what the recovery brought back and what it could not."""

_FILES = ("project.sqlite", "project.sqlite-wal", "project.sqlite-shm")
# Beyond every number that a page which is still open has seen.
_REVISIONS_AHEAD = 1_000_000


@dataclass(frozen=True)
class Replaced:
    """What took the place of a damaged database.

    Attributes
    ----------
    damage
        What was wrong, as SQLite says it.
    backup
        The copy that took its place.
    steps
        What was done after the backup, oldest first, as far as the damaged database tells.
    aside
        The folder that keeps the damaged database.
    """

    damage: str
    backup: Backup
    steps: tuple[str, ...]
    aside: Path


def replace_damaged(folder: Path, complete: Callable[[Path], None]) -> Replaced:
    """Put the newest good backup in the place of a damaged or missing database.

    Whatever kills the program, the project holds the damaged database or the whole new one.

    Parameters
    ----------
    complete
        Brings into the draft, before it counts, what else is known of the project.

    Raises
    ------
    BadInput
        The database is not damaged, or there is no good backup of it.
    NoSpace
        The disk is full; the damaged database stands as it was.
    """
    files = ProjectFiles(folder)
    with writer_lock(folder), disk_errors_in_words(files.database):
        damage = damage_of(files.database)
        if damage is None:
            raise BadInput(
                "The database of {project!r} can be read, so there is nothing to recover; "
                "to go back to an earlier state, restore a backup.",
                project=folder.name,
            )
        backup = newest_good_backup(folder)
        if backup is None:
            raise BadInput(
                "The project {project!r} has no backup that can be read; put back a copy of "
                "its folder that you kept, or an archive.",
                project=folder.name,
            )
        _require_room(folder, 2 * backup.size)
        draft = files.backups / f".draft-{backup.name}"
        try:
            draft.unlink(missing_ok=True)
            copy_database(backup.path, draft)
            bring_up_to_date(draft)
            complete(draft)
            _count_on(draft)
            aside = _set_aside(files)
            steps = _steps_after(aside / "project.sqlite", backup.path)
            _put(draft, files)
        finally:
            draft.unlink(missing_ok=True)
    return Replaced(damage, backup, steps, aside)


def _require_room(folder: Path, needed: int) -> None:
    needed += 1_000_000
    if shutil.disk_usage(folder).free < needed:
        raise NoSpace(
            "The disk is full: about {needed_mb} MB are needed to recover the "
            "project {project!r}; free some space there and try again.",
            needed_mb=needed // 1_000_000 + 1,
            project=folder.name,
        )


def _count_on(draft: Path) -> None:
    with closing(sqlite3.connect(draft)) as db, db:
        db.execute("UPDATE recording SET step = NULL, revision = revision + ?", (_REVISIONS_AHEAD,))


def _set_aside(files: ProjectFiles) -> Path:
    """Keep the damaged files beside the backups; they stay where they are until replaced."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = files.backups / f"{DAMAGED}{stamp}"
    aside.mkdir()
    for name in _FILES:
        source = files.folder / name
        if source.exists():
            try:
                os.link(source, aside / name)
            except OSError:  # a file system without links
                shutil.copyfile(source, aside / name)
    flush_folder(aside)
    return aside


def _put(draft: Path, files: ProjectFiles) -> None:
    # A connection that is still open would remove the new database's log when it closes.
    with suppress(PiximiError):
        open_store(files.folder).close()
    flush_file(draft)
    # The damaged log first: SQLite would play it into the new database.
    for name in _FILES[1:]:
        (files.folder / name).unlink(missing_ok=True)
    draft.replace(files.database)
    flush_folder(files.folder)


def _steps_after(damaged: Path, backup: Path) -> tuple[str, ...]:
    """Return what was done after a backup, as far as a damaged database can be read."""
    with closing(open_to_read(backup)) as db:
        newest = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'steps'").fetchone()
    query = "SELECT label FROM steps WHERE id > ? AND NOT undone ORDER BY id"
    found: list[str] = []
    with suppress(sqlite3.Error), closing(open_to_read(damaged)) as db:
        for (label,) in db.execute(query, (newest[0] if newest else 0,)):
            found.append(from_text(str(label)))
    return tuple(found)
