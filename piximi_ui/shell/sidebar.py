"""Beside every page: which project, which page, undo and redo, and the jobs under way."""

from __future__ import annotations

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.project.database.history import next_steps
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import project_name
from piximi_ui.base import navigation
from piximi_ui.base.context import (
    errors_shown,
    find_store,
    nothing_to_undo,
    opened_at,
    redo_step,
    step_in_words,
    undo_step,
    who,
)
from piximi_ui.jobs import job_panel
from piximi_ui.language.texts import _, plain
from piximi_ui.projects import safety

__all__ = ["draw"]

_LOOKED_AT = "piximi_sidebar_looked_at"


def draw() -> None:
    """Draw the sidebar; a project that cannot be opened is the page's to explain."""
    with st.sidebar:
        st.markdown(f"#### :material/biotech: {_('Piximi Dashboard')}")
        navigation.link("home", width="stretch")
        try:
            store = find_store()
        except PiximiError:
            return
        if store is None:
            job_panel.draw_everywhere()
            return
        st.subheader(plain(project_name(store)), divider="gray")
        for name in navigation.PROJECT_PAGES:
            navigation.link(name, width="stretch")
        _steps(store)
        safety.look_after(store)
        safety.draw_saved(store)
        job_panel.draw(store)


def _steps(store: Store) -> None:
    # What the person saw when they clicked, which this drawing is about to replace.
    looked_at: int | None = st.session_state.get(_LOOKED_AT)
    st.session_state[_LOOKED_AT] = store.revision()
    opened_at()
    done, undone = next_steps(store)
    with st.container(horizontal=True):
        if st.button(
            _("Undo"),
            icon=":material/undo:",
            disabled=done is None,
            help=step_in_words(done) if done else nothing_to_undo(store),
            key="sidebar-undo",
        ):
            with errors_shown():
                undo_step(store, seen=looked_at, who=who(), opened_at=opened_at())
                st.rerun()
        if st.button(
            _("Redo"),
            icon=":material/redo:",
            disabled=undone is None,
            help=step_in_words(undone) if undone else _("Nothing to redo"),
            key="sidebar-redo",
        ):
            with errors_shown():
                redo_step(store)
                st.rerun()
