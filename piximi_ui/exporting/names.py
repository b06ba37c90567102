"""Which names an exported classifier carries, where categories were renamed since its training."""

from __future__ import annotations

import streamlit as st

from piximi_core.project.contents.runs import Run
from piximi_core.project.database.store import Store
from piximi_core.services.scoring.class_names import NAMES, Names, classes_today
from piximi_ui.language.texts import _, plain

__all__ = ["pick_names"]

_SHOWN = 8


def pick_names(store: Store, run: Run) -> Names:
    """Draw the choice where it is one; else return the names of today, which are the run's."""
    changed = [known for known in classes_today(store, run) if known.differs]
    if not changed:
        return "today"
    words: dict[Names, str] = {"today": _("Those of today"), "run": _("Those of its training")}
    listed = [
        _("{was} is called {name} today").format(
            was=plain(known.was, 40), name=plain(known.name, 40)
        )
        for known in changed[:_SHOWN]
    ]
    return st.radio(
        _("Names of the categories in the file"),
        NAMES,
        format_func=words.__getitem__,
        captions=["; ".join(listed), ""],
        key=f"export-names-{run.id}",
        persist_state="session",
    )
