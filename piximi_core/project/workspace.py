"""The folder of projects: list them, create one, open one by its address."""

from __future__ import annotations

import errno
import json
import os
import re
import time
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from piximi_core.disk import flush_folder
from piximi_core.errors import DamagedProject, NotFound, PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.categories import clean_name
from piximi_core.project.database.schema import images, objects, project, runs, steps, things
from piximi_core.project.database.store import Store, create_store, open_store
from piximi_core.vocabulary import IMAGE_KIND, numbered_name

__all__ = [
    "SHOWN_PICTURES",
    "ProjectSummary",
    "create_project",
    "float_range",
    "folder_name",
    "list_projects",
    "move_in",
    "open_project",
    "project_folder",
    "project_name",
    "rename_project",
    "summarise",
    "unused_name",
    "workspace",
]

SHOWN_PICTURES = 4
"""How many thumbnails the list shows of a project."""

# More than a disk takes to confirm a transaction.
_SETTLED_SECONDS = 5.0
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}
_ADDRESS = re.compile(r"[\w][\w.-]{0,79}")


@dataclass(frozen=True)
class ProjectSummary:
    """What the list of projects shows of one.

    Attributes
    ----------
    used_at
        When something was last done in it, in seconds since the epoch.
    pictures
        Stored SHA-256 of a few images, for thumbnails.
    objects
        How many are drawn on the images.
    trouble
        Why it cannot be opened.
    damaged
        Whether that is damage, which a backup mends.
    """

    address: str
    name: str
    images: int
    labelled: int
    runs: int
    used_at: float
    pictures: tuple[str, ...] = ()
    objects: int = 0
    trouble: str | None = None
    damaged: bool = False


def workspace() -> Path:
    """Return the folder of projects, made if missing: PIXIMI_WORKSPACE or ~/piximi-workspace."""
    chosen = os.environ.get("PIXIMI_WORKSPACE")
    folder = Path(chosen) if chosen else Path.home() / "piximi-workspace"
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PiximiError(
            "The workspace folder {folder} cannot be made ({reason}); "
            "set PIXIMI_WORKSPACE to a folder you can write to.",
            folder=folder,
            reason=error.strerror,
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
    return numbered_name(wanted, {project.name for project in list_projects(root)})


def open_project(address: str, root: Path | None = None) -> Store:
    """Open a project of the workspace by the name of its folder.

    Raises
    ------
    NotFound
        The address is no plain folder name, or there is no project there.
    """
    return open_store(project_folder(address, root))


def project_folder(address: str, root: Path | None = None) -> Path:
    """Return where a project of this address lies, or would lie.

    Raises
    ------
    NotFound
        The address is no plain folder name.
    """
    if not _ADDRESS.fullmatch(address):
        raise NotFound("That address names no project; choose one from the list.")
    return (root or workspace()) / address


def move_in(folder: Path, base: str, root: Path) -> str:
    """Give a folder its place in the workspace, numbered if that is taken; return its address.

    One rename does it, so that a project is there whole or not at all.
    """
    number = 1
    while True:
        address = base if number == 1 else f"{base}-{number}"
        try:
            # A folder can be renamed onto an empty one only, never onto another project.
            folder.rename(root / address)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            number += 1
            continue
        flush_folder(root)
        return address


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
    with store.step(Message("Rename project to {name}", name=name[:60]), who=who) as db:
        db.execute(project.update().values(name=name))


def list_projects(root: Path | None = None) -> list[ProjectSummary]:
    """Return the projects of the workspace, last used first; damaged ones with the reason."""
    top = root or workspace()
    folders = {path.parent for path in top.glob("*/project.sqlite")}
    # One that lost its database altogether is damaged, not gone.
    folders |= {path.parent.parent for path in top.glob("*/backups/*.sqlite")}
    summaries = [summarise(folder) for folder in folders if _ADDRESS.fullmatch(folder.name)]
    return sorted(summaries, key=lambda summary: -summary.used_at)


def summarise(folder: Path) -> ProjectSummary:
    """Return the figures of one project."""
    files = list(_database_files(folder))
    # A log that was only opened is empty, and tells of no change.
    state = tuple((s.st_ino, s.st_size, s.st_mtime_ns) for s in files if s.st_size)
    # SQLite writes a transaction first and shows it a moment later: what is read between the two
    # has the new time and the old figures, and must not be kept.
    settled = time.time() - max((s.st_mtime for s in files), default=0.0) > _SETTLED_SECONDS
    read = _summary if settled else _summary.__wrapped__
    damaged = False
    try:
        return read(folder, state)
    except PiximiError as error:
        reason, damaged = str(error), isinstance(error, DamagedProject)
    except OSError as error:
        reason = Message(
            "Its folder cannot be read ({reason}); check who owns it.", reason=error.strerror
        )
    except (SQLAlchemyError, ValueError, TypeError) as error:
        # Damage deeper inside than opening looks: it must not hide the other projects.
        reason, damaged = (
            Message(
                "Its database cannot be read ({reason}).", reason=getattr(error, "orig", error)
            ),
            True,
        )
    used = max((s.st_mtime for s in files), default=0.0)
    return ProjectSummary(folder.name, folder.name, 0, 0, 0, used, trouble=reason, damaged=damaged)


def _database_files(folder: Path) -> Iterator[os.stat_result]:
    """Yield what the disk says of the database and of the log beside it."""
    for name in ("project.sqlite", "project.sqlite-wal"):
        # SQLite itself removes the log when its last reader leaves.
        with suppress(OSError):
            yield (folder / name).stat()


@lru_cache(maxsize=512)
def _summary(folder: Path, _state: object) -> ProjectSummary:
    with open_store(folder).read() as db:
        found = db.execute(select(project.c.name, project.c.created_at)).one()
        of_images = things.c.kind_id == IMAGE_KIND
        total = db.execute(select(func.count()).where(of_images)).scalar_one()
        labelled = db.execute(
            select(func.count()).where(of_images, things.c.category_id.not_like("0%"))
        ).scalar_one()
        trainings = db.execute(select(func.count()).select_from(runs)).scalar_one()
        drawn = db.execute(select(func.count()).select_from(objects)).scalar_one()
        moments = [found.created_at]
        for column in (steps.c.at, runs.c.created_at, runs.c.finished_at):
            moments.append(db.execute(select(func.max(column))).scalar_one())
        # One of each category, so that a glance tells what the project is about.
        first = select(func.min(things.c.position)).where(of_images).group_by(things.c.category_id)
        pictures = db.execute(
            select(images.c.file_sha256)
            .join(things, things.c.id == images.c.id)
            .where(things.c.position.in_(first))
            .order_by(things.c.category_id.like("0%"), things.c.position)
            .limit(SHOWN_PICTURES)
        ).scalars()
        return ProjectSummary(
            address=folder.name,
            name=str(found.name),
            images=total,
            labelled=labelled,
            runs=trainings,
            used_at=max(_seconds(moment) for moment in moments if moment),
            pictures=tuple(pictures),
            objects=drawn,
        )


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return 0.0
