"""Begin with images of one's own: dropped on the list of projects they become a project."""

from __future__ import annotations

import streamlit as st

from piximi_core.project.workspace import create_project, unused_name
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown
from piximi_ui.base.dialogs import open_dialog
from piximi_ui.components.drop import NEXT_PROJECT, drop_anywhere
from piximi_ui.language.texts import _

__all__ = ["draw_start"]

_DROP = "drop-anywhere"
_CHOOSE = "start-choose"
_ASKED = "piximi_start_with"
_LONGEST = 80


def draw_start(*, primary: bool) -> None:
    """Draw the place for one's own images, and turn to the project that is made for them.

    Parameters
    ----------
    primary
        Whether this is the first thing to do here.
    """
    drop_anywhere(
        _("Drop to start a project with these images"),
        slot=NEXT_PROJECT,
        on_drop=_note_drop,
        key=_DROP,
        chooser=_CHOOSE,
    )
    with st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="start-own",
    ):
        with st.container(gap=None, width="content"):
            st.markdown(f":material/add_photo_alternate: **{_('Start with your images')}**")
            st.caption(
                _("Drop images, a folder or a zip anywhere on this page; they become a project.")
            )
        # The browser asks for files at once; a project is made only for those that were chosen.
        if st.button(_("Choose images"), type="primary" if primary else "secondary", key=_CHOOSE):
            st.caption(_("The page was still loading: press again."))
    name: str | None = st.session_state.pop(_ASKED, None)
    if name is not None:
        _start(name)


def _note_drop() -> None:
    dropped = (st.session_state.get(_DROP) or {}).get("dropped")
    name = dropped.get("name") if isinstance(dropped, dict) else None
    st.session_state[_ASKED] = name[:_LONGEST] if isinstance(name, str) else ""


def _start(name: str) -> None:
    """Make the project; its dialog takes what was dropped or chosen."""
    with errors_shown():
        store = create_project(unused_name(name.strip() or _("My images")))
        open_dialog("add")
        navigation.go_to("images", project=store.folder.name)
