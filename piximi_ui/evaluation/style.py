"""The rules of style of the Evaluate page that Streamlit has no words for."""

from __future__ import annotations

import streamlit as st

__all__ = ["draw"]

_RULES = """<style>
@media (min-width: 641px) {
  /* A matrix of many categories takes more of the width. */
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-evaluate-few)
    > [data-testid="stColumn"] { flex: 10 1 0; min-width: 0; }
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-evaluate-few)
    > [data-testid="stColumn"]:first-child { flex: 18 1 0; }
}
.st-key-evaluate-head button { min-height: 2rem; padding: 0.1rem 0.6rem; border-radius: 1rem; }
</style>"""


def draw() -> None:
    """Put the rules into the page."""
    st.html(_RULES)
