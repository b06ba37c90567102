"""How a project's database is connected to: durable, with transactions that we begin ourselves."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event

__all__ = ["make_engine"]


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy begins transactions through the "begin" event below, not through sqlite3.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "busy_timeout = 5000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def make_engine(database: Path) -> Engine:
    """Return an engine for a database; a connection with the option ``write`` begins to write."""
    engine = create_engine(f"sqlite:///{database}", pool_size=4, max_overflow=16)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine
