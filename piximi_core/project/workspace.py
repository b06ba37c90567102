"""The folder of projects: list them, create one, open one by its address."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from piximi_core.errors import NotFound, PiximiError
from piximi_core.project.categories import clean_name
from piximi_core.project.schema import project, runs, things
from piximi_core.project.store import Store, create_store, open_store

__all__ = [
    "ProjectSummary",
    "create_project",
    "float_range",
    "folder_name",
    "list_projects",
    "open_project",
    "project_name",
    "rename_project",
    "summarise",
    "unused_name",
    "workspace",
]

_ADDRESS = re.compile(r"[\w][\w.-]{0,79}")


@dataclass(frozen=True)
class ProjectSummary:
    """What the list of projects shows of one."""

    address: str
    name: str
    images: int
    labelled: int
    runs: int
    changed_at: float  # seconds since the epoch
    trouble: str | None = None


def workspace() -> Path:
    """Return the folder of projects, made if missing: PIXIMI_WORKSPACE or ~/piximi-workspace."""
    chosen = os.environ.get("PIXIMI_WORKSPACE")
    folder = Path(chosen) if chosen else Path.home() / "piximi-workspace"
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PiximiError(
            f"The workspace folder {folder} cannot be made ({error.strerror}); "
            "set PIXIMI_WORKSPACE to a folder you can write to."
        ) from error
    return folder


def folder_name(name: str) -> str:
    """Return a folder name made from a project name: letters, digits, ``-``; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    return "-".join(words).lower()[:60].strip("-") or "project"


def create_project(name: str, root: Path | None = None) -> Store:
    """Create a project in the workspace, in a folder named after it (numbered if taken)."""
    name = clean_name(name, "project")
    root = root or workspace()
    base = folder_name(name)
    number = 1
    while True:
        folder = root / (base if number == 1 else f"{base}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
            continue
        return create_store(folder, name)


def unused_name(wanted: str, root: Path | None = None) -> str:
    """Return a name that no project of the workspace has: the wanted one, numbered if taken."""
    taken = {project.name for project in list_projects(root)}
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


def open_project(address: str, root: Path | None = None) -> Store:
    """Open a project of the workspace by the name of its folder.

    Raises
    ------
    NotFound
        The address is no plain folder name, or there is no project there.
    """
    if not _ADDRESS.fullmatch(address):
        raise NotFound("That address names no project; choose one from the list.")
    return open_store((root or workspace()) / address)


def project_name(store: Store) -> str:
    """Return the project's name as the person gave it."""
    with store.read() as db:
        return str(db.execute(select(project.c.name)).scalar_one())


def float_range(store: Store) -> tuple[float, float] | None:
    """Return which decimal numbers become 0 and 1; None while all images hold whole ones."""
    with store.read() as db:
        found = db.execute(select(project.c.float_range)).scalar_one()
    if not found:
        return None
    low, high = json.loads(found)
    return float(low), float(high)


def rename_project(store: Store, name: str, *, who: str | None = None) -> None:
    """Rename a project; its folder and address stay."""
    name = clean_name(name, "project")
    with store.step(f"Rename project to {name[:60]}", who=who) as db:
        db.execute(project.update().values(name=name))


def list_projects(root: Path | None = None) -> list[ProjectSummary]:
    """Return the projects of the workspace, last changed first; damaged ones with the reason."""
    found = (root or workspace()).glob("*/project.sqlite")
    summaries = [summarise(path.parent) for path in found if _ADDRESS.fullmatch(path.parent.name)]
    return sorted(summaries, key=lambda summary: -summary.changed_at)


def summarise(folder: Path) -> ProjectSummary:
    """Return the figures of one project."""
    database = folder / "project.sqlite"
    wal = folder / "project.sqlite-wal"
    changed = max(path.stat().st_mtime for path in (database, wal) if path.exists())
    try:
        store = open_store(folder)
        with store.read() as db:
            name = db.execute(select(project.c.name)).scalar_one()
            total = db.execute(select(func.count()).select_from(things)).scalar_one()
            labelled = db.execute(
                select(func.count()).where(things.c.category_id.not_like("0%"))
            ).scalar_one()
            trainings = db.execute(select(func.count()).select_from(runs)).scalar_one()
    except PiximiError as error:
        return ProjectSummary(folder.name, folder.name, 0, 0, 0, changed, str(error))
    except DatabaseError as error:
        # Damage deeper inside than opening looks: it must not hide the other projects.
        reason = f"Its database cannot be read ({error.orig}); put back a copy that you kept."
        return ProjectSummary(folder.name, folder.name, 0, 0, 0, changed, reason)
    return ProjectSummary(folder.name, str(name), total, labelled, trainings, changed)
