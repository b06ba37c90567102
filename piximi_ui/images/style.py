"""The few rules of style that Streamlit has no words for."""

from __future__ import annotations

import streamlit as st

__all__ = ["draw"]

_RULES = """<style>
/* The panel stays beside the gallery while that scrolls. */
[data-testid="stColumn"]:has(> div .st-key-images-side),
[data-testid="stColumn"]:has(.st-key-images-side) {
  position: sticky; top: calc(var(--piximi-top) + 0.5rem); align-self: flex-start;
  max-height: calc(100vh - var(--piximi-top) - 1rem); overflow-y: auto; scrollbar-width: thin;
}
/* The gallery marks the page while the panel is about what is no longer selected. */
html[data-piximi-behind] .st-key-images-info { pointer-events: none; }
.st-key-server-folders button {
  justify-content: flex-start; text-align: left; min-height: 1.9rem; padding: 0.1rem 0.35rem;
}
.st-key-server-folders button > div { justify-content: flex-start; width: 100%; }
.st-key-categories-head { justify-content: space-between; }
.st-key-categories-head button span { gap: 0.2rem; }
.st-key-filter-chips button { min-height: 2rem; padding: 0.1rem 0.6rem; border-radius: 1rem; }
.st-key-add-sorts table { width: 100%; font-size: 0.9rem; }
.st-key-add-sorts { overflow-x: auto; }
.st-key-add-sorts :is(th, td) { padding: 0.25rem 0.4rem; }
@media (max-width: 640px) { .st-key-add-sorts :is(th, td) { padding: 0.2rem; font-size: 0.8rem; } }
.st-key-images-empty, .st-key-objects-empty { padding: 4rem 1rem; text-align: center; }
</style>"""


def draw() -> None:
    """Put the rules into the page; they name only our own containers."""
    st.html(_RULES)
