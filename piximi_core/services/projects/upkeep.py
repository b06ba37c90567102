"""What keeps a project safe and small by itself, and what a person can clear of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from piximi_core.jobs.applying import jobs_of, unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.care.disk_use import disk_use
from piximi_core.project.care.originals import collect_originals, unneeded_originals
from piximi_core.project.care.recovery import DAMAGED
from piximi_core.project.database.backups import Backup, back_up_if_due, list_backups
from piximi_core.project.database.store import Store
from piximi_core.services.projects.deleting import active_jobs

__all__ = ["PARTS", "Part", "clear", "keep_safe", "space_of"]

# What a finished job's folder keeps for good; the rest was made for someone to take away.
_KEPT_OF_JOBS = frozenset({"order", "request.json", "result.json", "started", "unread"})


@dataclass(frozen=True)
class Part:
    """One sort of files of a project.

    Attributes
    ----------
    name
        One of `PARTS`.
    size, clearable
        Bytes in all, and those that nothing is lost with.
    """

    name: str
    size: int
    clearable: int


def keep_safe(store: Store) -> Backup | None:
    """Take a backup if one is due, and delete the originals that nothing refers to any more.

    Returns
    -------
    Backup or None
        The new backup; None if none was due.

    Raises
    ------
    DamagedProject
        The database turned out to be damaged.
    PiximiError
        The disk is full, or another program is writing.
    """
    if store.reading_only:
        return None
    taken = back_up_if_due(store.folder)
    if taken is not None:
        collect_originals(store.folder, lambda: _is_quiet(store))
    return taken


def _is_quiet(store: Store) -> bool:
    """Whether no job stands whose result may name originals; runs list theirs themselves."""
    return not any(
        job.state().is_active or job.is_over
        for job in unsettled_jobs(store)
        if job.folder.parent == store.files.jobs
    )


def space_of(store: Store) -> list[Part]:
    """Return how much room each part of a project takes, and how much of it can be cleared."""
    files = store.files
    whole = {
        "images": disk_use(files.folder / "images"),
        "runs": disk_use(files.runs),
        "cache": disk_use(files.cache),
        "backups": disk_use(files.backups),
        "jobs": disk_use(files.jobs),
    }
    whole["database"] = disk_use(files.folder) - sum(whole.values())
    return [
        Part(name, size, sum(map(_size, _CLEARABLE[name](store))) if name in _CLEARABLE else 0)
        for name, size in whole.items()
    ]


def clear(store: Store, name: str) -> int:
    """Delete what can be cleared of a part; return the bytes that this frees."""
    if name == "images":
        return collect_originals(store.folder, lambda: _is_quiet(store))
    freed = 0
    for path in _CLEARABLE[name](store):
        freed += _size(path)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return freed


def _size(path: Path) -> int:
    with suppress(OSError):
        return disk_use(path) if path.is_dir() else path.stat().st_size
    return 0


def _cache(store: Store) -> Iterable[Path]:
    # Pixels that a training reads at this moment are no cache of ours to clear.
    kept = {"training"} if active_jobs(store.folder) else set()
    folder = store.files.cache
    return [p for p in folder.iterdir() if p.name not in kept] if folder.is_dir() else []


def _old_backups(store: Store) -> Iterable[Path]:
    """Return all copies but the newest, and the damaged databases kept aside."""
    old = [backup.path for backup in list_backups(store.folder)[1:]]
    return [*old, *store.files.backups.glob(f"{DAMAGED}*")]


def _checkpoints(store: Store) -> Iterable[Path]:
    """Return the checkpoints of runs that did all their epochs: there is nothing to resume."""
    for job in jobs_of(store):
        if job.folder.parent == store.files.runs and job.state() is JobState.DONE:
            folder = job.folder / "checkpoints"
            if folder.is_dir() and not job.ended_early:
                yield folder


def _taken_away(store: Store) -> Iterable[Path]:
    """Return what finished jobs made or were given: exports, archives, uploads."""
    unsettled = {job.id for job in unsettled_jobs(store)}
    for job in map(Job, store.files.jobs.iterdir()):
        if job.id not in unsettled and job.is_over:
            yield from (p for p in job.folder.iterdir() if p.name not in _KEPT_OF_JOBS)


_CLEARABLE: dict[str, Callable[[Store], Iterable[Path]]] = {
    "images": lambda store: unneeded_originals(store.folder),
    "runs": _checkpoints,
    "cache": _cache,
    "backups": _old_backups,
    "jobs": _taken_away,
}
PARTS = (*_CLEARABLE, "database")
"""The sorts of files that `space_of` tells apart."""
