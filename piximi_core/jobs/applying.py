"""Bring what jobs found into the project: once each, in one transaction, undoable as one step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from sqlalchemy import select

from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.running import service_of
from piximi_core.project.ids import now
from piximi_core.project.schema import applied_jobs, runs
from piximi_core.project.store import Store

__all__ = ["apply_finished", "apply_result", "jobs_of", "settle_project", "unsettled_jobs"]

_KEPT_JOBS = 30


def jobs_of(store: Store) -> list[Job]:
    """Return every job of the project, trainings included, newest request first."""
    return sorted(_all_jobs(store), key=_asked_at, reverse=True)


def _asked_at(job: Job) -> float:
    # A resumed training is asked for again; its request is then written anew.
    try:
        return (job.folder / "request.json").stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _all_jobs(store: Store) -> Iterator[Job]:
    for parent in (store.files.jobs, store.files.runs):
        if parent.is_dir():
            yield from (Job(path) for path in parent.iterdir() if (path / "request.json").exists())


def unsettled_jobs(store: Store) -> list[Job]:
    """Return the jobs whose result is not yet in the project, newest first."""
    with store.read() as db:
        settled = set(db.execute(select(applied_jobs.c.id)).scalars())
    return [job for job in jobs_of(store) if job.id not in settled]


def apply_result(store: Store, job: Job) -> bool:
    """Apply a finished job's result unless that has been done; return whether it was now."""
    result = job.result()
    if not result:
        return False
    service = service_of(job.request()["service"])
    useful = result["state"] == JobState.DONE
    label = service.label(job, result) if useful else f"End job {job.id[:8]}"
    with store.step(label, who=job.request().get("who")) as db:
        done = db.execute(select(applied_jobs.c.id).where(applied_jobs.c.id == job.id)).first()
        if done:
            return False
        if useful:
            service.apply(job, result, store, db)
        db.execute(applied_jobs.insert().values(id=job.id, at=now()))
    return True


def apply_finished(store: Store) -> list[Job]:
    """Apply every finished job that is not applied yet, oldest first; return those."""
    finished = [job for job in unsettled_jobs(store) if job.result()]
    return [job for job in reversed(finished) if apply_result(store, job)]


def settle_project(store: Store) -> None:
    """Catch up after a crash: apply finished jobs, drop half-made and long-finished ones."""
    apply_finished(store)
    with store.read() as db:
        registered = set(db.execute(select(runs.c.id)).scalars())
        settled = set(db.execute(select(applied_jobs.c.id)).scalars())
    for job in list(_all_jobs(store)):
        is_run = job.folder.parent == store.files.runs
        # A run's folder is completed before its row is written; without a row it never began.
        if is_run and job.id not in registered and job.state() is JobState.INTERRUPTED:
            shutil.rmtree(job.folder, ignore_errors=True)
    ended = [job for job in jobs_of(store) if job.folder.parent == store.files.jobs]
    for job in [job for job in ended if job.id in settled][_KEPT_JOBS:]:
        shutil.rmtree(job.folder, ignore_errors=True)
