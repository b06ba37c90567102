"""What a database holds, to be compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


def rows_of(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, read by SQLite alone."""
    with closing(sqlite3.connect(database)) as db:
        tables = [
            row[0]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        ]
        return {
            table: sorted(db.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for table in tables
        }
