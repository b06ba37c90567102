"""A button on one page that begins what another page does, so that nobody presses twice."""

from __future__ import annotations

import streamlit as st

from piximi_ui.base.navigation import PageName

__all__ = ["ask", "asked", "turn"]

_NEXT, _NOW = "piximi_begin_next", "piximi_begin_now"


def ask(page: PageName) -> None:
    """Have a page begin its work if it is what is drawn next and nothing stands in the way."""
    st.session_state[_NEXT] = page


def asked(page: PageName) -> bool:
    """Return whether a page is to begin, once."""
    return bool(st.session_state.pop(_NOW, None) == page)


def turn() -> None:
    """Note that a page is being drawn: what was asked holds for this one and for none later."""
    st.session_state[_NOW] = st.session_state.pop(_NEXT, None)
