"""A button on one page that begins what another page does, so that nobody presses twice."""

from __future__ import annotations

import streamlit as st

from piximi_ui.navigation import PageName

__all__ = ["ask", "asked"]

_ASKED = "piximi_begin"


def ask(page: PageName) -> None:
    """Have a page begin its work when it is drawn next, if nothing stands in the way."""
    st.session_state[_ASKED] = page


def asked(page: PageName) -> bool:
    """Return whether a page is to begin, once; what was asked of another page is forgotten."""
    return bool(st.session_state.pop(_ASKED, None) == page)
