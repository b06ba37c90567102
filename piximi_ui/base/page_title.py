"""The heading of a page whose room is for its pictures: heard, and not seen."""

from __future__ import annotations

from html import escape

import streamlit as st

__all__ = ["draw_unseen"]

_UNSEEN = (
    "position:absolute;width:1px;height:1px;margin:0;padding:0;overflow:hidden;"
    "clip-path:inset(50%);white-space:nowrap"
)


def draw_unseen(title: str) -> None:
    """Draw the title for those who hear the page or look for its headings; it takes no room."""
    with st.container(key="unseen-title"):
        st.html(f'<h1 style="{_UNSEEN}">{escape(title)}</h1>')
