"""The jobs of a project on every page: how far, what they wait for, Stop, and what came of them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.jobs.applying import unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import service_of
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import open_project
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown, say, settled
from piximi_ui.jobs import job_news, job_texts
from piximi_ui.jobs.job_bar import draw_share, draw_stop
from piximi_ui.language.texts import _, plain

__all__ = ["draw", "draw_everywhere", "follow", "is_own"]

_EVERY = 1.0
_OWN = "piximi_own_jobs"


def follow(job: Job) -> None:
    """Show what comes of a job: at once if this session is there when it ends, else later."""
    job_news.expect(job)
    _followed()[job.id] = job.folder
    st.session_state.setdefault(_OWN, set()).add(job.id)


def is_own(job: Job) -> bool:
    """Whether this session asked for a job, so that what it shows may make way for its result."""
    return job.id in st.session_state.get(_OWN, ())


def _followed() -> dict[str, Path]:
    """Return the folders of the jobs whose end this session awaits."""
    jobs: dict[str, Path] = st.session_state.setdefault("piximi_followed_jobs", {})
    return jobs


def draw(store: Store) -> None:
    """Draw the panel; it redraws itself every second while a job is under way."""
    active = any(job.state().is_active or job.is_over for job in _waiting(store))
    st.fragment(_panel, run_every=_EVERY if active else None)(store, active)


def draw_everywhere() -> None:
    """Draw the jobs and news of all projects, each below its project's name."""
    for folder, name in job_news.busy_projects():
        try:
            store = settled(open_project(folder.name))
        except PiximiError:
            continue  # the list of projects says what is wrong with it
        st.caption(plain(name))
        draw(store)


def _waiting(store: Store) -> list[Job]:
    return [job for job in unsettled_jobs(store) if _shown(job)]


def _shown(job: Job) -> bool:
    try:
        shown = service_of(job).shown
    except PiximiError:
        return True
    return shown == "always" or (shown == "while active" and job.state().is_active)


def _panel(store: Store, was_active: bool) -> None:
    waiting = _waiting(store)
    _followed().update((job.id, job.folder) for job in waiting)
    if waiting:
        st.caption(_("Under way"))
    for job in waiting:
        _card(job)
    unsettled = {job.id for job in waiting}
    followed = map(Job, _followed().values())
    mine = [job for job in followed if job.project_folder == store.folder]
    ended = [job for job in mine if job.id not in unsettled]
    for job in ended:
        del _followed()[job.id]
        if job.is_over:
            _tell(job)
    job_news.draw(store.folder)
    still_active = any(job.state().is_active or job.is_over for job in waiting)
    if ended or (was_active and not still_active):
        # The page shows what the job changed.
        st.rerun()


def _tell(job: Job) -> None:
    if navigation.current() == "images" and job_news.is_import(job):
        return  # the page itself tells
    text = job_texts.outcome(job)
    failed = job.state() is JobState.FAILED
    say(text, ":material/error:" if failed else ":material/check_circle:")


def _card(job: Job) -> None:
    state = job.state()
    with st.container(border=True, key=f"job-{job.id}"):
        st.markdown(f"**{job_texts.title(job)}**")
        if state is JobState.INTERRUPTED:
            _interrupted(job)
            return
        draw_share(job, state)
        draw_stop(job, state, key=f"stop-{job.id}")


def _interrupted(job: Job) -> None:
    st.caption(_("Interrupted before it was done."))
    if job.folder.parent.name == "runs":
        st.caption(_("Resume it on the Train page."))
        return
    with st.container(horizontal=True):
        if st.button(_("Run again"), icon=":material/replay:", key=f"again-{job.id}"):
            with errors_shown():
                job.reopen()
                engine.submit(job)
                st.rerun()
        if st.button(_("Dismiss"), key=f"dismiss-{job.id}"):
            with errors_shown():
                engine.dismiss(job)
                st.rerun()
