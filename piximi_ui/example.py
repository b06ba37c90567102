"""Try with Digits: make the example project, show its training, and open it when it is done."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine, train
from piximi_core.jobs.applying import apply_finished
from piximi_core.jobs.digits import DIGITS_SETTINGS, EXAMPLE_NAME, create_example
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.runs import list_runs
from piximi_core.project.store import Store
from piximi_core.project.workspace import ProjectSummary, open_project
from piximi_ui import job_texts, navigation
from piximi_ui.context import errors_shown, who
from piximi_ui.texts import _, plain

__all__ = ["draw_button", "draw_preparation"]

_PREPARED = "piximi_example"
_LEAVING = "piximi_example_leaving"


def draw_button(projects: list[ProjectSummary], *, primary: bool) -> None:
    """Draw *Try with Digits*; where the example exists, it asks which one is meant."""
    made = [p for p in projects if p.trouble is None and _is_example(p.name)]
    icon = ":material/rocket_launch:"
    label = _("Try with Digits")
    style = "primary" if primary else "secondary"
    if not made:
        if st.button(label, icon=icon, type=style, key="try-digits"):
            _prepare()
        return
    with st.popover(label, icon=icon, key="try-digits-again"):
        st.caption(_("The example was made before. What you did in it is still there."))
        with st.container(horizontal=True):
            if st.button(_("Open it again"), type="primary", key="example-open"):
                _open(made[0].address)
            if st.button(_("Make another"), key="example-another"):
                _prepare()


def _is_example(name: str) -> bool:
    first, _space, number = name.partition(" ")
    return first == EXAMPLE_NAME and (not number or number.isdigit())


def _prepare() -> None:
    """Make the example, send its training off, and draw the page again to follow it."""
    with errors_shown():
        with st.spinner(_("Adding 1,797 scanned digits…"), show_time=True):
            store, job = create_example(who=who())
        engine.submit(job)
        st.session_state[_PREPARED] = store.folder.name
        st.rerun()


def _open(address: str) -> None:
    """Open an example, after its training if that was never finished."""
    with errors_shown():
        store = open_project(address)
        if _waits_for_training(store):
            st.session_state[_PREPARED] = address
            st.rerun()
        navigation.go_to("images", project=address)


def _waits_for_training(store: Store) -> bool:
    runs = list_runs(store)
    return bool(runs) and not any(run.has_classifier for run in runs)


def draw_preparation() -> bool:
    """Draw how far the example is, if one is being made here; return whether one is."""
    leaving = st.session_state.pop(_LEAVING, None)
    if leaving is not None:
        st.session_state.pop(_PREPARED, None)
        navigation.go_to("images", project=leaving)
    address = st.session_state.get(_PREPARED)
    if address is None:
        return False
    try:
        store = open_project(address)
    except PiximiError:
        del st.session_state[_PREPARED]
        return False
    if not _waits_for_training(store):
        _leave(store.folder)
    st.fragment(_progress, run_every="0.5s")(store.folder)
    return True


def _progress(folder: Path) -> None:
    store = open_project(folder.name)
    runs = list_runs(store)
    if not _waits_for_training(store):
        _leave(folder)
    job = Job(store.files.run(runs[0].id))
    state = job.state()
    if state in (JobState.FAILED, JobState.STOPPED, JobState.INTERRUPTED):
        _broken(store, job, state)
        return
    if job.result():
        # The watcher does this too, a moment later.
        apply_finished(store)
        _leave(folder)
    # Entered itself, a status would call itself complete at the end of the block.
    with st.status(_("Preparing the example “Digits”"), expanded=True).container():
        st.markdown(f":material/check: {_('1,797 scanned digits added, four of five labelled')}")
        st.markdown(f":material/model_training: {_('A small classifier is being trained')}")
        progress = job.progress()
        total = float(progress.get("total") or 0)
        share = min(1.0, float(progress.get("done", 0)) / total) if total else 0.0
        st.progress(share, text=plain(job_texts.doing(job, state)))
        if st.button(_("Open it now"), help=_("The training goes on."), key="example-now"):
            _leave(folder)


def _leave(folder: Path) -> NoReturn:
    """Turn to the example's images; whatever is still under way, its sidebar shows."""
    st.session_state[_LEAVING] = folder.name
    # Only the page as a whole can turn: from a fragment's own redrawing nothing came of it.
    st.rerun()


def _broken(store: Store, job: Job, state: JobState) -> None:
    reason = str(job.result().get("error") or _("The training was interrupted."))
    box = st.status(_("The example is not complete"), expanded=True, state="error")
    with box.container():
        st.markdown(plain(reason, 300))
        with st.container(horizontal=True):
            if st.button(_("Train again"), type="primary", key="example-again"):
                with errors_shown():
                    _train_again(store, job, state)
                    st.rerun()
            if st.button(_("Open it as it is"), key="example-as-is"):
                _leave(store.folder)


def _train_again(store: Store, job: Job, state: JobState) -> None:
    if state is JobState.INTERRUPTED:
        job.reopen()
        engine.submit(job)
    else:
        engine.submit(train.ask(store, DIGITS_SETTINGS, who=who()))
