"""Where a project that comes from a file is made: beside the others, unseen until it is whole.

Until then there is no project that could hold the job's folder, so it lies in a hidden folder of
the workspace, beside the draft of the project.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from piximi_core.disk import sweep
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Asked, Found, Request, Result, Service
from piximi_core.project.files import disk_errors_in_words, require_space
from piximi_core.project.workspace import workspace
from piximi_core.vocabulary import new_id

__all__ = [
    "Opened",
    "OpeningRequest",
    "create_opening",
    "dismiss",
    "hidden_place",
    "keep_upload",
    "opening_jobs",
    "sweep_openings",
]

_PREFIX = ".opening-"
_CHUNK = 1 << 20


def hidden_place(root: Path) -> Path:
    """Return a folder that is not there yet, where nobody looks for a project."""
    return root / f"{_PREFIX}{new_id()}"


class OpeningRequest(Request):
    """What the file that is opened is called on a page."""

    shown: str


class Opened(Result):
    """The address of the project that a file has become, and its name."""

    address: str
    name: str


def create_opening(place: Path, service: Service[Asked, Found], request: Asked) -> Job:
    """Write a request whose project is made in a hidden place."""
    return service.ask(place / "jobs" / new_id(), request)


def keep_upload(content: BinaryIO, size: int, ask: Callable[[Path, Path], Job]) -> Job:
    """Keep a file that came through the browser in a hidden place of the workspace.

    Parameters
    ----------
    content, size
        The file, and how many bytes it has.
    ask
        Called with the hidden place and the kept file; it writes the request.

    Raises
    ------
    PiximiError
        The disk cannot hold it, or what ``ask`` raises; nothing is kept then.
    """
    root = workspace()
    require_space(root, 2 * size)
    place = hidden_place(root)
    place.mkdir()
    try:
        given = place / "given.zip"
        with disk_errors_in_words(given), given.open("xb") as kept:
            content.seek(0)
            shutil.copyfileobj(content, kept, _CHUNK)
        return ask(place, given)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def opening_jobs(root: Path, service: Service[Asked, Found]) -> list[Job]:
    """Return the jobs of files that are being opened, or were and nobody knows it yet."""
    return [
        job
        for folder in sorted(root.glob(f"{_PREFIX}*/jobs/*"))
        if service.is_of(job := Job(folder))
    ]


def dismiss(job: Job) -> None:
    """Forget a job that is over."""
    if not job.state().is_active:
        shutil.rmtree(job.project_folder, ignore_errors=True)


def sweep_openings(root: Path) -> None:
    """Delete what was begun more than a day ago and never became a project."""
    sweep(root.glob(f"{_PREFIX}*"))
