"""The one job that a page waits for: found again after a reload, drawn, and its failure told."""

from __future__ import annotations

from typing import Any

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.applying import is_settled, jobs_of, unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import Service, service_of
from piximi_core.project.database.store import Store
from piximi_ui.jobs import job_panel
from piximi_ui.jobs.job_bar import draw_share
from piximi_ui.language.texts import _, told

AnyService = Service[Any, Any]

__all__ = ["draw_bar", "failure_of", "last_failure", "newest_job", "pending_job", "start"]


def pending_job(store: Store, service: AnyService, *, run_id: str = "") -> Job | None:
    """Return the newest job of a service that is not yet in the project.

    Parameters
    ----------
    run_id
        Only of those about one training.
    """
    for job in unsettled_jobs(store):
        if _fits(job, service, run_id) and (job.state().is_active or job.is_over):
            return job
    return None


def newest_job(store: Store, service: AnyService, *, run_id: str = "") -> Job | None:
    """Return the newest job of a service, under way or ended."""
    return next((job for job in jobs_of(store) if _fits(job, service, run_id)), None)


def last_failure(store: Store, service: AnyService, *, run_id: str = "") -> str | None:
    """Return why the newest job of a service failed; None if it did not."""
    newest = newest_job(store, service, run_id=run_id)
    return None if newest is None else failure_of(newest)


def failure_of(job: Job) -> str | None:
    """Return why a job failed; None if it did not."""
    return None if job.error is None else told(job.error)


def _fits(job: Job, service: AnyService, run_id: str) -> bool:
    return service.is_of(job) and run_id in ("", job.run_id)


def start(store: Store, job: Job) -> None:
    """Send a job to its worker, in place of interrupted ones that were asked alike."""
    service = service_of(job)
    for other in unsettled_jobs(store):
        alike = other.id != job.id and _fits(other, service, job.run_id)
        if alike and other.state() is JobState.INTERRUPTED:
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
