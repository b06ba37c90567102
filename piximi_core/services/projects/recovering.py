"""Bring a project back: to an earlier state on purpose, or out of a damaged database.

After damage, the newest good backup takes the place of the database. Trainings made since are
found in their folders, and what finished jobs had found is brought in again; the rest is listed.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, func, select

from piximi_core.errors import PiximiError
from piximi_core.jobs.applying import settle_project
from piximi_core.jobs.folder import Job, read_json, write_json
from piximi_core.jobs.service import service_of
from piximi_core.project.care.originals import unneeded_originals
from piximi_core.project.care.recovery import DAMAGED, LOST, Replaced, replace_damaged
from piximi_core.project.contents.runs import Run, register_run
from piximi_core.project.database.backups import Backup, restore_backup
from piximi_core.project.database.schema import images, runs
from piximi_core.project.database.store import Store, open_store
from piximi_core.project.files import ProjectFiles
from piximi_core.project.workspace import project_name
from piximi_core.services.projects.deleting import require_quiet
from piximi_core.vocabulary import now, numbered_name

__all__ = ["Recovery", "last_recovery", "recover_project", "restore_project"]


@dataclass(frozen=True)
class Recovery:
    """What a recovery brought back, and what it could not.

    Attributes
    ----------
    damage
        What was wrong with the database.
    backup_at
        When the backup was taken that took its place, in seconds since the epoch.
    runs
        Names of the trainings since then that were found on the disk.
    images_back
        How many images since then the results of their imports gave back.
    steps
        What was done since then and is lost, as far as the damaged database tells.
    originals
        SHA-256 of the image files on the disk that the project no longer knows.
    """

    damage: str
    backup_at: float
    runs: tuple[str, ...]
    images_back: int
    steps: tuple[str, ...]
    originals: tuple[str, ...]


def restore_project(store: Store, name: str) -> Backup:
    """Put a backup back; return the copy of the present state, which takes this back.

    Raises
    ------
    ProjectBusy
        A job of the project is under way.
    PiximiError
        As `restore_backup`.
    """
    require_quiet(store.folder, project_name(store))
    settle_project(store)
    return restore_backup(store.folder, name)


def recover_project(folder: Path) -> Recovery:
    """Bring a project with a damaged database back from its newest good backup.

    Raises
    ------
    BadInput
        The database is not damaged, or there is no good backup of it.
    """
    found: list[str] = []
    replaced = replace_damaged(folder, lambda draft: found.extend(_find_runs(folder, draft)))
    store = open_store(folder)
    before = _count_images(store)
    settle_project(store)
    recovery = Recovery(
        damage=replaced.damage,
        backup_at=replaced.backup.at,
        runs=tuple(found),
        images_back=_count_images(store) - before,
        steps=replaced.steps,
        originals=tuple(_unknown_originals(folder, replaced)),
    )
    write_json(replaced.aside / LOST, asdict(recovery))
    return recovery


def last_recovery(folder: Path) -> Recovery | None:
    """Return what the project's last recovery found, None if there was none."""
    for aside in sorted(ProjectFiles(folder).backups.glob(f"{DAMAGED}*"), reverse=True):
        found = read_json(aside / LOST)
        if found:
            for key in ("runs", "steps", "originals"):
                found[key] = tuple(found[key])
            return Recovery(**found)
    return None


def _count_images(store: Store) -> int:
    with store.read() as db:
        return int(db.execute(select(func.count()).select_from(images)).scalar_one())


def _unknown_originals(folder: Path, replaced: Replaced) -> Iterator[str]:
    for path in unneeded_originals(folder, youngest=0.0):
        # Older ones were of no use before the damage either.
        if not path.name.startswith(".") and path.stat().st_mtime > replaced.backup.at:
            yield path.name.split(".")[0]


def _find_runs(folder: Path, draft: Path) -> list[str]:
    """Enter the trainings on the disk that a backup does not know; return their names."""
    asked = []
    for job in map(Job, _folders(ProjectFiles(folder).runs)):
        request = _training_asked(job)
        if request is not None:
            asked.append((job.folder.joinpath("request.json").stat().st_mtime, job, request))
    engine = create_engine(f"sqlite:///{draft}")
    try:
        with engine.begin() as db:
            known = set(db.execute(select(runs.c.id)).scalars())
            return [
                _enter(db, job, request)
                for _at, job, request in sorted(asked, key=lambda one: one[0])
                if job.id not in known
            ]
    finally:
        engine.dispose()


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def _training_asked(job: Job) -> Any:
    """Return the request of a folder that holds a whole training; None if it does not."""
    try:
        service = service_of(job)
        whole = service.is_training and (job.folder / "data.csv").is_file()
        return service.request(job) if whole else None
    except PiximiError:
        return None


def _enter(db: Connection, job: Job, request: Any) -> str:
    taken = set(db.execute(select(runs.c.name)).scalars())
    name = numbered_name(str(request.settings.get("name") or "Run"), taken)
    with (job.folder / "data.csv").open(newline="", encoding="utf-8") as table:
        counts = Counter(row.get("partition", "") for row in csv.DictReader(table))
    newest = db.execute(select(func.max(runs.c.number))).scalar_one_or_none()
    register_run(
        db,
        Run(
            id=job.id,
            kind_id=request.kind_id,
            number=int(newest or 0) + 1,
            name=name,
            settings=request.settings,
            classes=request.classes,
            counts={part: counts[part] for part in ("Training", "Validation")},
            created_at=now(),
            finished_at=None,
            summary=None,
        ),
    )
    return name
