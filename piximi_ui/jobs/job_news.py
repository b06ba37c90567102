"""What came of jobs, until the person who asked for them has read it, whatever page they are on.

The note lies beside the job, so that it waits for a person who closed the browser meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from piximi_core.errors import PiximiError
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import service_of
from piximi_core.project.database.store import current_user
from piximi_core.project.workspace import open_project, project_name, workspace
from piximi_core.services.annotations.add_annotations import ADD_ANNOTATIONS
from piximi_core.services.importing.add_images import ADD
from piximi_ui.base import navigation
from piximi_ui.base.context import who
from piximi_ui.jobs import job_texts
from piximi_ui.language.texts import plain

__all__ = ["draw", "expect", "is_import", "open_news", "read"]

_UNREAD = "unread"
_MOST = 3


def expect(job: Job) -> None:
    """Have what comes of a job told until it was read."""
    (job.folder / _UNREAD).touch()


def read(job: Job) -> None:
    """Note that a person knows what came of a job."""
    (job.folder / _UNREAD).unlink(missing_ok=True)


def open_news(project: Path) -> list[Job]:
    """Return the ended jobs of a project that this person asked for and has not read of."""
    notes = [*project.glob(f"jobs/*/{_UNREAD}"), *project.glob(f"runs/*/{_UNREAD}")]
    notes.sort(key=lambda note: note.stat().st_mtime, reverse=True)
    me = who() or current_user()
    jobs = [Job(note.parent) for note in notes]
    return [job for job in jobs if job.is_over and (job.who or me) == me]


def draw(project: Path) -> None:
    """Draw a line for each, which leads to what the job made; being there is having read it."""
    here = navigation.current()
    for job in open_news(project)[:_MOST]:
        page = page_of(job)
        if page == here:
            if not is_import(job):
                read(job)
            continue
        failed = job.state() is JobState.FAILED
        of_run: dict[str, Any] = {"run": job.run_id} if job.run_id else {}
        navigation.link(
            page,
            label=plain(job_texts.outcome(job), 200),
            icon=":material/error:" if failed else ":material/check_circle:",
            project=project.name,
            width="stretch",
            **of_run,
        )


def is_import(job: Job) -> bool:
    """Whether the Images page itself tells what came of a job, and shows it."""
    return ADD.is_of(job) or ADD_ANNOTATIONS.is_of(job)


def page_of(job: Job) -> navigation.PageName:
    """Return the page that shows what a job made."""
    try:
        return service_of(job).page
    except PiximiError:
        return "images"


def busy_projects() -> list[tuple[Path, str]]:
    """Return the projects with jobs under way or news, and their names; for the list of them."""
    found = []
    for database in workspace().glob("*/project.sqlite"):
        folder = database.parent
        pending = [path for path in _job_folders(folder) if not (path / "result.json").exists()]
        if any(Job(path).state().is_active for path in pending) or open_news(folder):
            try:
                found.append((folder, project_name(open_project(folder.name))))
            except PiximiError:
                continue  # the list of projects says what is wrong with it
    return sorted(found, key=lambda item: item[1].casefold())


def _job_folders(project: Path) -> list[Path]:
    return [path for parent in ("jobs", "runs") for path in project.glob(f"{parent}/*/")]
