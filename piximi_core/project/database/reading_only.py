"""A project on a disk where nothing can be written, full or read-only: it can be looked at.

SQLite wants to write beside a database even to read it (its shared index of the log). Where it
cannot, the database is read as it stands if its log is empty, else through a copy elsewhere.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event

from piximi_core.disk import is_full
from piximi_core.errors import BadInput, NoSpace, PiximiError
from piximi_core.project.database import schema
from piximi_core.project.database.sqlite_files import connect_to_read
from piximi_core.project.database.upgrades import bring_up_to_date
from piximi_core.project.files import SPACE_TO_WORK

__all__ = ["make_reading_engine", "why_not_writable"]

_PROBE_BYTES = 65_536  # as much as SQLite takes beside a database, and a little more


def why_not_writable(folder: Path) -> PiximiError | None:
    """Try to write into a project's folder; return in words why that fails, None if it works."""
    probe = folder / f".{uuid.uuid4().hex}.part"
    try:
        try:
            with probe.open("wb") as file:
                file.write(bytes(_PROBE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        if is_full(error):
            return NoSpace(
                "The disk is full: about {needed_mb} MB are needed to change the "
                "project {project!r}, which can only be looked at now; free some space there.",
                needed_mb=SPACE_TO_WORK // 1_000_000,
                project=folder.name,
            )
        return BadInput(
            "The project {project!r} can only be looked at, because its folder cannot be "
            "written ({reason}); check who owns it, or copy it to another disk.",
            project=folder.name,
            reason=error.strerror,
        )
    return None


def make_reading_engine(database: Path) -> Engine:
    """Return a way to read a database beside which nothing can be written.

    Raises
    ------
    NoSpace
        A copy is needed, and there is no room for it anywhere.
    sqlite3.DatabaseError
        It is no database that can be read.
    """
    place = database if _stands_alone(database) else _copy(database)
    address = f"file:{quote(str(place))}?mode=ro&immutable=1&uri=true"
    engine = create_engine(f"sqlite:///{address}", pool_size=4, max_overflow=16)

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _stands_alone(database: Path) -> bool:
    """Whether a database is complete without its log, and of this program's version."""
    log = database.with_name(f"{database.name}-wal")
    if log.exists() and log.stat().st_size:
        return False
    with closing(connect_to_read(database, immutable=True)) as db:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
    # A newer one is refused, one that holds no project too: neither needs a copy.
    return not 1 <= version < schema.SCHEMA_VERSION


def _copy(database: Path) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix="piximi-read-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        for end in ("", "-wal"):
            source = database.with_name(f"{database.name}{end}")
            if source.exists():
                shutil.copyfile(source, folder / source.name)
    except OSError as error:
        raise NoSpace(
            "The disk is full: about {needed_mb} MB are needed in "
            "{folder} to look at the project {project!r}; free some "
            "space there.",
            needed_mb=database.stat().st_size // 1_000_000 + 1,
            folder=tempfile.gettempdir(),
            project=database.parent.name,
        ) from error
    copy = folder / database.name
    with closing(sqlite3.connect(copy)) as db:
        db.execute("PRAGMA journal_mode = DELETE").fetchone()
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if 1 <= version < schema.SCHEMA_VERSION:
        bring_up_to_date(copy)
    return copy
