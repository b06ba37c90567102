"""The program of a later version, made up: one column more, or a table with other columns.

``python -m tests.project.later_version add|change FOLDER`` opens a project with it, undoes and does
again all that the history holds, and prints as JSON what the table then holds. A process of its
own, because the tables of this one stay as they are.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text

from piximi_core.project.database import schema
from piximi_core.project.database.table_changes import add_column, rebuild_table
from piximi_core.project.database.upgrades import STEPS


def _add() -> None:
    column: Column[str] = Column("note", Text, nullable=False, server_default="none yet")
    schema.categories.append_column(column)
    STEPS[schema.SCHEMA_VERSION] = lambda db: add_column(
        db, "categories", "note TEXT NOT NULL DEFAULT 'none yet'"
    )


def _change() -> None:
    """Rename a column and write its values otherwise, make a new one of another, drop one."""
    earlier = schema.categories
    schema.metadata.remove(earlier)
    schema.categories = Table(
        "categories",
        schema.metadata,
        Column("id", Text, primary_key=True),
        Column("kind_id", Text, ForeignKey("kinds.id"), nullable=False, index=True),
        Column("name", Text, nullable=False),
        Column("colour", Text, nullable=False),
        Column("length", Integer, nullable=False),
        Column("visible", Boolean, nullable=False, default=True),
    )
    schema.JOURNALLED = tuple(
        schema.categories if table is earlier else table for table in schema.JOURNALLED
    )

    def step(db: sqlite3.Connection) -> None:
        rebuild_table(
            db,
            "categories",
            "id TEXT NOT NULL, kind_id TEXT NOT NULL, name TEXT NOT NULL, colour TEXT NOT NULL, "
            "length INTEGER NOT NULL, visible BOOLEAN NOT NULL, PRIMARY KEY (id), "
            "FOREIGN KEY(kind_id) REFERENCES kinds (id)",
            {
                "id": "id",
                "kind_id": "kind_id",
                "name": "name",
                "colour": "upper(color)",
                "length": "length(name)",
                "visible": "visible",
            },
        )

    STEPS[schema.SCHEMA_VERSION] = step


def _walk(folder: Path) -> None:
    # Only now: these modules read the tables when they are imported.
    from piximi_core.project.database.history import redo, undo
    from piximi_core.project.database.store import Store

    def rows() -> list[list[object]]:
        with store.read() as db:
            query = schema.categories.select().order_by(schema.categories.c.name)
            return [list(row) for row in db.execute(query)]

    store = Store(folder)
    opened = rows()
    undone = 0
    while undo(store) is not None:
        undone += 1
    beginning = rows()
    done = 0
    while redo(store) is not None:
        done += 1
    with store.step("Hide all") as db:
        db.execute(schema.categories.update().values(visible=False))
    undo(store)
    columns = [column.name for column in schema.categories.columns]
    found = {"columns": columns, "opened": opened, "beginning": beginning, "again": rows()}
    sys.stdout.write(json.dumps({**found, "undone": undone, "done": done}))


if __name__ == "__main__":
    schema.SCHEMA_VERSION += 1
    {"add": _add, "change": _change}[sys.argv[1]]()
    _walk(Path(sys.argv[2]))
