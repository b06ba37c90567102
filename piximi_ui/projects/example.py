"""The examples: make one, show how far it is, and open it when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.jobs.applying import apply_finished, unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import ProjectSummary, open_project
from piximi_core.services.examples.cells import CELLS_NAME, create_cells
from piximi_core.services.examples.digits import DIGITS_SETTINGS, EXAMPLE_NAME, create_example
from piximi_core.services.examples.example_pictures import STRIPS
from piximi_core.services.importing.add_images import ADD
from piximi_core.services.training import train
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown, who
from piximi_ui.jobs import job_panel, job_texts
from piximi_ui.language.texts import _, plain, told

__all__ = ["draw_cards", "draw_menu", "draw_preparation"]

_PREPARED = "piximi_example"
_LEAVING = "piximi_example_leaving"


@dataclass(frozen=True)
class _Example:
    """One example, in words and as the function that makes it and the job it waits for."""

    key: str
    name: str
    icon: str
    offer: str
    about: str
    making: str
    create: Callable[..., tuple[Store, Job]]

    def made(self, projects: list[ProjectSummary]) -> ProjectSummary | None:
        """Return the newest project that was made of it."""
        for project in projects:
            first, _space, number = project.name.partition(" ")
            if project.trouble is None and first == self.name and (not number or number.isdigit()):
                return project
        return None


def _examples() -> list[_Example]:
    return [
        _Example(
            key="cells",
            name=CELLS_NAME,
            icon=":material/bubble_chart:",
            offer=_("Try with Cells"),
            about=_(
                "300 fluorescent cells of three shapes, drawn by this program: two channels, "
                "16 bit. Three of four have a label; train a classifier that finds the others."
            ),
            making=_("Drawing 300 cells…"),
            create=create_cells,
        ),
        _Example(
            key="digits",
            name=EXAMPLE_NAME,
            icon=":material/looks_3:",
            offer=_("Try with Digits"),
            about=_(
                "1,797 scanned digits with a finished training: see at once how good it is, let "
                "it label the rest, and take it to Piximi."
            ),
            making=_("Adding 1,797 scanned digits…"),
            create=create_example,
        ),
    ]


def draw_cards() -> None:
    """Draw the examples as the beginning of a workspace without projects."""
    for column, example in zip(st.columns(2), _examples(), strict=True):
        with column.container(border=True, height="stretch"):
            _picture(example)
            st.markdown(f"{example.icon} **{plain(example.name)}**")
            st.markdown(example.about)
            if st.button(
                example.offer,
                key=f"try-{example.key}",
            ):
                _prepare(example)


def _picture(example: _Example) -> None:
    """Draw some of its pictures; without them the words must do."""
    with suppress(PiximiError):
        st.image(STRIPS[example.key](), width="stretch")


def draw_menu(projects: list[ProjectSummary]) -> None:
    """Draw the examples behind one button; for one that exists, ask which is meant."""
    menu = st.popover(
        _("Examples"), icon=":material/rocket_launch:", key="examples", on_change="rerun"
    )
    # Drawn once it is open: its pictures need not travel with every look at the list.
    if not menu.open:
        return
    with menu:
        for example in _examples():
            _picture(example)
            st.markdown(f"{example.icon} **{plain(example.name)}**")
            st.caption(example.about)
            made = example.made(projects)
            with st.container(horizontal=True):
                if made is None:
                    if st.button(example.offer, key=f"try-{example.key}"):
                        _prepare(example)
                    continue
                if st.button(_("Open it again"), type="primary", key=f"open-again-{example.key}"):
                    _open(made.address)
                if st.button(
                    _("Make another"),
                    help=_("What you did in the first one stays as it is."),
                    key=f"make-another-{example.key}",
                ):
                    _prepare(example)


def _prepare(example: _Example) -> None:
    """Make the example, send its job off, and draw the page again to follow it."""
    with errors_shown():
        with st.spinner(example.making, show_time=True):
            store, job = example.create(who=who())
            # The first job of the day starts the workers.
            engine.submit(job)
        # Its end is told even to a person who has turned to another page.
        job_panel.follow(job)
        st.session_state[_PREPARED] = store.folder.name
        st.rerun()


def _open(address: str) -> None:
    """Open an example, after its job if that was never finished."""
    with errors_shown():
        if _waited_for(open_project(address)) is not None:
            st.session_state[_PREPARED] = address
            st.rerun()
        navigation.go_to("images", project=address)


def _waited_for(store: Store) -> Job | None:
    """Return the job without which the example is not complete."""
    runs = list_runs(store)
    if runs:
        done = any(run.has_classifier for run in runs)
        return None if done else Job(store.files.run(runs[0].id))
    return next((j for j in unsettled_jobs(store) if ADD.is_of(j)), None)


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
    if _waited_for(store) is None:
        _leave(store.folder)
    st.fragment(_progress, run_every=0.5)(store.folder)
    return True


def _progress(folder: Path) -> None:
    store = open_project(folder.name)
    job = _waited_for(store)
    if job is None:
        _leave(folder)
    state = job.state()
    if state in (JobState.FAILED, JobState.STOPPED, JobState.INTERRUPTED):
        _broken(store, job, state)
        return
    if job.is_over:
        # The watcher does this too, a moment later.
        apply_finished(store)
        _leave(folder)
    trains = train.TRAIN.is_of(job)
    title = _("Preparing the example “Digits”") if trains else _("Preparing the example “Cells”")
    # Entered itself, a status would call itself complete at the end of the block.
    with st.status(title, expanded=True).container():
        if trains:
            st.markdown(
                f":material/check: {_('1,797 scanned digits added, four of five labelled')}"
            )
            st.markdown(f":material/model_training: {_('A small classifier is being trained')}")
        else:
            st.markdown(f":material/check: {_('300 cells drawn, three of four labelled')}")
            st.markdown(f":material/add_photo_alternate: {_('They are being added')}")
        progress = job.progress()
        total = float(progress.get("total") or 0)
        share = min(1.0, float(progress.get("done", 0)) / total) if total else 0.0
        st.progress(share, text=plain(job_texts.doing(job, state)))
        if st.button(_("Open it now"), help=_("The work goes on."), key="example-now"):
            _leave(folder)


def _leave(folder: Path) -> NoReturn:
    """Turn to the example's images; whatever is still under way, its sidebar shows."""
    st.session_state[_LEAVING] = folder.name
    # Only the page as a whole can turn: from a fragment's own redrawing nothing came of it.
    st.rerun()


def _broken(store: Store, job: Job, state: JobState) -> None:
    reason = told(job.error or "") or _("It was interrupted before it was complete.")
    box = st.status(_("The example is not complete"), expanded=True, state="error")
    with box.container():
        st.markdown(plain(reason, 300))
        with st.container(horizontal=True):
            if st.button(_("Try again"), type="primary", key="example-again"):
                with errors_shown():
                    _again(store, job, state)
                    st.rerun()
            if st.button(_("Open it as it is"), key="example-as-is"):
                _leave(store.folder)


def _again(store: Store, job: Job, state: JobState) -> None:
    if state is JobState.INTERRUPTED:
        job.reopen()
        engine.submit(job)
    elif train.TRAIN.is_of(job):
        engine.submit(train.ask(store, DIGITS_SETTINGS, who=who()))
    else:
        # A failed import is over; another example takes its place.
        store, job = create_cells(who=who())
        engine.submit(job)
        st.session_state[_PREPARED] = store.folder.name
