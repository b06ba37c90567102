"""How far a job is, and the button that ends it; the same wherever a job is shown."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs.folder import Job, JobState
from piximi_ui.jobs import job_texts
from piximi_ui.language.texts import _, plain

__all__ = ["draw_share", "draw_stop"]


def draw_share(job: Job, state: JobState) -> None:
    """Draw the bar with what the job is doing."""
    progress = job.progress()
    total = float(progress.get("total") or 0)
    share = min(1.0, float(progress.get("done", 0)) / total) if total else 0.0
    st.progress(share, text=plain(job_texts.doing(job, state)))


def draw_stop(job: Job, state: JobState, *, key: str, tip: str | None = None) -> None:
    """Draw the button that asks a job to end, inside a fragment.

    Parameters
    ----------
    tip
        What ending it leaves.
    """
    stopping = job.should_stop()
    if st.button(
        _("Stopping…") if stopping else _("Stop"),
        icon=":material/stop_circle:",
        disabled=stopping or not state.is_active,
        help=tip,
        key=key,
        width="stretch",
    ):
        job.ask_to_stop()
        st.rerun(scope="fragment")
