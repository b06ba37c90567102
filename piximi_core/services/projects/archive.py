"""The service "archive": a whole project in one file, while people go on working in it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from pydantic import Field

from piximi_core.errors import BadInput
from piximi_core.formats.zips.project_archive import DATABASE, ArchiveManifest, Entry, write
from piximi_core.jobs.applying import apply_finished, done_jobs, jobs_of
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Request, Result, Service
from piximi_core.messages import Message
from piximi_core.project.care.originals import used_originals
from piximi_core.project.database.sqlite_files import copy_database, open_to_read
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles, replace_atomically, require_space
from piximi_core.project.workspace import folder_name, project_name
from piximi_core.services.projects.deleting import require_quiet
from piximi_core.vocabulary import new_id

__all__ = ["ARCHIVE", "ArchiveRequest", "ArchiveResult", "ask", "finished_archive", "run"]

_PAGES = 2000  # of the database at a time
# Which process worked here when; and what only this window wants to know.
_OF_THE_MOMENT = frozenset({"started", "heartbeat", "stop", "progress.json", "unread"})


class ArchiveRequest(Request):
    """The name of the project, and the file to write; None for one to be downloaded."""

    name: str
    out: str | None = None


class ArchiveResult(Result):
    """The file that was written, and what is in it.

    Attributes
    ----------
    missing
        SHA-256 of originals that were not there to be archived.
    """

    file: str
    name: str
    bytes: int
    format: int = Field(alias="schema")  # of the database
    images: int
    runs: int
    missing: tuple[str, ...] = ()


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
    """
    name = project_name(store)
    require_quiet(store.folder, name)
    apply_finished(store)
    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        raise BadInput("{out} cannot be written: give a file in a folder that exists.", out=out)
    for old in jobs_of(store):
        if ARCHIVE.is_of(old) and not old.state().is_active:
            shutil.rmtree(old.folder / "out", ignore_errors=True)
    asked = str(out) if out else None
    request = ArchiveRequest(name=name, out=asked, who=who or current_user())
    return ARCHIVE.ask(store.files.jobs / new_id(), request)


def run(job: Job, request: ArchiveRequest) -> ArchiveResult:
    """Copy the database through SQLite, then write it and the files it speaks of."""
    files = ProjectFiles(job.project_folder)
    stem = f"{folder_name(request.name)}-{time.strftime('%Y-%m-%d')}"
    out = Path(request.out) if request.out else job.folder / "out" / f"{stem}.zip"
    snapshot = job.folder / "snapshot.sqlite"
    snapshot.unlink(missing_ok=True)
    job.report(0, 1, Message("Copying the database"))
    try:
        copy_database(files.database, snapshot, job.raise_if_stopped, _PAGES)
        return _write(job, request, snapshot, out)
    except sqlite3.DatabaseError as error:
        raise BadInput(
            "The database of {name!r} cannot be copied ({error}); nothing was made.",
            name=request.name,
            error=error,
        ) from error
    except FileNotFoundError as error:
        raise BadInput(
            "A file of {name!r} went away meanwhile; archive it again.", name=request.name
        ) from error
    finally:
        snapshot.unlink(missing_ok=True)


def _write(job: Job, request: ArchiveRequest, snapshot: Path, out: Path) -> ArchiveResult:
    files = ProjectFiles(job.project_folder)
    job.report(0, 1, Message("Listing the files"))
    entries = list(_entries(files, snapshot))
    total = sum(entry.size for entry in entries)
    out.parent.mkdir(exist_ok=True)
    require_space(out.parent, total)
    found = _facts(snapshot, {entry.name for entry in entries})

    def watch(done: int) -> None:
        job.raise_if_stopped()
        text = Message(
            "Writing: {done_mb:,} of {total_mb:,} MB",
            done_mb=done // 1_000_000,
            total_mb=total // 1_000_000,
        )
        job.report(min(done, total - 1), max(total, 1), text)

    missing = tuple(found["missing"])
    manifest = ArchiveManifest(request.name, found["schema"], len(entries), total, missing)
    with replace_atomically(out) as part:
        write(part, entries, manifest, watch)
    return ArchiveResult(file=str(out), name=request.name, bytes=total, **found)


def _entries(files: ProjectFiles, database: Path) -> Iterator[Entry]:
    """Yield what belongs to the project as a database knows it."""
    yield Entry(DATABASE, str(database), database.stat().st_size)
    used = used_originals(files.folder, database)
    for entry in _files_below(files.folder, "images"):
        if entry.name.rsplit("/", 1)[1].split(".")[0] in used:
            yield entry
    with closing(open_to_read(database)) as db:
        runs = [str(row[0]) for row in db.execute("SELECT id FROM runs ORDER BY id")]
    for run_id in runs:
        for entry in _files_below(files.folder, f"runs/{run_id}"):
            if entry.name.rsplit("/", 1)[1] not in _OF_THE_MOMENT:
                yield entry


def _files_below(folder: Path, inside: str) -> Iterator[Entry]:
    """Yield the files below a folder of the project; half-made ones begin with a dot."""
    with suppress(FileNotFoundError), os.scandir(folder / inside) as found:
        for entry in sorted(found, key=lambda one: one.name):
            name = f"{inside}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(folder, name)
            elif entry.is_file(follow_symlinks=False):
                yield Entry(name, entry.path, entry.stat().st_size)


def _facts(database: Path, written: Collection[str]) -> dict[str, Any]:
    with closing(open_to_read(database)) as db:
        rows = db.execute("SELECT DISTINCT file_sha256, extension FROM images").fetchall()
        return {
            "schema": db.execute("PRAGMA user_version").fetchone()[0],
            "images": db.execute("SELECT count(*) FROM images").fetchone()[0],
            "runs": db.execute("SELECT count(*) FROM runs").fetchone()[0],
            "missing": [
                sha256
                for sha256, extension in rows
                if f"images/{sha256[:2]}/{sha256}.{extension}" not in written
            ],
        }


def finished_archive(store: Store) -> Path | None:
    """Return the archive that waits to be downloaded, None if there is none."""
    for job, found in done_jobs(store, ARCHIVE):
        path = Path(found.file)
        if path.is_relative_to(job.folder) and path.is_file():
            return path
    return None


ARCHIVE = Service(
    name="archive",
    title=Message("Archiving the project"),
    asks=ArchiveRequest,
    finds=ArchiveResult,
    run=run,
    page="home",
)
