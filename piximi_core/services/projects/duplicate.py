"""The service "duplicate": a whole second project, which appears complete or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from piximi_core.disk import sweep
from piximi_core.errors import BadInput
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Request, Result, Service
from piximi_core.messages import Message
from piximi_core.project.contents.categories import clean_name
from piximi_core.project.database.sqlite_files import copy_database, open_to_read
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles, disk_errors_in_words, require_space
from piximi_core.project.workspace import folder_name, move_in, project_name
from piximi_core.services.projects.deleting import require_quiet
from piximi_core.vocabulary import new_id, now

__all__ = ["DUPLICATE", "CopyRequest", "ProjectMade", "ask", "run", "sweep_copies"]

_PAGES = 2000  # of the database at a time
_PREFIX = ".copy-"


class CopyRequest(Request):
    """What the copy is to be called."""

    name: str


class ProjectMade(Result):
    """The address of the new project, and its name."""

    address: str
    name: str


def ask(store: Store, name: str, *, who: str | None = None) -> Job:
    """Write the request for a copy of the project under another name.

    Raises
    ------
    ProjectBusy
        Something is under way in the project: half of a training would be copied.
    BadInput
        The name is empty.
    NoSpace
        The disk cannot hold a second one.
    """
    require_quiet(store.folder, project_name(store))
    request = CopyRequest(name=clean_name(name, "project"), who=who or current_user())
    size = sum(size for _path, size in _files(store.files, _runs(store.files.database)))
    require_space(store.folder.parent, size + store.files.database.stat().st_size)
    return DUPLICATE.ask(store.files.jobs / new_id(), request)


def run(job: Job, request: CopyRequest) -> ProjectMade:
    """Copy database, originals and runs beside the project, then give the copy its place."""
    source = ProjectFiles(job.project_folder)
    name = request.name
    root = source.folder.parent
    draft = ProjectFiles(root / f"{_PREFIX}{job.id}")
    # What was begun here before and killed.
    shutil.rmtree(draft.folder, ignore_errors=True)
    try:
        with disk_errors_in_words(draft.folder):
            draft.make()
            # The database first: the files it speaks of are then all there to be copied.
            _copy_database(source.database, draft.database, name, job.raise_if_stopped)
            _copy_files(job, source, draft)
        # One flush for all of it, and only then the rename that makes it a project.
        os.sync()
        job.raise_if_stopped()
        address = move_in(draft.folder, folder_name(name), root)
    finally:
        shutil.rmtree(draft.folder, ignore_errors=True)
    return ProjectMade(address=address, name=name)


def _copy_database(source: Path, target: Path, name: str, check: Callable[[], None]) -> None:
    """Copy one consistent state through SQLite itself, whoever else reads or writes it."""
    try:
        copy_database(source, target, check, _PAGES)
        with closing(sqlite3.connect(target)) as new, new:
            new.execute(
                "UPDATE project SET id = ?, name = ?, created_at = ?", (new_id(), name, now())
            )
    except sqlite3.DatabaseError as error:
        raise BadInput(
            "The database of {name!r} cannot be copied ({error}); nothing was made.",
            name=source.parent.name,
            error=error,
        ) from error


def _runs(database: Path) -> list[str]:
    """Return the runs that the database knows; a folder without a row is none."""
    with closing(open_to_read(database)) as db:
        return [str(row[0]) for row in db.execute("SELECT id FROM runs")]


def _files(files: ProjectFiles, runs: list[str]) -> Iterator[tuple[Path, int]]:
    """Yield the files to copy, with their sizes; half-made ones begin with a dot."""
    for top in (files.folder / "images", *(files.run(run) for run in runs)):
        for path in sorted(top.rglob("*")):
            if not path.name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path, path.stat().st_size


def _copy_files(job: Job, source: ProjectFiles, draft: ProjectFiles) -> None:
    wanted = list(_files(source, _runs(draft.database)))
    total, done = sum(size for _path, size in wanted), 0
    for path, size in wanted:
        job.raise_if_stopped()
        target = draft.folder / path.relative_to(source.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        done += size
        text = Message(
            "Copying: {done_mb:,} of {total_mb:,} MB",
            done_mb=done // 1_000_000,
            total_mb=total // 1_000_000,
        )
        job.report(done, max(total, 1), text)


def sweep_copies(root: Path) -> None:
    """Delete copies that were begun more than a day ago and never became a project."""
    sweep(root.glob(f"{_PREFIX}*"))


DUPLICATE = Service(
    name="duplicate",
    title=Message("Copying the project"),
    asks=CopyRequest,
    finds=ProjectMade,
    run=run,
    page="home",
)
