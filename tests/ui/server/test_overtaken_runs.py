"""A press is answered once, and once only, wherever another request overtakes its run."""

from __future__ import annotations

import inspect

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from piximi_ui.server.overtaken_runs import hand_on_presses_of_overtaken_runs


@pytest.fixture
def unrepaired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit as it comes, and afterwards as it was."""
    if hasattr(ScriptRunner._enqueue_forward_msg, "__wrapped__"):
        # Once only: Streamlit's own is wrapped as well.
        execing = ScriptRunner._set_execing_flag.__wrapped__  # type: ignore[attr-defined]
        monkeypatch.setattr(ScriptRunner, "_set_execing_flag", execing)
    for place, name in (
        (ScriptRunner, "_enqueue_forward_msg"),
        (SafeSessionState, "on_script_will_rerun"),
        (SafeSessionState, "register_widget"),
    ):
        monkeypatch.setattr(place, name, inspect.unwrap(getattr(place, name)))


def page_that_is_asked_for_twice() -> None:
    """A page whose run is overtaken once by another request, at a place of the test's choice."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    state = st.session_state
    for name in ("overtaken_at", "answers", "calls", "late", "overtakings"):
        state.setdefault(name, "" if name == "overtaken_at" else 0)

    def overtake(place: str) -> None:
        context = get_script_run_ctx()
        assert context is not None
        assert context.script_requests is not None
        if state.overtaken_at == place:
            state.overtaken_at = ""
            state.overtakings += 1
            context.script_requests.request_rerun(
                RerunData(page_script_hash=context.page_script_hash)
            )

    def called() -> None:
        state.calls += 1
        overtake("callback")

    st.write("Above the buttons")
    overtake("above")
    st.write("Still above")
    overtake("button")  # the next that is sent is the button itself
    if st.button("Export", key="export"):
        state.answers += 1
        overtake("answer")
        st.write("Exported")
    overtake("below")
    st.write("Below")
    st.button("Save", key="save", on_click=called)
    if st.session_state.save:
        state.late += 1


@pytest.fixture
def overtaken(unrepaired: None) -> AppTest:
    hand_on_presses_of_overtaken_runs()
    hand_on_presses_of_overtaken_runs()
    return AppTest.from_function(page_that_is_asked_for_twice).run()


def press(app: AppTest, button: str, *, overtaken_at: str) -> AppTest:
    app.session_state["overtaken_at"] = overtaken_at
    app.button(button).click().run()
    assert not app.exception
    assert app.session_state["overtakings"] == 1
    return app


@pytest.mark.parametrize("place", ["above", "button", "answer", "below"])
def test_a_press_is_answered_once_wherever_its_run_is_overtaken(
    overtaken: AppTest, place: str
) -> None:
    press(overtaken, "export", overtaken_at=place)
    assert overtaken.session_state["answers"] == 1
    overtaken.run()
    assert overtaken.session_state["answers"] == 1


@pytest.mark.parametrize("place", ["callback", "above", "below"])
def test_so_is_one_with_a_callback(overtaken: AppTest, place: str) -> None:
    press(overtaken, "save", overtaken_at=place)
    assert overtaken.session_state["calls"] == 1
    assert overtaken.session_state["late"] == 1
    overtaken.run()
    assert overtaken.session_state["calls"] == 1
    assert overtaken.session_state["late"] == 1


def test_streamlit_still_loses_presses_of_overtaken_runs(unrepaired: None) -> None:
    """If this fails, Streamlit hands them on itself: delete the repair."""
    app = AppTest.from_function(page_that_is_asked_for_twice).run()
    press(app, "export", overtaken_at="above")
    assert app.session_state["answers"] == 0
