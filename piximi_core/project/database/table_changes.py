"""Changes of tables that SQLite cannot make in one statement, and their rows in the undo history.

For the steps of `upgrades`, which see to triggers and references: both are off meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

__all__ = ["add_column", "rebuild_table"]


def add_column(db: sqlite3.Connection, table: str, definition: str) -> None:
    """Give a table one more column.

    The history stays as it is: undo gives a row that comes back the column's default, and leaves
    the column alone in a row that is there.

    Parameters
    ----------
    definition
        As in SQL: ``"note TEXT NOT NULL DEFAULT ''"``. The column of `schema` needs the same
        default, as its ``server_default``.
    """
    db.execute(f'ALTER TABLE "{table}" ADD COLUMN {definition}')


def rebuild_table(
    db: sqlite3.Connection, table: str, columns: str, values: Mapping[str, str]
) -> None:
    """Give a table other columns, and its rows in the undo history with it.

    Indices are kept; one of a column that goes is to be dropped before, one of a new column to be
    made afterwards.

    Parameters
    ----------
    columns
        What stands between the brackets of CREATE TABLE.
    values
        For each column of the new table what it holds, in SQL, of the old one's columns.
    """
    master = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index'"
    indices = [sql for (sql,) in db.execute(master, (table,)) if sql is not None]
    names = ", ".join(f'"{name}"' for name in values)
    new = f"new_{table}"
    db.execute(f'CREATE TABLE "{new}" ({columns})')
    # In the order in which they were written, which some tables count by.
    db.execute(
        f'INSERT INTO "{new}" ({names}) '
        f'SELECT {", ".join(values.values())} FROM "{table}" ORDER BY rowid'
    )
    _translate_history(db, table, values)
    _count_on(db, table, new)
    db.execute(f'DROP TABLE "{table}"')
    db.execute(f'ALTER TABLE "{new}" RENAME TO "{table}"')
    for sql in indices:
        db.execute(sql)


def _count_on(db: sqlite3.Connection, table: str, new: str) -> None:
    """Let no number of a table that counts its rows (AUTOINCREMENT) be given twice."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        if last is not None:
            db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (new,))
            db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (new, last[0]))


def _translate_history(db: sqlite3.Connection, table: str, values: Mapping[str, str]) -> None:
    """Turn the rows that undo would bring back into rows of the new table."""
    found = db.execute("SELECT name, dflt_value FROM pragma_table_info(?)", (table,))
    old: dict[str, str | None] = dict(found.fetchall())
    query = 'SELECT id FROM journal WHERE "table" = ?'
    for (number,) in db.execute(query, (table,)).fetchall():
        sides = db.execute("SELECT before, after FROM journal WHERE id = ?", (number,)).fetchone()
        translated = [
            None if side is None else _translated(db, side, old, values) for side in sides
        ]
        db.execute("UPDATE journal SET before = ?, after = ? WHERE id = ?", (*translated, number))


def _translated(
    db: sqlite3.Connection, side: str, old: Mapping[str, str | None], values: Mapping[str, str]
) -> str:
    row: dict[str, Any] = json.loads(side)
    copied = {name: value.strip('"') for name, value in values.items() if value.strip('"') in old}
    # A column that came after the row was written stays away from it.
    new = {name: row[source] for name, source in copied.items() if source in row}
    made = {name: value for name, value in values.items() if name not in copied}
    if made:
        # SQLite works out the others, by the same words as for the table.
        source = ", ".join(f'{"?" if n in row else d or "NULL"} AS "{n}"' for n, d in old.items())
        given = [row[name] for name in old if name in row]
        query = f"SELECT {', '.join(made.values())} FROM (SELECT {source})"
        new.update(zip(made, db.execute(query, given).fetchone(), strict=True))
    return json.dumps({name: new[name] for name in values if name in new}, ensure_ascii=False)
