"""The rules of style of the Predict page that Streamlit has no words for."""

from __future__ import annotations

import streamlit as st

__all__ = ["draw"]

_RULES = """<style>
/* What takes a pasted picture listens while its menu is closed, out of sight. */
[data-testid="stLayoutWrapper"]:has(> .st-key-try-one-closed) { display: none; }
</style>"""


def draw() -> None:
    """Put the rules into the page."""
    st.html(_RULES)
