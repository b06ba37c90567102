"""One widget of each kind, drawn out of sight on a visitor's first page.

The browser loads Streamlit's code for a kind of widget when the first one is drawn, and leaves its
place nearly empty until then: what stands below jumps when it comes, away from under the hand that
was about to press it. After this the kinds that are met on later pages stand at once. (Tables and
charts have their height from the start, and would have the server import pandas for this.)
"""

from __future__ import annotations

import streamlit as st

__all__ = ["draw"]

_DRAWN = "drawn-ahead"


def draw() -> None:
    """Draw them below everything else, where style.py hides them; they go with the next run."""
    if st.session_state.get(_DRAWN):
        return
    st.session_state[_DRAWN] = True
    with st.container(key=_DRAWN):
        st.selectbox(_DRAWN, [_DRAWN])
        st.text_input(_DRAWN)
        st.segmented_control(_DRAWN, [_DRAWN])
        st.radio(_DRAWN, [_DRAWN])
        st.number_input(_DRAWN)
        st.checkbox(_DRAWN)
        st.slider(_DRAWN)
        st.link_button(_DRAWN, "#")
        st.metric(_DRAWN, 0)
        st.popover(_DRAWN)
        st.text_area(_DRAWN)
        st.multiselect(_DRAWN, [_DRAWN])
