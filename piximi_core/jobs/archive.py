"""The service "archive": a whole project in one file, while people go on working in it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from piximi_core.errors import BadInput
from piximi_core.formats.project_archive import DATABASE, ArchiveManifest, write
from piximi_core.jobs.applying import apply_finished, jobs_of
from piximi_core.jobs.deleting import require_quiet
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.backups import copy_database, open_to_read
from piximi_core.project.files import ProjectFiles, replace_atomically, require_space
from piximi_core.project.ids import new_id
from piximi_core.project.originals import used_originals
from piximi_core.project.store import Store, current_user
from piximi_core.project.workspace import folder_name, project_name

__all__ = ["RESOURCE", "apply", "ask", "finished_archive", "label", "run"]

RESOURCE = "quick"

_PAGES = 2000  # of the database at a time
# Which process worked here when; and what only this window wants to know.
_OF_THE_MOMENT = frozenset({"started", "heartbeat", "stop", "progress.json", "unread"})


def ask(store: Store, out: Path | None = None, *, who: str | None = None) -> Job:
    """Write the request for an archive; the last one made for downloading goes.

    Parameters
    ----------
    out
        The file to write; by default one in the job's folder, to be downloaded.

    Raises
    ------
    ProjectBusy
        Something is under way in the project: half of a training would be archived.
    BadInput
        The file cannot be where it was asked for.
    NoSpace
        The disk cannot hold it.
    """
    name = project_name(store)
    require_quiet(store.folder, name)
    apply_finished(store)
    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        raise BadInput(f"{out} cannot be written: give a file in a folder that exists.")
    for old in jobs_of(store):
        if old.request().get("service") == "archive" and not old.state().is_active:
            shutil.rmtree(old.folder / "out", ignore_errors=True)
    entries = _entries(store.files, store.files.database)
    require_space((out or store.folder).parent, sum(path.stat().st_size for _name, path in entries))
    request = {"name": name, "out": str(out) if out else None, "who": who or current_user()}
    return Job.create(store.files.jobs / new_id(), "archive", request)


def run(job: Job) -> dict[str, Any]:
    """Copy the database through SQLite, then write it and the files it speaks of."""
    request = job.request()
    files = ProjectFiles(job.project_folder)
    stem = f"{folder_name(str(request['name']))}-{time.strftime('%Y-%m-%d')}"
    out = Path(request["out"]) if request["out"] else job.folder / "out" / f"{stem}.zip"
    snapshot = job.folder / "snapshot.sqlite"
    snapshot.unlink(missing_ok=True)
    job.report(0, 1, "Copying the database")
    try:
        copy_database(files.database, snapshot, job.raise_if_stopped, _PAGES)
        result = _write(job, files, snapshot, out)
    except sqlite3.DatabaseError as error:
        raise BadInput(
            f"The database of {request['name']!r} cannot be copied ({error}); nothing was made."
        ) from error
    except FileNotFoundError as error:
        raise BadInput(
            f"A file of {request['name']!r} went away meanwhile; archive it again."
        ) from error
    finally:
        snapshot.unlink(missing_ok=True)
    return {**result, "file": str(out), "name": request["name"]}


def _write(job: Job, files: ProjectFiles, snapshot: Path, out: Path) -> dict[str, Any]:
    name = str(job.request()["name"])
    entries = list(_entries(files, snapshot))
    total = sum(path.stat().st_size for _name, path in entries)
    facts = _facts(files, snapshot)

    def watch(done: int) -> None:
        job.raise_if_stopped()
        text = f"Writing: {done // 1_000_000:,} of {total // 1_000_000:,} MB"
        job.report(min(done, total - 1), max(total, 1), text)

    def manifest(count: int, size: int) -> ArchiveManifest:
        return ArchiveManifest(name, facts["schema"], count, size, tuple(facts["missing"]))

    with replace_atomically(out) as part:
        size = write(part, entries, manifest, watch)
    return {"bytes": size, **facts}


def _entries(files: ProjectFiles, database: Path) -> Iterator[tuple[str, Path]]:
    """Yield what belongs to the project as a database knows it; names with a dot are half made."""
    yield DATABASE, database
    used = used_originals(files.folder, database)
    tops = [(files.folder / "images", True)]
    with closing(open_to_read(database)) as db:
        tops += [(files.run(str(row[0])), False) for row in db.execute("SELECT id FROM runs")]
    for top, is_images in tops:
        for path in sorted(top.rglob("*")):
            wanted = path.name.split(".")[0] in used if is_images else _is_of_run(path)
            if wanted and path.is_file() and not path.is_symlink():
                yield path.relative_to(files.folder).as_posix(), path


def _is_of_run(path: Path) -> bool:
    return not path.name.startswith(".") and path.name not in _OF_THE_MOMENT


def _facts(files: ProjectFiles, database: Path) -> dict[str, Any]:
    with closing(open_to_read(database)) as db:
        rows = db.execute("SELECT DISTINCT file_sha256, extension FROM images").fetchall()
        return {
            "schema": db.execute("PRAGMA user_version").fetchone()[0],
            "images": db.execute("SELECT count(*) FROM images").fetchone()[0],
            "runs": db.execute("SELECT count(*) FROM runs").fetchone()[0],
            "missing": [sha for sha, end in rows if not files.original(sha, end).is_file()],
        }


def label(job: Job, result: dict[str, Any]) -> str:
    """Name the step in the history, where it changes nothing and so is not kept."""
    return "Archive the project"


def apply(job: Job, result: dict[str, Any], store: Store, db: Connection) -> None:
    """Change nothing: the archive is a file of its own."""


def finished_archive(store: Store) -> Path | None:
    """Return the archive that waits to be downloaded, None if there is none."""
    for job in jobs_of(store):
        if job.request().get("service") == "archive" and job.state() is JobState.DONE:
            path = Path(str(job.result().get("file")))
            if path.is_relative_to(job.folder) and path.is_file():
                return path
    return None
