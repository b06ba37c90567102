"""Open an archive as a new project: chosen, followed, and told how it went."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from piximi_core.errors import BadInput
from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.import_roots import import_roots
from piximi_core.jobs.open_archive import ask, ask_uploaded, dismiss, opening_jobs
from piximi_core.project.workspace import workspace
from piximi_ui.context import errors_shown, say, who
from piximi_ui.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.images import server_folders
from piximi_ui.job_bar import draw_share, draw_stop
from piximi_ui.texts import _, plain, plural, told

__all__ = ["draw_open", "draw_openings"]

_DIALOG = "open-archive"


def draw_open() -> None:
    """Draw the button, and its dialog while that is open."""
    if st.button(_("Open an archive"), icon=":material/unarchive:", key="open-archive"):
        open_dialog(_DIALOG)
    if dialog_data(_DIALOG) is not None:
        st.dialog(_("Open an archive"), width="medium", on_dismiss=close_dialog)(_dialog)()


def _dialog() -> None:
    st.markdown(
        _("The file that “Archive” made of a project becomes a new project here, with everything.")
    )
    if import_roots():
        words = {"file": _("On this computer"), "server": _("On the server")}
        source = st.segmented_control(
            _("Where is the archive?"),
            list(words),
            default="file",
            required=True,
            format_func=words.__getitem__,
            key="archive-source",
            label_visibility="collapsed",
        )
        if source == "server":
            _on_server()
            return
    given = st.file_uploader(
        _("Choose an archive"), type="zip", key="archive-file", label_visibility="collapsed"
    )
    if st.button(
        _("Open"), type="primary", disabled=given is None, width="stretch", key="archive-open"
    ):
        with errors_shown():
            if given is None:
                raise BadInput("Choose an archive first.")
            _start(ask_uploaded(given, given.name, given.size, who=who()))


def _on_server() -> None:
    folder = server_folders.draw()
    found = sorted(folder.glob("*.zip")) if folder is not None else []
    chosen: Path | None = None
    if found:
        chosen = st.selectbox(
            _("Archive"), found, format_func=lambda path: path.name, key="archive-on-server"
        )
    else:
        st.caption(_("There is no zip in this folder."))
    if st.button(
        _("Open"), type="primary", disabled=chosen is None, width="stretch", key="archive-open"
    ):
        with errors_shown():
            if chosen is None:
                raise BadInput("Choose an archive first.")
            _start(ask(chosen, who=who()))


def _start(job: Job) -> None:
    with st.spinner(_("Starting…")):
        engine.submit(job)
    close_dialog()
    st.rerun()


def draw_openings() -> None:
    """Draw how far archives are that are being opened, whoever asked."""
    for job in opening_jobs(workspace()):
        st.fragment(_progress, run_every=0.5)(job)


def _progress(job: Job) -> None:
    request, state = job.request(), job.state()
    if not request:
        return  # another window has told of it
    name = plain(str(request["shown"]))
    if state is JobState.DONE:
        _complete(job)
    if state is JobState.STOPPED:
        say(_("Opening {name} was stopped; nothing of it is left.").format(name=name))
        _forget(job)
    with st.container(border=True):
        st.markdown(f"**{name}**")
        if state.is_active:
            draw_share(job, state)
            draw_stop(job, state, key=f"stop-{job.id}")
            return
        reason = told(str(job.result().get("error") or ""))
        st.error(plain(reason, 500) or _("It was interrupted; open it again."))
        if st.button(_("Close"), key=f"close-{job.id}"):
            _forget(job)


def _complete(job: Job) -> None:
    result = job.result()
    text = _("“{name}” is complete.").format(name=plain(str(result["name"])))
    if result["missing"]:
        text += " " + plural(
            "{n} image had no file in it.", "{n} images had no file in it.", result["missing"]
        )
    say(text)
    _forget(job)


def _forget(job: Job) -> None:
    dismiss(job)
    st.rerun()
