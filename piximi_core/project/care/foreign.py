"""A project folder from elsewhere, checked before it becomes a project of this workspace.

Rows name files, so every hash, extension and name that becomes part of a path is looked at, also
those in the undo journal, which would come back by an undo. Triggers from elsewhere are never
run: ours take their place.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.project.database import schema
from piximi_core.project.database.shape import first_difference
from piximi_core.project.database.sqlite_files import damage_of, open_to_read
from piximi_core.project.database.upgrades import bring_up_to_date
from piximi_core.project.files import ProjectFiles, hash_file

__all__ = ["check_foreign_project"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.]{0,15}")
_ID = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z-]{0,63}")
_OF_SQLITE = frozenset({"sqlite_sequence", "sqlite_stat1", "sqlite_stat4"})

Watch = Callable[[int, int], None]


def check_foreign_project(
    folder: Path, shown: str, *, missing: Collection[str] = (), watch: Watch = lambda *_: None
) -> None:
    """Check an unpacked project, bring it up to date, and give it our triggers.

    Parameters
    ----------
    folder
        The project's folder; nobody else knows of it yet.
    shown
        What to call it in errors.
    missing
        SHA-256 of originals that may be missing, because the project had lost them.
    watch
        Is told how many bytes of images of how many were read.

    Raises
    ------
    BadInput
        What is wrong with it.
    """
    files = ProjectFiles(folder)
    damage = damage_of(files.database)
    if damage:
        raise BadInput(
            "'{shown}' holds a damaged database ({damage}); make the archive again.",
            shown=shown,
            damage=damage,
        )
    try:
        _refuse_other_schemas(files.database, shown)
        _change(files.database, schema.drop_triggers)
        bring_up_to_date(files.database)
        _change(files.database, schema.renew_triggers)
        with closing(open_to_read(files.database)) as db:
            _check_tables(db, shown)
            _check_rows(db, shown)
            _check_files(db, files, shown, missing, watch)
            _check_runs(db, files, shown)
    except (sqlite3.DatabaseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            "'{shown}' holds a database that is none of a project ({error}); nothing was made.",
            shown=shown,
            error=error,
        ) from error


def _refuse_other_schemas(database: Path, shown: str) -> None:
    """Refuse views, virtual tables and foreign tables before anything of them is used."""
    known = {*schema.metadata.tables, *_OF_SQLITE}
    with closing(open_to_read(database)) as db:
        db.execute("PRAGMA trusted_schema = OFF")
        for kind, name, table, sql in db.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master"
        ):
            virtual = kind == "table" and "virtual" in str(sql).lower().split("(")[0]
            if kind == "view" or virtual or table not in known:
                raise BadInput(
                    "'{shown}' holds a database with {kind} {name!r}, which no project "
                    "has; nothing was made.",
                    shown=shown,
                    kind=kind,
                    name=str(name)[:60],
                )


def _change(database: Path, change: Callable[[sqlite3.Connection], None]) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        change(db)


def _check_tables(db: sqlite3.Connection, shown: str) -> None:
    """Compare every table with that of a new project."""
    table = first_difference(db)
    if table is not None:
        raise BadInput(
            "'{shown}' holds a database whose table {table!r} is not that of a project; "
            "nothing was made.",
            shown=shown,
            table=table,
        )


def _check_rows(db: sqlite3.Connection, shown: str) -> None:
    broken = db.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        raise BadInput(
            "'{shown}' holds a database with a row of {table!r} that refers to nothing; make "
            "the archive again.",
            shown=shown,
            table=broken[0],
        )
    for given, stored, extension in db.execute("SELECT sha256, file_sha256, extension FROM images"):
        _check_image(given, stored, extension, shown)
    known = {table.name: {column.name for column in table.columns} for table in schema.JOURNALLED}
    for table, *sides in db.execute('SELECT "table", before, after FROM journal'):
        for side in sides:
            row = json.loads(side) if side is not None else None
            if table not in known or (row is not None and not set(row) <= known[table]):
                raise BadInput("'{shown}' holds a history that is none of a project.", shown=shown)
            if table == "images" and row is not None:
                _check_image(row["sha256"], row["file_sha256"], row["extension"], shown)
    for run_id, summary in db.execute("SELECT id, summary FROM runs"):
        stem = str((json.loads(summary) if summary else {}).get("stem", ""))
        if not _ID.fullmatch(run_id) or "/" in stem or "\\" in stem or stem.startswith("."):
            raise BadInput(
                "'{shown}' names a run {run_id!r} whose files lie elsewhere.",
                shown=shown,
                run_id=str(run_id)[:60],
            )


def _check_image(sha256: Any, file_sha256: Any, extension: Any, shown: str) -> None:
    hashes = (sha256, file_sha256)
    if not all(isinstance(one, str) and _SHA256.fullmatch(one) for one in hashes) or not (
        isinstance(extension, str) and _EXTENSION.fullmatch(extension)
    ):
        raise BadInput(
            "'{shown}' names an image file {file_sha256!r}.{extension!r} that "
            "is none; nothing was made.",
            shown=shown,
            file_sha256=str(file_sha256)[:20],
            extension=str(extension)[:20],
        )


def _check_files(
    db: sqlite3.Connection, files: ProjectFiles, shown: str, missing: Collection[str], watch: Watch
) -> None:
    """Every image has its file, and every file is what its name says."""
    gone = set(missing)
    for name, sha256, extension in db.execute(
        "SELECT things.name, file_sha256, extension FROM images JOIN things USING (id)"
    ):
        if sha256 not in gone and not files.original(sha256, extension).is_file():
            raise BadInput(
                "'{shown}' lacks the file of the image {name!r}; get it again from "
                "where it was made.",
                shown=shown,
                name=str(name)[:80],
            )
    stored = [(path, path.stat().st_size) for path in _originals(files.folder)]
    total, done = sum(size for _path, size in stored), 0
    for path, size in stored:
        if hash_file(path) != path.name.split(".")[0]:
            raise BadInput(
                "'{shown}' holds the image file {path}… whose content is another than "
                "its name says; get it again from where it was made.",
                shown=shown,
                path=path.name[:12],
            )
        done += size
        watch(done, total)


def _originals(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / "images").glob("*/*"))


def _check_runs(db: sqlite3.Connection, files: ProjectFiles, shown: str) -> None:
    known = {str(row[0]) for row in db.execute("SELECT id FROM runs")}
    for folder in files.runs.iterdir() if files.runs.is_dir() else ():
        if folder.name not in known:
            raise BadInput("'{shown}' holds a run that its database does not know.", shown=shown)
        table = folder / "data.csv"
        if table.is_file():
            with table.open(newline="", encoding="utf-8") as rows:
                for row in csv.DictReader(rows):
                    _check_image(row["sha256"], row["file_sha256"], row["extension"], shown)
