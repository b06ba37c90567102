"""Open a Piximi project as a new project: chosen, followed, and told what was done to it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from piximi_core.jobs.folder import Job
from piximi_core.services.piximi.open_piximi import OPEN_PIXIMI, Repair, ask, ask_uploaded
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.language.texts import _, plain, plural, told
from piximi_ui.projects import opening

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
    opening.draw_cards(OPEN_PIXIMI, _draw_remarks)


def _draw_remarks(job: Job) -> None:
    result = OPEN_PIXIMI.result(job)
    parts = {
        "images": plural("{n} image", "{n} images", result.images),
        "objects": plural("{n} object", "{n} objects", result.objects),
        "predictions": plural("{n} prediction", "{n} predictions", result.predictions),
        "classifiers": plural("{n} classifier", "{n} classifiers", result.classifiers),
    }
    told_of = [key for key in parts if getattr(result, key) or key == "images"]
    st.markdown(" · ".join(parts[key] for key in told_of))
    if result.repairs:
        st.markdown(_("What was repaired or left out:"))
        st.markdown("\n".join(map(_repair, result.repairs)))


def _repair(repair: Repair) -> str:
    names = [plain(name, 60) for name in repair.names]
    if repair.count > len(names) > 0:
        names.append(_("and {n} more").format(n=repair.count - len(names)))
    return f"- {plain(told(repair.what), 400)} {', '.join(names)}"
