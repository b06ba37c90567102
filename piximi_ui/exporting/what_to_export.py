"""What is taken away: a classifier, the whole project for Piximi, or its annotations."""

from __future__ import annotations

import streamlit as st

from piximi_ui.language.texts import _

__all__ = ["pick_what"]


def pick_what() -> str:
    """Draw the choice; return "classifier", "project" or "annotations"."""
    names = {
        "classifier": _("Classifier"),
        "project": _("Whole project for Piximi"),
        "annotations": _("Annotations and labels"),
    }
    chosen: str = st.segmented_control(
        _("What to take away"),
        list(names),
        default="classifier",
        required=True,
        format_func=names.__getitem__,
        key="export-what",
        label_visibility="collapsed",
    )
    return chosen
