"""Choose a file that becomes a project, on this computer or the server, and follow its opening."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import Service, service_of
from piximi_core.project.workspace import workspace
from piximi_core.services.importing.import_roots import import_roots
from piximi_core.services.projects.opening import Opened, dismiss, opening_jobs
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.base.dialogs import close_dialog
from piximi_ui.images.adding import server_folders
from piximi_ui.jobs.job_bar import draw_share, draw_stop
from piximi_ui.language.texts import _, plain, told

__all__ = ["Sort", "choose", "draw_cards"]

_ASKED = "piximi_openings_asked"


@dataclass(frozen=True)
class Sort:
    """One sort of file, in words, and as the functions that find it and ask for its opening.

    Attributes
    ----------
    key
        Names the widgets.
    where, pick, what, nothing
        The question where it is, the uploader's label, its name, and that a folder has none.
    found
        Returns what a folder of the server holds of it.
    ask, ask_uploaded
        Write the request for a file on the disk, and for one that came through the browser.
    """

    key: str
    where: str
    pick: str
    what: str
    nothing: str
    found: Callable[[Path], list[Path]]
    ask: Callable[..., Job]
    ask_uploaded: Callable[..., Job]


def choose(sort: Sort) -> None:
    """Draw the choice of a file, and the button that opens it."""
    if import_roots():
        words = {"file": _("On this computer"), "server": _("On the server")}
        source = st.segmented_control(
            sort.where,
            list(words),
            default="file",
            required=True,
            format_func=words.__getitem__,
            key=f"{sort.key}-source",
            label_visibility="collapsed",
        )
        if source == "server":
            _on_server(sort)
            return
    given = st.file_uploader(
        sort.pick, type="zip", key=f"{sort.key}-file", label_visibility="collapsed"
    )
    if _open_pressed(sort, ready=given is not None) and given is not None:
        with errors_shown():
            _start(sort.ask_uploaded(given, given.name, given.size, who=who()))


def _on_server(sort: Sort) -> None:
    folder = server_folders.draw()
    found = sort.found(folder) if folder is not None else []
    chosen: Path | None = None
    if found:
        chosen = st.selectbox(
            sort.what, found, format_func=lambda path: path.name, key=f"{sort.key}-on-server"
        )
    else:
        st.caption(sort.nothing)
    if _open_pressed(sort, ready=chosen is not None) and chosen is not None:
        with errors_shown():
            _start(sort.ask(chosen, who=who()))


def _open_pressed(sort: Sort, *, ready: bool) -> bool:
    return st.button(
        _("Open"), type="primary", disabled=not ready, width="stretch", key=f"{sort.key}-open"
    )


def _start(job: Job) -> None:
    """Send the job off, and draw the page again to follow it."""
    with st.spinner(_("Starting…")):
        engine.submit(job)
    _asked_here().add(job.id)
    close_dialog()
    st.rerun()


def _asked_here() -> set[str]:
    """Return the ids of the jobs that this session asked for: it waits for their projects."""
    asked: set[str] = st.session_state.setdefault(_ASKED, set())
    return asked


def draw_cards(service: Service[Any, Any], draw_remarks: Callable[[Job], None]) -> None:
    """Draw how far files are that are being opened, whoever asked, and what came of them.

    A project that is ready and of which there is nothing to tell opens by itself where it was
    asked for.

    Parameters
    ----------
    service
        Whose jobs to draw.
    draw_remarks
        Draws under a job that is done what a person should know of its project.
    """
    for job in opening_jobs(workspace(), service):
        active, opened = job.state().is_active, service.found(job)
        if job.id in _asked_here() and opened is not None and not _to_tell(opened):
            dismiss(job)
            navigation.go_to("images", project=opened.address)
        st.fragment(_card, run_every=0.5 if active else None)(job, draw_remarks, active)


def _to_tell(opened: Opened) -> bool:
    """Whether something was repaired, left out or missing, which a person has to read first."""
    return bool(getattr(opened, "repairs", ()) or getattr(opened, "missing", 0))


def _card(job: Job, draw_remarks: Callable[[Job], None], was_active: bool) -> None:
    state = job.state()
    if not job.is_asked:
        return  # another window has told of it
    if was_active and not state.is_active:
        # The list of projects has a new one.
        st.rerun()
    name = plain(service_of(job).request(job).shown)
    if state is JobState.STOPPED:
        say(_("Opening {name} was stopped; nothing of it is left.").format(name=name))
        _forget(job)
    with st.container(border=True, key=f"opening-{job.id}"):
        if state is JobState.DONE:
            _draw_done(job, draw_remarks)
            return
        st.markdown(f"**{name}**")
        if state.is_active:
            draw_share(job, state)
            draw_stop(job, state, key=f"stop-{job.id}")
            return
        reason = told(job.error or "")
        st.error(plain(reason, 500) or _("It was interrupted; open it again."))
        with st.container(horizontal=True):
            if state is JobState.INTERRUPTED and st.button(
                _("Run again"), icon=":material/replay:", key=f"again-{job.id}"
            ):
                with errors_shown():
                    job.reopen()
                    _start(job)
            _draw_close(job)


def _draw_done(job: Job, draw_remarks: Callable[[Job], None]) -> None:
    opened = service_of(job).result(job)
    title = _("“{name}” is ready.").format(name=plain(opened.name))
    st.markdown(f":material/check_circle: **{title}**")
    draw_remarks(job)
    with st.container(horizontal=True):
        if st.button(_("Open"), type="primary", key=f"go-{job.id}"):
            dismiss(job)
            navigation.go_to("images", project=opened.address)
        _draw_close(job)


def _draw_close(job: Job) -> None:
    if st.button(_("Close"), key=f"close-{job.id}"):
        _forget(job)


def _forget(job: Job) -> None:
    dismiss(job)
    st.rerun()
