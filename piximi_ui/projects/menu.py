"""What can be done with a project from the list: rename, duplicate, keep safe, delete."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.workspace import (
    ProjectSummary,
    open_project,
    rename_project,
)
from piximi_core.services.projects import duplicate
from piximi_core.services.projects.deleting import delete_project
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.base.dialogs import open_dialog
from piximi_ui.jobs import job_texts
from piximi_ui.language.texts import _, plain, told
from piximi_ui.projects.bin import deleted_just_now

__all__ = ["draw_copying", "draw_menu"]

_COPIES = "piximi_copies"


def draw_menu(project: ProjectSummary) -> None:
    """Draw the menu of one project; what is inside is drawn once it is open."""
    menu = st.popover(
        _("Rename, duplicate, archive or delete"),
        icon=":material/more_vert:",
        type="tertiary",
        on_change="rerun",
        key=f"menu-{project.address}",
    )
    # Only a menu that the browser was told is open can be told to close, as `_open` does: one that
    # was still open behind a dialog would take the Escape meant for the dialog.
    if menu.open:
        with menu:
            _inside(project)


def _inside(project: ProjectSummary) -> None:
    """Draw what can be done; a damaged project can only be deleted."""
    address = project.address
    if project.trouble is None:
        _rename(project)
        if st.button(
            _("Duplicate", "to duplicate"),
            icon=":material/content_copy:",
            help=_("A whole second project: images, labels, history and runs."),
            disabled=address in _copies(),
            width="stretch",
            key=f"duplicate-{address}",
        ):
            _duplicate(project)
        _safety(project)
    if st.button(
        _("Delete"),
        icon=":material/delete:",
        help=_("It goes to the bin, from where you can bring it back."),
        width="stretch",
        key=f"delete-{address}",
    ):
        with errors_shown():
            deleted_just_now(delete_project(address, project.name), project.name)
            st.rerun()


def _safety(project: ProjectSummary) -> None:
    """Draw what opens a dialog of its own."""
    for name, text, icon in (
        ("archive", _("Archive…"), ":material/archive:"),
        ("backups", _("Backups…"), ":material/settings_backup_restore:"),
        ("space", _("Disk space…"), ":material/hard_drive:"),
    ):
        st.button(
            text,
            icon=icon,
            width="stretch",
            key=f"{name}-{project.address}",
            on_click=_open,
            args=(name, project.address),
        )


def _open(name: str, address: str) -> None:
    """Open a dialog and close the menu, which would lie over it."""
    st.session_state[f"menu-{address}"] = False
    open_dialog(name, address=address)


def _rename(project: ProjectSummary) -> None:
    with st.form(f"rename-{project.address}", border=False):
        name = st.text_input(
            _("Name"), value=project.name, max_chars=300, key=f"rename-name-{project.address}"
        )
        if st.form_submit_button(
            _("Rename"),
            icon=":material/edit:",
            width="stretch",
            key=f"rename-save-{project.address}",
        ):
            with errors_shown():
                rename_project(open_project(project.address), name, who=who())
                say(_("Renamed."))
                st.rerun()


def _copies() -> dict[str, Job]:
    found: dict[str, Job] = st.session_state.setdefault(_COPIES, {})
    return found


def _duplicate(project: ProjectSummary) -> None:
    with errors_shown():
        store = open_project(project.address)
        name = _("Copy of {name}").format(name=project.name)[:300]
        job = duplicate.ask(store, name, who=who())
        with st.spinner(_("Starting…")):
            engine.submit(job)
        _copies()[project.address] = job
        st.rerun()


def draw_copying(project: ProjectSummary) -> None:
    """Draw how far the project's copy is, if this window asked for one."""
    job = _copies().get(project.address)
    if job is not None:
        st.fragment(_progress, run_every=0.5)(project.address, job)


def _progress(address: str, job: Job) -> None:
    state = job.state()
    if not state.is_active:
        _copies().pop(address, None)
        _tell(job, state)
        st.rerun()
    progress = job.progress()
    total = float(progress.get("total") or 0)
    share = min(1.0, float(progress.get("done", 0)) / total) if total else 0.0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=plain(job_texts.doing(job, state)))
        if st.button(_("Stop"), disabled=job.should_stop(), key=f"stop-copy-{address}"):
            job.ask_to_stop()


def _tell(job: Job, state: JobState) -> None:
    if state is JobState.DONE:
        say(_("“{name}” is complete.").format(name=plain(duplicate.DUPLICATE.result(job).name)))
    elif state is JobState.STOPPED:
        say(_("The copy was stopped; nothing of it is left."))
    else:
        reason = told(job.error or "")
        say(reason or _("The copy was interrupted; try it again."), ":material/error:")
