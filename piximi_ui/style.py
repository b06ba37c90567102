"""The few rules of style that hold on every page and that Streamlit has no words for."""

from __future__ import annotations

import streamlit as st

__all__ = ["draw"]

_RULES = """<style>
/* Room for the work instead of an empty top. */
[data-testid="stMainBlockContainer"] { padding: 4rem 2.5rem 2rem; }
[data-testid="stSidebarHeader"] { height: 2.25rem; margin-bottom: 0; }
[data-testid="stSidebarUserContent"] { padding-bottom: 1.5rem; }
</style>"""


def draw() -> None:
    """Put the rules into the page."""
    st.html(_RULES)
