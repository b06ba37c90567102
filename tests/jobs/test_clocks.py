"""A clock that was years ahead for an evening, or is set back, changes no order of jobs."""

from __future__ import annotations

import os
import time

from piximi_core.jobs.applying import jobs_of
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import new_id

YEARS = 730 * 86400


def ask(store: Store, moment: float) -> Job:
    job = Job.create(store.files.jobs / new_id(), "add", {})
    os.utime(job.folder / "request.json", (moment, moment))
    return job


def test_the_newest_job_is_the_one_asked_for_last(store: Store) -> None:
    now = time.time()
    before, ahead, after = ask(store, now), ask(store, now + YEARS), ask(store, now + 60)
    assert [job.id for job in jobs_of(store)] == [after.id, ahead.id, before.id]
    before.reopen()
    assert jobs_of(store)[0].id == before.id, "what is asked for again is the newest"


def test_jobs_of_an_earlier_program_come_before_by_their_moments(store: Store) -> None:
    now = time.time()
    old = [ask(store, now - seconds) for seconds in (50, 40)]
    for job in old:
        (job.folder / "order").unlink()
    new = ask(store, now - 100)
    assert [job.id for job in jobs_of(store)] == [new.id, old[1].id, old[0].id]


def test_progress_of_a_time_to_come_silences_no_report(store: Store) -> None:
    job = ask(store, time.time())
    job.report(1, 10, "one")
    ahead = time.time() + YEARS
    os.utime(job.folder / "progress.json", (ahead, ahead))
    job.report(2, 10, "two")
    assert job.progress()["done"] == 2


def test_a_heartbeat_of_a_time_to_come_is_no_sign_of_life(store: Store) -> None:
    job = ask(store, time.time())
    (job.folder / "started").write_text('{"host": "elsewhere", "pid": 1, "since": 0}')
    job.beat()
    assert job.state() is JobState.RUNNING
    ahead = time.time() + YEARS
    os.utime(job.folder / "heartbeat", (ahead, ahead))
    assert job.state() is JobState.INTERRUPTED
