"""Open an archive as a new project: chosen, followed, and told how it went."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.open_archive import ask, ask_uploaded
from piximi_core.jobs.opening import opening_jobs
from piximi_core.project.workspace import workspace
from piximi_ui.context import say
from piximi_ui.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.job_bar import draw_share, draw_stop
from piximi_ui.projects import opening
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
    opening.choose(
        opening.Sort(
            key="archive",
            where=_("Where is the archive?"),
            pick=_("Choose an archive"),
            what=_("Archive"),
            nothing=_("There is no zip in this folder."),
            found=_archives_in,
            ask=ask,
            ask_uploaded=ask_uploaded,
        )
    )


def _archives_in(folder: Path) -> list[Path]:
    """Return the zips of a folder; links could lead out of the folders that are open."""
    return [path for path in sorted(folder.glob("*.zip")) if not path.is_symlink()]


def draw_openings() -> None:
    """Draw how far archives are that are being opened, whoever asked."""
    for job in opening_jobs(workspace(), "open_archive"):
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
        opening.forget(job)
    with st.container(border=True):
        st.markdown(f"**{name}**")
        if state.is_active:
            draw_share(job, state)
            draw_stop(job, state, key=f"stop-{job.id}")
            return
        reason = told(str(job.result().get("error") or ""))
        st.error(plain(reason, 500) or _("It was interrupted; open it again."))
        if st.button(_("Close"), key=f"close-{job.id}"):
            opening.forget(job)


def _complete(job: Job) -> None:
    result = job.result()
    text = _("“{name}” is complete.").format(name=plain(str(result["name"])))
    if result["missing"]:
        text += " " + plural(
            "{n} image had no file in it.", "{n} images had no file in it.", result["missing"]
        )
    say(text)
    opening.forget(job)
