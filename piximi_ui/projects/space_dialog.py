"""The dialog of a project's room on the disk: what takes how much, and what can be cleared."""

from __future__ import annotations

import streamlit as st

from piximi_core.project.database.store import Store
from piximi_core.services.projects.upkeep import Part, clear, space_of
from piximi_ui.base.context import errors_shown, say
from piximi_ui.language.texts import _, size

__all__ = ["draw_space"]


def draw_space(store: Store) -> None:
    """Draw one line for each part, with a button where something can be cleared."""
    parts = sorted(space_of(store), key=lambda part: -part.size)
    st.markdown(_("{size} in all.").format(size=size(sum(part.size for part in parts))))
    for part in parts:
        _row(store, part)


def _row(store: Store, part: Part) -> None:
    names = {
        "images": _("Images"),
        "database": _("Labels, objects and history"),
        "runs": _("Trainings and classifiers"),
        "cache": _("Thumbnails and other copies"),
        "backups": _("Backups"),
        "jobs": _("Exports, archives and uploads"),
    }
    # What goes, and what it costs to have it gone.
    tips = {
        "images": _("Files that no image, no undo step, no backup and no training needs."),
        "runs": _(
            "Checkpoints of trainings that did all their epochs; classifiers and figures stay."
        ),
        "cache": _("They are made again when they are needed."),
        "backups": _("All but the newest backup, and damaged databases that were kept aside."),
        "jobs": _("What was made for download, and what was uploaded. It can be made again."),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"{names[part.name]} · {size(part.size)}")
            if part.clearable:
                st.caption(tips[part.name])
        if part.clearable and st.button(
            _("Clear {size}").format(size=size(part.clearable)),
            icon=":material/mop:",
            key=f"clear-{part.name}",
        ):
            with errors_shown():
                say(_("Freed {size}.").format(size=size(clear(store, part.name))))
                st.rerun()
