"""The service "open_archive": an archive becomes a project, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from piximi_core.errors import BadInput
from piximi_core.formats.zips.project_archive import ArchiveManifest, read_manifest, unpack
from piximi_core.images.naming import safe_name
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Service, service_of
from piximi_core.messages import Message
from piximi_core.project.care.foreign import check_foreign_project
from piximi_core.project.database.store import current_user
from piximi_core.project.files import ProjectFiles, disk_errors_in_words, require_space
from piximi_core.project.workspace import folder_name, move_in, unused_name, workspace
from piximi_core.services.decoding.first_thumbnails import make_thumbnails
from piximi_core.services.projects.opening import (
    Opened,
    OpeningRequest,
    create_opening,
    hidden_place,
    keep_upload,
)
from piximi_core.vocabulary import now

__all__ = [
    "OPEN_ARCHIVE",
    "ArchiveOpened",
    "OpenArchiveRequest",
    "ask",
    "ask_uploaded",
    "restore_archive",
    "run",
]

Report = Callable[[float, str], None]


class OpenArchiveRequest(OpeningRequest):
    """Which archive is opened, and what its project is called in it."""

    archive: str
    name: str


class ArchiveOpened(Opened):
    """The project, and what is not in order with it.

    Attributes
    ----------
    missing
        How many images have no file.
    unreadable
        The names of images that cannot be read.
    """

    missing: int
    unreadable: tuple[str, ...] = ()


def ask(archive: Path, name: str | None = None, *, who: str | None = None) -> Job:
    """Write the request to open an archive as a new project of the workspace.

    Parameters
    ----------
    name
        What to call the file in errors; its own name by default.

    Raises
    ------
    BadInput
        It is no archive of a project.
    NoSpace
        The disk cannot hold it.
    """
    manifest = read_manifest(archive, name)
    root = workspace()
    require_space(root, manifest.bytes)
    return _request(hidden_place(root), archive, name or archive.name, manifest, who)


def ask_uploaded(content: BinaryIO, name: str, size: int, *, who: str | None = None) -> Job:
    """Keep an archive that came through the browser, and write the request to open it.

    Raises
    ------
    BadInput, NoSpace
        As `ask`; nothing is kept then.
    """
    return keep_upload(
        content,
        size,
        lambda place, kept: _request(place, kept, name, read_manifest(kept, name), who),
    )


def _request(
    place: Path, archive: Path, name: str, manifest: ArchiveManifest, who: str | None
) -> Job:
    request = OpenArchiveRequest(
        archive=str(archive.absolute()),
        shown=safe_name(name),
        name=manifest.name,
        who=who or current_user(),
    )
    return create_opening(place, OPEN_ARCHIVE, request)


def run(job: Job, request: OpenArchiveRequest) -> ArchiveOpened:
    """Unpack and check the archive beside the workspace's projects, then give it its place."""
    root = job.project_folder.parent
    draft = job.project_folder / "draft"

    def report(share: float, text: str) -> None:
        job.raise_if_stopped()
        job.report(share, 1.0, text)

    shutil.rmtree(draft, ignore_errors=True)
    archive = Path(request.archive)
    try:
        restored = _unpack(archive, draft, request.shown, report)
        name = unused_name(restored.name, root)
        if name != restored.name:
            _rename(draft, name)
        address = move_in(draft, folder_name(name), root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if archive.is_relative_to(job.project_folder):
        archive.unlink(missing_ok=True)
    return ArchiveOpened(
        address=address,
        name=name,
        missing=len(restored.missing),
        unreadable=restored.unreadable,
    )


def restore_archive(
    archive: Path, folder: Path, report: Report = lambda share, text: None
) -> ArchiveManifest:
    """Make an archive the project in a folder that is not there yet, or is empty.

    Parameters
    ----------
    report
        Is told the share that is done, 0 to 1, and what is being done.

    Raises
    ------
    BadInput
        The folder holds something, or the archive is none, damaged, or from a newer program.
    NoSpace
        The disk cannot hold it.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            "{folder} holds something already; choose a folder that is not there yet.",
            folder=folder,
        )
    manifest = read_manifest(archive)
    folder.parent.mkdir(parents=True, exist_ok=True)
    require_space(folder.parent, manifest.bytes)
    draft = hidden_place(folder.parent)
    try:
        restored = _unpack(archive, draft, safe_name(archive.name), report)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    os.sync()
    return restored


def _unpack(archive: Path, draft: Path, shown: str, report: Report) -> ArchiveManifest:
    """Make a whole project of an archive, at a place where nobody looks for one."""
    files = ProjectFiles(draft)
    with disk_errors_in_words(draft):
        draft.mkdir(parents=True)
        manifest = unpack(
            archive, draft, name=shown, watch=lambda done, total: report(*_third(0, done, total))
        )
        files.make()
        check_foreign_project(
            draft,
            shown,
            missing=manifest.missing,
            watch=lambda done, total: report(*_third(1, done, total)),
        )
        _end_foreign_jobs(files, shown)
        unreadable = make_thumbnails(
            draft,
            lambda done, total: report(
                0.67 + 0.32 * done / total,
                Message("Reading images: {done:,} of {total:,}", done=done, total=total),
            ),
        )
    # One flush for all of it, and only then the rename that makes it a project.
    os.sync()
    return replace(manifest, unreadable=unreadable)


def _third(which: int, done: int, total: int) -> tuple[float, str]:
    megabytes = {"done_mb": done // 1_000_000, "total_mb": total // 1_000_000}
    text = (
        Message("Checking: {done_mb:,} of {total_mb:,} MB", **megabytes)
        if which
        else Message("Unpacking: {done_mb:,} of {total_mb:,} MB", **megabytes)
    )
    return 0.33 * which + 0.33 * min(1.0, done / max(total, 1)), text


def _end_foreign_jobs(files: ProjectFiles, shown: str) -> None:
    """Take every run as it is: its result is in the rows already, and nobody works on it here."""
    ended = []
    for job in map(Job, files.runs.iterdir()):
        if job.is_over:
            ended.append((job.id, now()))
        elif job.is_asked and not service_of(job).is_training:
            raise BadInput(
                "'{shown}' holds a run that asks for something else than a training.", shown=shown
            )
        else:
            # Begun by a process that is none of this machine.
            (job.folder / "started").touch()
    with closing(sqlite3.connect(files.database)) as db, db:
        db.executemany("INSERT OR IGNORE INTO applied_jobs (id, at) VALUES (?, ?)", ended)


def _rename(draft: Path, name: str) -> None:
    with closing(sqlite3.connect(ProjectFiles(draft).database)) as db, db:
        db.execute("UPDATE project SET name = ?", (name,))


OPEN_ARCHIVE = Service(
    name="open_archive",
    title=Message("Opening an archive"),
    asks=OpenArchiveRequest,
    finds=ArchiveOpened,
    run=run,
    page="home",
)
