"""Copies of a project's database, taken through SQLite itself, kept for a week and put back.

A copy is one whole file in ``backups``, checked before it counts. A copy is put back in one
transaction, so that pages which have the project open just see it change.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from piximi_core.disk import sweep
from piximi_core.errors import (
    BadInput,
    DamagedProject,
    NoSpace,
    NotFound,
    PiximiError,
    ProjectBusy,
)
from piximi_core.project.database import schema
from piximi_core.project.database.lock import writer_lock
from piximi_core.project.database.sqlite_files import copy_database, damage_of, open_to_read
from piximi_core.project.database.upgrades import bring_up_to_date
from piximi_core.project.files import (
    ProjectFiles,
    disk_errors_in_words,
    replace_atomically,
    require_space,
)

__all__ = [
    "Backup",
    "back_up",
    "back_up_if_due",
    "find_backup",
    "list_backups",
    "newest_good_backup",
    "restore_backup",
    "spare_backups",
    "upgrade_project",
]

NEWEST_KEPT = 10
DAYS_KEPT = 7
EVERY_SECONDS = 3600.0

_STAMP = "%Y%m%dT%H%M%S.%fZ"
_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-(hour|asked|restore|format)(?:-(\d{1,6}))?\.sqlite")
# What came of trainings and jobs is no edit: an older state of the project still knows of it.
_FACTS = {"runs": "REPLACE", "applied_jobs": "IGNORE", "applied_actions": "IGNORE"}


@dataclass(frozen=True)
class Backup:
    """One copy of the database.

    Attributes
    ----------
    name
        The name of its file in ``backups``.
    at
        When it was taken, in seconds since the epoch.
    reason
        ``hour`` (by the program, at work), ``asked`` (by a person), ``restore`` (before another
        was put back), ``format`` (before a newer program changed the tables).
    """

    name: str
    path: Path
    at: float
    reason: str
    size: int


def list_backups(folder: Path) -> list[Backup]:
    """Return the copies of a project's database, newest first; not whether they are good.

    Newest is what holds the latest revision, which every change and every restoring raises; the
    moments in the names are those of a clock, which may have been wrong.
    """
    kept = ProjectFiles(folder).backups
    found = []
    for path in kept.iterdir() if kept.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        with suppress(OSError, ValueError):  # gone meanwhile, or no moment at all
            if match:
                at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC).timestamp()
                found.append(Backup(path.name, path, at, match[2], path.stat().st_size))
    return sorted(found, key=_rank, reverse=True)


def _rank(backup: Backup) -> tuple[int, str]:
    with suppress(OSError):
        changed = backup.path.stat().st_mtime_ns
        return _revision_then(backup.path, backup.size, changed) or -1, backup.name
    return -1, backup.name


@lru_cache(maxsize=1024)
def _revision_then(path: Path, _size: int, _changed: int) -> int | None:
    # A copy is never written again, so it is opened once.
    return _revision(path)


def find_backup(folder: Path, name: str) -> Backup:
    """Return a copy by the name of its file, or by ``latest``.

    Raises
    ------
    NotFound
        There is none of this name.
    """
    known = list_backups(folder)
    for backup in known:
        if name in (backup.name, "latest"):
            return backup
    raise NotFound(
        "The project {project!r} has no such backup; look again at the list.", project=folder.name
    )


def newest_good_backup(folder: Path) -> Backup | None:
    """Return the newest copy that is whole, None without one."""
    return next((one for one in list_backups(folder) if damage_of(one.path) is None), None)


def back_up(folder: Path, reason: str = "asked") -> Backup:
    """Take a copy now, and let go of those that are no longer kept.

    Raises
    ------
    DamagedProject
        The database is damaged: a copy of it would be too.
    NoSpace
        The disk cannot hold it.
    """
    files = ProjectFiles(folder)
    files.backups.mkdir(exist_ok=True)
    require_space(files.backups, files.database.stat().st_size if files.database.exists() else 0)
    moment = datetime.now(UTC)
    path = files.backups / f"{moment.strftime(_STAMP)}-{reason}.sqlite"
    with replace_atomically(path) as part:
        try:
            copy_database(files.database, part)
            reason_why_not = damage_of(part)
        except sqlite3.OperationalError as error:
            raise _not_now(folder, str(error)) from error
        except sqlite3.DatabaseError as error:
            reason_why_not = str(error)
        if reason_why_not:
            raise DamagedProject(
                "The database of {project!r} is damaged ({reason}); recover the "
                "project from its newest backup in the list of projects.",
                project=folder.name,
                reason=reason_why_not,
            )
    _let_go(folder)
    return find_backup(folder, path.name)


def _not_now(folder: Path, reason: str) -> PiximiError:
    """Say why no copy could be taken of a database whose pages may be good."""
    if "full" in reason:
        return NoSpace(
            "The disk is full: no backup of {project!r} was taken; free some space first.",
            project=folder.name,
        )
    return ProjectBusy(
        "The database of {project!r} cannot be read at this moment ({reason}); try again.",
        project=folder.name,
        reason=reason,
    )


def back_up_if_due(folder: Path, *, now: datetime | None = None) -> Backup | None:
    """Take a copy if something changed since the newest one and that is an hour old.

    So the first opening of a day takes one, and long work every hour. A clock that was ahead for an
    evening left copies of a time that has yet to come: those say nothing about age.
    """
    moment = (now or datetime.now(UTC)).timestamp()
    known = list_backups(folder)
    past = [backup.at for backup in known if backup.at <= moment]
    if past and moment - max(past) < EVERY_SECONDS:
        return None
    present = _revision(ProjectFiles(folder).database)
    if present == (_revision(known[0].path) if known else 0):
        return None
    return back_up(folder, "hour")


def _revision(database: Path) -> int | None:
    """Return the revision in a database, None if it cannot be read."""
    try:
        with closing(open_to_read(database)) as db:
            return int(db.execute("SELECT revision FROM recording").fetchone()[0])
    except (sqlite3.DatabaseError, TypeError):
        return None


def spare_backups(folder: Path) -> list[Backup]:
    """Return the copies that need not be kept, by age.

    Kept are the newest `NEWEST_KEPT`, the last one of each of the last days on which copies were
    taken (this one and `DAYS_KEPT` before), and those from before a newer program changed the
    tables. The clock is not asked: one that is wrong for an evening would cost a week of copies.
    """
    known = list_backups(folder)
    kept = {backup.name for backup in known[:NEWEST_KEPT]}
    days: set[str] = set()
    for backup in known:
        day = backup.name[:8]
        if backup.reason == "format" or (day not in days and len(days) <= DAYS_KEPT):
            kept.add(backup.name)
        days.add(day)
    return [backup for backup in known if backup.name not in kept]


def _let_go(folder: Path) -> None:
    for backup in spare_backups(folder):
        backup.path.unlink(missing_ok=True)
    # What a killed copying left.
    sweep(left for left in ProjectFiles(folder).backups.glob(".*") if left.is_file())


def restore_backup(folder: Path, name: str) -> Backup:
    """Put a copy back in one transaction; return the copy of the present state taken before.

    Trainings stay, and so does what jobs have brought in: their results are not applied again. The
    caller sees to it that no job of the project is under way.

    Raises
    ------
    NotFound
        There is no such copy.
    BadInput
        It is damaged, or from a newer program.
    DamagedProject
        The present database is damaged, which `recovery` is for.
    """
    files = ProjectFiles(folder)
    with writer_lock(folder):
        wanted = find_backup(folder, name)
        why_not = damage_of(wanted.path)
        if why_not:
            raise BadInput("This backup is damaged ({reason}); choose another one.", reason=why_not)
        draft = files.backups / f".draft-{wanted.name}"
        try:
            # Before the present is copied, which may let go of the oldest copy.
            copy_database(wanted.path, draft)
            present = back_up(folder, "restore")
            bring_up_to_date(draft)
            _carry_facts(present.path, draft)
            _put_in_place(draft, files)
            # After damage, this state is to come back and not the one that was left on purpose.
            back_up(folder, "hour")
        finally:
            _remove(draft)
    return present


def _remove(database: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        database.with_name(f"{database.name}{end}").unlink(missing_ok=True)


def upgrade_project(folder: Path) -> None:
    """Bring an older program's project up to date: a copy is changed, checked, and put in place.

    Whatever kills the program, the project is of the version before or of this one. A backup of
    what it was is kept.

    Raises
    ------
    DamagedProject
        The database is damaged, so that no copy of it is worth changing.
    BadInput
        The changed copy is not as it should be; the project stays as it was.
    NoSpace
        The disk cannot hold the copies.
    ProjectBusy
        Another program is writing.
    """
    files = ProjectFiles(folder)
    draft = files.backups / ".upgrade.sqlite"
    with writer_lock(folder), disk_errors_in_words(files.database):
        with closing(open_to_read(files.database)) as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version >= schema.SCHEMA_VERSION:
            return  # another program was quicker
        try:
            _remove(draft)  # of one that was killed
            kept = _kept_before_upgrade(folder, version)
            require_space(files.backups, 2 * kept.size)
            copy_database(kept.path, draft)
            bring_up_to_date(draft)
            with closing(sqlite3.connect(draft)) as db, db:
                db.execute("UPDATE recording SET revision = revision + 1")
            _put_in_place(draft, files)
        finally:
            _remove(draft)


def _kept_before_upgrade(folder: Path, version: int) -> Backup:
    """Return a backup of the present state; attempts that fail do not pile up copies of it."""
    known = list_backups(folder)
    present = _revision(ProjectFiles(folder).database)
    for backup in known[:1]:
        if backup.reason == "format" and _revision(backup.path) == present:
            return backup
    return back_up(folder, f"format-{version}")


def _put_in_place(draft: Path, files: ProjectFiles) -> None:
    """Make a database the project's in one transaction: whoever has it open sees it change."""
    try:
        with closing(open_to_read(draft)) as new, closing(sqlite3.connect(files.database)) as db:
            db.execute("PRAGMA synchronous = FULL")
            new.backup(db)
    except sqlite3.OperationalError as error:
        raise _not_now(files.folder, str(error)) from error


def _carry_facts(present: Path, draft: Path) -> None:
    """Let an older state know of what is no edit, and count on from the present revision."""
    with closing(sqlite3.connect(draft)) as db, db:
        db.execute("ATTACH ? AS present", (str(present),))
        known = {row[0] for row in db.execute("SELECT name FROM present.sqlite_master")}
        for table, way in _FACTS.items():
            if table not in known:
                continue  # a project of an earlier version has no such table
            wanted = {str(row[1]) for row in db.execute(f"PRAGMA present.table_info({table})")}
            columns = ", ".join(
                f'"{row[1]}"'
                for row in db.execute(f"PRAGMA main.table_info({table})")
                if row[1] in wanted
            )
            if not columns:
                continue
            db.execute(
                f"INSERT OR {way} INTO main.{table} ({columns}) "
                f"SELECT {columns} FROM present.{table}"
            )
        db.execute(
            "UPDATE main.recording SET step = NULL, revision = 1 + max(revision, "
            "(SELECT revision FROM present.recording))"
        )
