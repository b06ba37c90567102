"""The jobs of a project on every page: how far, what they wait for, Stop, and what came of them."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.applying import jobs_of, unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.store import Store
from piximi_ui import job_texts
from piximi_ui.context import errors_shown, say
from piximi_ui.texts import _

__all__ = ["draw", "follow"]

_EVERY = "1s"


def follow(job: Job) -> None:
    """Let this browser session show a job's outcome when it ends."""
    _followed().add(job.id)


def _followed() -> set[str]:
    ids: set[str] = st.session_state.setdefault("piximi_followed_jobs", set())
    return ids


def draw(store: Store) -> None:
    """Draw the panel; it redraws itself every second while a job is under way."""
    waiting = [job for job in unsettled_jobs(store) if _shown(job)]
    active = any(job.state().is_active or job.result() for job in waiting)
    st.fragment(_panel, run_every=_EVERY if active else None)(store, active)


def _shown(job: Job) -> bool:
    return job.request().get("purpose") != "evaluate" or job.state().is_active


def _panel(store: Store, was_active: bool) -> None:
    waiting = [job for job in unsettled_jobs(store) if _shown(job)]
    _followed().update(job.id for job in waiting)
    if waiting:
        st.caption(_("Under way"))
    for job in waiting:
        _card(job)
    settled = {job.id for job in waiting}
    ended = [job for job in jobs_of(store) if job.id in _followed() - settled]
    for job in ended:
        _followed().discard(job.id)
        _tell(job)
    still_active = any(job.state().is_active or job.result() for job in waiting)
    if ended or (was_active and not still_active):
        # The page shows what the job changed.
        st.rerun()


def _tell(job: Job) -> None:
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
        progress = job.progress()
        total = float(progress.get("total") or 0)
        share = min(1.0, float(progress.get("done", 0)) / total) if total else 0.0
        st.progress(share, text=job_texts.doing(job, state))
        stopping = job.should_stop()
        if st.button(
            _("Stopping…") if stopping else _("Stop"),
            icon=":material/stop_circle:",
            disabled=stopping or not state.is_active,
            key=f"stop-{job.id}",
        ):
            job.ask_to_stop()
            st.rerun(scope="fragment")


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
