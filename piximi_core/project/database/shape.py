"""The shape of a database, compared with that of a new project: columns, references, indices."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import Any

from sqlalchemy import create_engine

from piximi_core.project.database import schema

__all__ = ["first_difference"]

# Columns by name with type, "not null", default and key; references; indices with their columns.
# The order of the columns is no part of it: one that was added later stands last.
_Shape = tuple[dict[str, tuple[Any, ...]], frozenset[Any], frozenset[Any]]


def first_difference(db: sqlite3.Connection) -> str | None:
    """Return a table that is not that of a new project, or is missing; None if all are."""
    for table, expected in _new_project().items():
        if _shape_of(db, table) != expected:
            return table
    return None


@lru_cache(maxsize=1)
def _new_project() -> dict[str, _Shape]:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            schema.create_schema(connection)
            db = connection.connection.driver_connection
            assert isinstance(db, sqlite3.Connection)
            return {table: _shape_of(db, table) for table in schema.metadata.tables}
    finally:
        engine.dispose()


def _shape_of(db: sqlite3.Connection, table: str) -> _Shape:
    columns = {
        str(name): tuple(about)
        for name, *about in db.execute(
            'SELECT name, upper(type), "notnull", dflt_value, pk FROM pragma_table_info(?)',
            (table,),
        )
    }
    references = db.execute(
        'SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', (table,)
    ).fetchall()
    indices = db.execute(
        'SELECT name, "unique", partial FROM pragma_index_list(?)', (table,)
    ).fetchall()
    return (
        columns,
        frozenset(references),
        frozenset((*index, _columns_of(db, index[0])) for index in indices),
    )


def _columns_of(db: sqlite3.Connection, index: str) -> tuple[str | None, ...]:
    query = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"
    return tuple(row[0] for row in db.execute(query, (index,)))
