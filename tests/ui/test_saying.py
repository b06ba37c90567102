"""What there is to say is said once, by a drawing that comes to its end."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from piximi_ui.base.context import end_page, say, saying

    state = st.session_state
    if "drawings" not in state:
        say("Kept.")  # as a callback does, before the page is drawn
    with saying():
        state.drawings = state.get("drawings", 0) + 1
        st.button("Press")
        if state.drawings == 1 and state.get("ends") == "replaced":
            st.rerun()
        if state.get("ends") == "stopped":
            end_page()


@pytest.mark.parametrize("ends", ["drawn", "replaced", "stopped"])
def test_a_message_is_said_once_however_the_drawing_ends(ends: str) -> None:
    test = AppTest.from_function(page)
    test.session_state["ends"] = ends
    test.run()
    assert [toast.value for toast in test.toast] == ["Kept."]
    test.button[0].click().run()
    assert [toast.value for toast in test.toast] == []
