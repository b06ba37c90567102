"""A project's database as a file: read without touching it, checked for damage, copied whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from piximi_core.messages import Message
from piximi_core.project.database import schema
from piximi_core.project.files import disk_errors_in_words, says_full

__all__ = ["connect_to_read", "copy_database", "damage_of", "open_to_read"]


def open_to_read(database: Path) -> sqlite3.Connection:
    """Open a database that nothing is to change, also where nothing can be written beside it."""
    db = connect_to_read(database)
    try:
        db.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as error:
        log = database.with_name(f"{database.name}-wal")
        cannot_write = "unable to open" in str(error) or says_full(str(error))
        if not cannot_write or (log.exists() and log.stat().st_size):
            return db
        db.close()
        return connect_to_read(database, immutable=True)
    except sqlite3.DatabaseError:
        pass  # whoever reads it hears so
    return db


def connect_to_read(database: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """Connect to a database; an immutable one is read without locks and without its log."""
    more = "&immutable=1" if immutable else ""
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro{more}", uri=True)


def damage_of(database: Path) -> str | None:
    """Return what is wrong with a database as SQLite says it, None if all its pages are good."""
    if not database.is_file():
        return Message("it is missing")
    try:
        with closing(open_to_read(database)) as db:
            db.execute("PRAGMA busy_timeout = 5000")
            found = [str(row[0]) for row in db.execute("PRAGMA quick_check(1)")]
            whole = _holds_a_project(db)
    except sqlite3.OperationalError as error:
        # Someone writes, or it is not ours to read: that says nothing about the pages.
        reason = str(error)
        signs = ("locked", "busy", "unable to open", "readonly")
        if any(sign in reason for sign in signs) or says_full(reason):
            return None
        return reason
    except sqlite3.DatabaseError as error:
        return str(error)
    if found != ["ok"]:
        return found[0].splitlines()[-1][:200]
    return None if whole else Message("it holds no project")


def _holds_a_project(db: sqlite3.Connection) -> bool:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    # An older program's project is whole without the tables that came later.
    if version < 1 or not tables >= schema.OF_THE_FIRST_VERSION:
        return False
    counts = db.execute("SELECT (SELECT count(*) FROM project), (SELECT count(*) FROM recording)")
    return bool(counts.fetchone() == (1, 1))


def copy_database(
    source: Path, target: Path, check: Callable[[], None] = lambda: None, pages: int = -1
) -> None:
    """Copy one consistent state into a single file, whoever else reads or writes the database.

    Parameters
    ----------
    check
        Called between portions of ``pages``; what it raises ends the copying.

    Raises
    ------
    NoSpace
        The disk is full.
    """
    with (
        disk_errors_in_words(target),
        closing(open_to_read(source)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        # Whoever keeps the copy flushes it once, when it is whole.
        new.execute("PRAGMA synchronous = OFF")
        old.backup(new, pages=pages, progress=lambda *_left: check())
        # Nothing beside it: the copy is to be one file.
        new.execute("PRAGMA journal_mode = DELETE").fetchone()
