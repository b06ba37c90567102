"""From each version of the tables to the next, in order; nothing else changes tables.

A step is written once and then left alone: it says in SQL what its version had, not what `schema`
has today. It works on a copy (see `backups.upgrade_project`), without triggers, which are made
anew behind the last one; what it leaves must be what a new project has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from piximi_core.errors import BadInput
from piximi_core.messages import Message
from piximi_core.project.database import schema
from piximi_core.project.database.shape import first_difference

__all__ = ["STEPS", "Step", "bring_up_to_date"]

Step = Callable[[sqlite3.Connection], None]


def _by(*statements: str) -> Step:
    def step(db: sqlite3.Connection) -> None:
        for statement in statements:
            db.execute(statement)

    return step


def _masks(table: str) -> tuple[str, str]:
    """What makes a table of masks in images, as version 7 has it."""
    return (
        f"CREATE TABLE {table} (id TEXT NOT NULL, image_id TEXT NOT NULL, kind_id TEXT NOT NULL, "
        "plane INTEGER NOT NULL, x1 INTEGER NOT NULL, y1 INTEGER NOT NULL, x2 INTEGER NOT NULL, "
        "y2 INTEGER NOT NULL, mask TEXT NOT NULL, PRIMARY KEY (id), "
        "FOREIGN KEY(image_id) REFERENCES things (id), FOREIGN KEY(kind_id) REFERENCES kinds (id))",
        f"CREATE INDEX ix_{table}_image_id ON {table} (image_id)",
    )


STEPS: dict[int, Step] = {
    2: _by(
        "CREATE TABLE saved_filters ("
        "id TEXT NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL, PRIMARY KEY (id))"
    ),
    3: _by(
        "CREATE TABLE answers (id TEXT NOT NULL, thing_id TEXT NOT NULL, run_id TEXT NOT NULL, "
        "category_id TEXT, answer TEXT NOT NULL, PRIMARY KEY (id))",
        "CREATE INDEX ix_answers_thing_id ON answers (thing_id)",
    ),
    4: _by(
        "CREATE TABLE groupings ("
        'id TEXT NOT NULL, "by" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (id))',
        "CREATE TABLE pixel_hashes (id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (id))",
        "CREATE INDEX ix_pixel_hashes_hash ON pixel_hashes (hash)",
    ),
    5: _by(
        "CREATE TABLE sources ("
        "id TEXT NOT NULL, path TEXT NOT NULL, within TEXT NOT NULL, PRIMARY KEY (id))"
    ),
    # Some projects have this table: earlier programs made it when they first needed it.
    6: _by(
        "CREATE TABLE IF NOT EXISTS applied_actions ("
        "id TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (id))",
        "CREATE INDEX IF NOT EXISTS ix_applied_actions_at ON applied_actions (at)",
    ),
    7: _by(
        "CREATE TABLE object_notes (id TEXT NOT NULL, source TEXT NOT NULL, author TEXT NOT NULL, "
        "locked BOOLEAN NOT NULL, comment TEXT NOT NULL, PRIMARY KEY (id))",
        "CREATE TABLE image_notes (id TEXT NOT NULL, done BOOLEAN NOT NULL, PRIMARY KEY (id))",
        *_masks("complete_regions"),
        *_masks("proposals"),
    ),
}
"""What brings a project to each version from the one before it."""


def bring_up_to_date(database: Path) -> None:
    """Give a copy of an older program's database the tables of this one, whole or not at all.

    Raises
    ------
    BadInput
        It is of a newer program, or what came out is not as it should be.
    """
    # A connection that is closed before its COMMIT has changed nothing.
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > schema.SCHEMA_VERSION:
            raise BadInput(
                "This was written by a newer version of this program "
                "(format {version}, this one knows {known}); "
                "update the program.",
                version=version,
                known=schema.SCHEMA_VERSION,
            )
        if version == schema.SCHEMA_VERSION:
            return
        # Tables may be rebuilt under rows that refer to them; the check afterwards is ours.
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("BEGIN IMMEDIATE")
        broken = _broken_references(db)
        schema.drop_triggers(db)
        for newer in range(version + 1, schema.SCHEMA_VERSION + 1):
            STEPS[newer](db)
        schema.renew_triggers(db)
        db.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        reason = _why_not(db, broken)
        if reason is not None:
            raise BadInput(
                "The project was left as it is: changed from format {version} to {known}, its "
                "database failed the check ({reason}). Use the version of this program that made "
                "it, and report this.",
                version=version,
                known=schema.SCHEMA_VERSION,
                reason=reason,
            )
        db.execute("COMMIT")


def _broken_references(db: sqlite3.Connection) -> int:
    return len(db.execute("PRAGMA foreign_key_check").fetchall())


def _why_not(db: sqlite3.Connection, broken: int) -> str | None:
    """Return what is wrong with a changed database, None if it may take the old one's place."""
    found = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found != "ok":
        return found.splitlines()[-1][:200]
    table = first_difference(db)
    if table is not None:
        return Message("the table {table!r} is another than this version's", table=table)
    if _broken_references(db) > broken:
        return Message("rows refer to others that are not there")
    if not _fits_history(db):
        return Message("its history could not be undone")
    return None


def _fits_history(db: sqlite3.Connection) -> bool:
    """Whether undo knows every table and column that the journal's rows name."""
    known = {(table.name, column.name) for table in schema.JOURNALLED for column in table.columns}
    named = (
        f'SELECT DISTINCT "table", sides.key FROM journal, json_each(journal.{side}) AS sides'
        for side in ("before", "after")
    )
    return all(set(db.execute(query)) <= known for query in named)
