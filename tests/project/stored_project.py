"""The project that an earlier version made, unpacked, and what is in a project's tables."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

__all__ = ["ARCHIVE", "STORED_VERSION", "rows_of", "unpack_stored", "version_of"]

ARCHIVE = Path(__file__).with_name("stored") / "project-0.1.zip"
STORED_VERSION = 5  # of its tables


def unpack_stored(folder: Path) -> Path:
    """Put the stored project into a folder, as it lay on the disk of that version."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    return folder


def version_of(database: Path) -> int:
    """Return the version of a database's tables."""
    with closing(sqlite3.connect(database)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def rows_of(database: Path, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of tables, by default of those that every version has, in one order."""
    wanted = tables or ("project", "kinds", "categories", "things", "images", "runs", "steps")
    with closing(sqlite3.connect(database)) as db:
        return {
            table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in wanted
        }
