"""Bring what jobs found into the project: once each, in one transaction, undoable as one step."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from piximi_core.errors import NoSpace, PiximiError, ProjectBusy
from piximi_core.jobs.folder import Job, JobState, abandoned_folders
from piximi_core.jobs.running import end_of
from piximi_core.jobs.service import Asked, Found, Service, service_of
from piximi_core.messages import Message
from piximi_core.project.database import schema
from piximi_core.project.database.schema import applied_jobs, runs
from piximi_core.project.database.store import Store
from piximi_core.project.files import replace_atomically
from piximi_core.vocabulary import now

__all__ = [
    "added_things",
    "apply_finished",
    "apply_result",
    "done_jobs",
    "is_settled",
    "jobs_of",
    "settle_project",
    "unsettled_jobs",
]

log = logging.getLogger("piximi")

_KEPT_JOBS = 30
_ADDED, _MOST_ADDED = "added.json", 20_000
# What may go well the next time, and what never will.
_LATER = (NoSpace, ProjectBusy)
_DAMAGED = (ValueError, TypeError, KeyError, EOFError, FileNotFoundError, IntegrityError)


def jobs_of(store: Store) -> list[Job]:
    """Return every job of the project, trainings included, newest request first."""
    return _newest_first(_folders(store))


def done_jobs(
    store: Store, service: Service[Asked, Found], *, run_id: str = ""
) -> Iterator[tuple[Job, Found]]:
    """Yield the jobs of a service that are done, and what came of them, newest first.

    Parameters
    ----------
    run_id
        Only those about one training.
    """
    for job in jobs_of(store):
        if service.is_of(job) and (not run_id or job.run_id == run_id):
            found = service.found(job)
            if found is not None:
                yield job, found


def unsettled_jobs(store: Store) -> list[Job]:
    """Return the jobs whose result is not yet in the project, newest first."""
    settled = _settled_ids(store)
    return _newest_first(job for job in _folders(store) if job.id not in settled)


def _newest_first(jobs: Iterable[Job]) -> list[Job]:
    """Return those with a complete request, sorted by when it was written."""
    return sorted((job for job in jobs if job.is_asked), key=_asked_at, reverse=True)


def _asked_at(job: Job) -> tuple[int, float]:
    # A resumed training is asked for again, and numbered anew. Jobs of earlier programs have no
    # number; the moment of their request tells them apart.
    try:
        return job.order(), (job.folder / "request.json").stat().st_mtime
    except FileNotFoundError:
        return 0, 0.0


def _folders(store: Store) -> Iterator[Job]:
    for parent in (store.files.jobs, store.files.runs):
        if parent.is_dir():
            yield from map(Job, parent.iterdir())


def _settled_ids(store: Store) -> set[str]:
    with store.read() as db:
        return set(db.execute(select(applied_jobs.c.id)).scalars())


def is_settled(store: Store, job: Job) -> bool:
    """Whether a job's result is in the project already."""
    with store.read() as db:
        return _is_noted(db, job)


def _is_noted(db: Connection, job: Job) -> bool:
    return (
        db.execute(select(applied_jobs.c.id).where(applied_jobs.c.id == job.id)).first() is not None
    )


def apply_result(store: Store, job: Job) -> bool:
    """Apply a finished job's result unless that has been done; return whether it was now."""
    result = job.result()
    if not result or is_settled(store, job):
        return False
    if result["state"] != JobState.DONE:
        return _end(store, job)
    try:
        return _bring_in(store, job)
    except _LATER:
        raise
    except PiximiError as error:
        job.fail(str(error))
    except _DAMAGED:
        log.exception("The result of job %s cannot be applied", job.id)
        job.fail(Message("What this job found is damaged on the disk; ask for it again."))
    # Damage on the disk will not mend itself, and must not keep the project from opening.
    return _end(store, job)


def _bring_in(store: Store, job: Job) -> bool:
    service = service_of(job)
    request, result = service.request(job), service.result(job)
    change = service.change
    if change is None or change.step_name is None:
        writing = store.write()
    else:
        writing = store.step(change.step_name(job, request, result), who=request.who or None)
    with writing as db:
        if not _note(db, job):
            return False
        if change is not None:
            change.bring_in(store, db, job, request, result)
        _keep_added(job, db)
    return True


def _keep_added(job: Job, db: Connection) -> None:
    """Leave the ids of the new things beside the result, for whoever wants to see them first."""
    journal, step = schema.journal.c, select(schema.recording.c.step).scalar_subquery()
    new = select(journal.key).where(
        journal.step == step, journal.table == "things", journal.before.is_(None)
    )
    ids = list(db.execute(new.order_by(journal.id).limit(_MOST_ADDED + 1)).scalars())
    if 0 < len(ids) <= _MOST_ADDED:
        with replace_atomically(job.folder / _ADDED) as part:
            part.write_text(json.dumps(ids))


def added_things(job: Job) -> tuple[str, ...]:
    """Return the ids of the images and objects that a job brought into the project, in order.

    Empty if there were none, or more than 20,000, which nobody looks through.
    """
    try:
        return tuple(map(str, json.loads((job.folder / _ADDED).read_text())))
    except (OSError, ValueError):
        return ()


def _end(store: Store, job: Job) -> bool:
    """Note that a job without a useful result is over; that is no step of the history."""
    with store.write() as db:
        noted = _note(db, job)
    end_of(job)
    return noted


def _note(db: Connection, job: Job) -> bool:
    """Write that a job is applied; return False if it was before."""
    if _is_noted(db, job):
        return False
    db.execute(applied_jobs.insert().values(id=job.id, at=now()))
    return True


def apply_finished(store: Store) -> list[Job]:
    """Apply every finished job that is not applied yet, oldest first; return those."""
    finished = [job for job in unsettled_jobs(store) if job.result()]
    return [job for job in reversed(finished) if apply_result(store, job)]


def settle_project(store: Store) -> None:
    """Catch up after a crash: apply finished jobs, drop half-made and long-finished ones."""
    if store.reading_only:
        return
    apply_finished(store)
    with store.read() as db:
        registered = set(db.execute(select(runs.c.id)).scalars())
    settled = _settled_ids(store)
    for job in jobs_of(store):
        is_run = job.folder.parent == store.files.runs
        # A run's folder is completed before its row is written; without a row it never began.
        if is_run and job.id not in registered and job.state() is JobState.INTERRUPTED:
            shutil.rmtree(job.folder, ignore_errors=True)
    _drop_half_made(store, registered)
    ended = [job for job in jobs_of(store) if job.folder.parent == store.files.jobs]
    for job in [job for job in ended if job.id in settled][_KEPT_JOBS:]:
        shutil.rmtree(job.folder, ignore_errors=True)


def _drop_half_made(store: Store, registered: Collection[str]) -> None:
    """Delete what killed processes left: requests never completed, and pixels of dead trainings."""
    for parent in (store.files.jobs, store.files.runs):
        for folder in abandoned_folders(parent):
            if folder.name not in registered:
                shutil.rmtree(folder, ignore_errors=True)
    for scratch in (store.files.cache / "training").glob("*.npy"):
        if not Job(store.files.run(scratch.stem)).state().is_active:
            scratch.unlink(missing_ok=True)
