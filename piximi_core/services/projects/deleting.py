"""Put a project into the bin, unless something is still at work in it."""

from __future__ import annotations

from pathlib import Path

from piximi_core.errors import ProjectBusy
from piximi_core.jobs.folder import Job
from piximi_core.project.care.bin import put_into_bin
from piximi_core.project.files import ProjectFiles
from piximi_core.project.workspace import project_folder

__all__ = ["active_jobs", "delete_project", "require_quiet"]


def active_jobs(folder: Path) -> list[Job]:
    """Return the jobs under way in a project folder, whose database may be damaged."""
    files = ProjectFiles(folder)
    found = []
    for parent in (files.jobs, files.runs):
        for job in map(Job, parent.iterdir() if parent.is_dir() else ()):
            if job.is_asked and job.state().is_active:
                found.append(job)
    return found


def require_quiet(folder: Path, name: str) -> None:
    """Refuse while a job of the project is under way.

    Raises
    ------
    ProjectBusy
        One is.
    """
    if active_jobs(folder):
        raise ProjectBusy(
            "The project {name!r} has work under way; wait until it ends, or open the project "
            "and stop it, then try again.",
            name=name,
        )


def delete_project(address: str, name: str, root: Path | None = None) -> str:
    """Move a project into the bin; return its entry there.

    Raises
    ------
    ProjectBusy
        A job of it is under way, or another program is writing it.
    NotFound
        It is no longer there.
    """
    require_quiet(project_folder(address, root), name)
    return put_into_bin(address, root)
