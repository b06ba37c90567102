"""The one job that a page waits for: found again after a reload, drawn, and its failure told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.applying import is_settled, jobs_of, unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.database.store import Store
from piximi_ui import job_panel
from piximi_ui.job_bar import draw_share
from piximi_ui.texts import _, told

__all__ = ["draw_bar", "failure_of", "last_failure", "newest_job", "pending_job", "start"]


def pending_job(store: Store, **request: str) -> Job | None:
    """Return the newest job that was asked like this and is not yet in the project.

    Parameters
    ----------
    **request
        What its request must hold, such as ``service="predict", run_id=…``.
    """
    for job in unsettled_jobs(store):
        if _fits(job, request) and (job.state().is_active or job.result()):
            return job
    return None


def newest_job(store: Store, **request: str) -> Job | None:
    """Return the newest job that was asked like this, under way or ended."""
    return next((job for job in jobs_of(store) if _fits(job, request)), None)


def last_failure(store: Store, **request: str) -> str | None:
    """Return why the newest job asked like this failed; None if it did not."""
    newest = newest_job(store, **request)
    return None if newest is None else failure_of(newest)


def failure_of(job: Job) -> str | None:
    """Return why a job failed; None if it did not."""
    failed = job.state() is JobState.FAILED
    return told(str(job.result().get("error"))) if failed else None


def _fits(job: Job, wanted: Mapping[str, Any]) -> bool:
    request = job.request()
    return all(request.get(key) == value for key, value in wanted.items())


def start(store: Store, job: Job) -> None:
    """Send a job to its worker, in place of interrupted ones that were asked alike."""
    request = job.request()
    asked = ("service", "run_id", "purpose")
    alike: dict[str, Any] = {key: request[key] for key in asked if key in request}
    for other in unsettled_jobs(store):
        if other.id != job.id and _fits(other, alike) and other.state() is JobState.INTERRUPTED:
            engine.dismiss(other)
    with st.spinner(_("Starting…")):
        # The first job of the day starts the workers.
        engine.submit(job)
    job_panel.follow(job)


def draw_bar(store: Store, job: Job) -> None:
    """Draw how far a job is, every second, and the page anew once its result is there."""
    st.fragment(_bar, run_every=1.0)(store, job)


def _bar(store: Store, job: Job) -> None:
    if is_settled(store, job):
        st.rerun()
    draw_share(job, job.state())
