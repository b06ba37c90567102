"""Open a Piximi project as a new project: chosen, followed, and told what was done to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.open_piximi import ask, ask_uploaded
from piximi_core.jobs.opening import dismiss, opening_jobs
from piximi_core.project.workspace import workspace
from piximi_ui import navigation
from piximi_ui.context import errors_shown, say
from piximi_ui.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.job_bar import draw_share, draw_stop
from piximi_ui.projects import opening
from piximi_ui.texts import _, plain, plural, told

__all__ = ["draw_open", "draw_openings"]

_DIALOG = "open-piximi"


def draw_open() -> None:
    """Draw the button, and its dialog while that is open."""
    if st.button(_("Open a Piximi project"), icon=":material/folder_open:", key="open-piximi"):
        open_dialog(_DIALOG)
    if dialog_data(_DIALOG) is not None:
        st.dialog(_("Open a Piximi project"), width="medium", on_dismiss=close_dialog)(_dialog)()


def _dialog() -> None:
    st.markdown(
        _(
            "A zip that Piximi made with **Save**, of any version from 0.1 on, becomes a new "
            "project here: images, objects, labels, predictions and classifiers."
        )
    )
    opening.choose(
        opening.Sort(
            key="piximi",
            where=_("Where is the project?"),
            pick=_("Choose a Piximi project"),
            what=_("Piximi project"),
            nothing=_("There is no zip and no .zarr folder in this folder."),
            found=_projects_in,
            ask=ask,
            ask_uploaded=ask_uploaded,
        )
    )


def _projects_in(folder: Path) -> list[Path]:
    """Return what may be a Piximi project; links could lead out of the folders that are open."""
    itself = [folder] if folder.suffix == ".zarr" else []
    inside = sorted([*folder.glob("*.zip"), *folder.glob("*.zarr")])
    return [*itself, *(path for path in inside if not path.is_symlink())]


def draw_openings() -> None:
    """Draw how far projects are that are being opened, and what was done to those that are."""
    for job in opening_jobs(workspace(), "open_piximi"):
        every = 0.5 if job.state().is_active else None
        st.fragment(_card, run_every=every)(job, every is not None)


def _card(job: Job, was_active: bool) -> None:
    request, state = job.request(), job.state()
    if not request:
        return  # another window has told of it
    if was_active and not state.is_active:
        # The list of projects has a new one.
        st.rerun()
    name = plain(str(request["shown"]))
    if state is JobState.STOPPED:
        say(_("Opening {name} was stopped; nothing of it is left.").format(name=name))
        opening.forget(job)
    with st.container(border=True, key=f"opening-{job.id}"):
        if state is JobState.DONE:
            _complete(job)
            return
        st.markdown(f"**{name}**")
        if state.is_active:
            draw_share(job, state)
            draw_stop(job, state, key=f"stop-{job.id}")
            return
        reason = told(str(job.result().get("error") or ""))
        st.error(plain(reason, 500) or _("It was interrupted; open it again."))
        with st.container(horizontal=True):
            if state is JobState.INTERRUPTED and st.button(
                _("Run again"), icon=":material/replay:", key=f"again-{job.id}"
            ):
                with errors_shown():
                    job.reopen()
                    opening.start(job)
            if st.button(_("Close"), key=f"close-{job.id}"):
                opening.forget(job)


def _complete(job: Job) -> None:
    result = job.result()
    parts = {
        "images": plural("{n} image", "{n} images", result["images"]),
        "objects": plural("{n} object", "{n} objects", result["objects"]),
        "predictions": plural("{n} prediction", "{n} predictions", result["predictions"]),
        "classifiers": plural("{n} classifier", "{n} classifiers", result["classifiers"]),
    }
    shown = " · ".join(text for key, text in parts.items() if result[key] or key == "images")
    title = _("“{name}” is ready.").format(name=plain(str(result["name"])))
    st.markdown(f":material/check_circle: **{title}** {shown}")
    if result["repairs"]:
        st.markdown(_("What was repaired or left out:"))
        st.markdown("\n".join(map(_repair, result["repairs"])))
    with st.container(horizontal=True):
        if st.button(_("Open"), type="primary", key=f"go-{job.id}"):
            dismiss(job)
            navigation.go_to("images", project=str(result["address"]))
        if st.button(_("Close"), key=f"close-{job.id}"):
            opening.forget(job)


def _repair(entry: dict[str, Any]) -> str:
    names = [plain(name, 60) for name in entry["names"]]
    if entry["count"] > len(names) > 0:
        names.append(_("and {n} more").format(n=entry["count"] - len(names)))
    return f"- {plain(told(entry['what']), 400)} {', '.join(names)}"
