"""What is mended of Streamlit stays mended, and is dropped once Streamlit needs it no more."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from piximi_ui.server.streamlit_repairs import (
    answer_presses_in_replaced_fragments,
    keep_finished_pages_whole,
)


def drawn(fragment: str, *path: int) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = path
    message.delta.fragment_id = fragment
    message.delta.new_element.text.body = "an image"
    return message


def queue_of_a_page(*more: ForwardMsg) -> ForwardMsgQueue:
    begun, complete = ForwardMsg(), ForwardMsg()
    begun.new_session.SetInParent()
    complete.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    queue = ForwardMsgQueue()
    for message in (begun, drawn("gallery", 0, 1), complete, *more):
        queue.enqueue(message)
    return queue


def kinds(queue: ForwardMsgQueue) -> list[str | None]:
    return [message.WhichOneof("type") for message in queue.flush()]


def test_a_complete_page_is_sent_whole_although_its_fragment_runs_again() -> None:
    keep_finished_pages_whole()
    keep_finished_pages_whole()
    queue = queue_of_a_page()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["gallery"])
    queue.enqueue(drawn("gallery", 0, 1))
    assert kinds(queue) == ["new_session", "delta", "script_finished", "delta"]


def test_all_else_is_cleared_as_streamlit_does() -> None:
    keep_finished_pages_whole()
    queue = queue_of_a_page()
    queue.clear(retain_lifecycle_msgs=True)
    assert kinds(queue) == ["new_session", "script_finished"]
    queue = ForwardMsgQueue()
    queue.enqueue(drawn("gallery", 0, 1))
    queue.enqueue(drawn("other", 0, 2))
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["gallery"])
    assert [message.delta.fragment_id for message in queue.flush()] == ["other"]
    queue = queue_of_a_page()
    queue.clear()
    assert queue.flush() == []


def test_streamlit_still_needs_it() -> None:
    """If this fails, Streamlit keeps such pages itself: `streamlit_repairs` can be deleted."""
    keep_finished_pages_whole()
    queue = queue_of_a_page()
    theirs = inspect.unwrap(ForwardMsgQueue.clear)
    theirs(queue, retain_lifecycle_msgs=True, fragment_ids_this_run=["gallery"])
    assert kinds(queue) == ["new_session", "script_finished"]


def dialog_under_a_message() -> None:
    """A dialog as Streamlit keeps it: a fragment that is known by its place on the page."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    st.session_state.setdefault("imported", 0)
    if st.session_state.get("ended", True):
        st.write("A job has ended.")
    with st.container():

        @st.fragment
        def ask() -> None:
            if st.button("Import", key="import"):
                st.session_state.imported += 1

        ask()
    ctx = get_script_run_ctx()
    assert ctx is not None
    [st.session_state.fragment] = ctx.shared.new_fragment_ids.snapshot()


@pytest.fixture
def unrepaired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit as it comes, and afterwards as it was."""
    run_script = inspect.unwrap(ScriptRunner._run_script)
    monkeypatch.setattr(ScriptRunner, "_run_script", run_script)


def imported(monkeypatch: pytest.MonkeyPatch, *, is_auto_rerun: bool = False) -> int:
    """Press a button that the page is drawing anew elsewhere; return how often it acted."""
    app = AppTest.from_function(dialog_under_a_message).run()
    before = app.session_state["fragment"]
    app.session_state["ended"] = False
    app.run()
    assert before != app.session_state["fragment"], "a message above gives it another name"
    ask = LocalScriptRunner.request_rerun

    def late(runner: LocalScriptRunner, data: RerunData) -> bool:
        runner._requests = ScriptRequests()  # without the whole page, which tests ask for first
        return ask(runner, replace(data, fragment_id=before, is_auto_rerun=is_auto_rerun))

    monkeypatch.setattr(LocalScriptRunner, "request_rerun", late)
    app.button("import").click().run()
    assert not app.exception
    return int(app.session_state["imported"])


def test_a_press_in_a_dialog_that_got_another_place_is_heard(
    unrepaired: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_presses_in_replaced_fragments()
    answer_presses_in_replaced_fragments()
    assert imported(monkeypatch) == 1


def test_the_last_tick_of_a_clock_that_is_gone_runs_no_page(
    unrepaired: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_presses_in_replaced_fragments()
    assert imported(monkeypatch, is_auto_rerun=True) == 0


def test_streamlit_still_loses_such_presses(
    unrepaired: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, Streamlit hears of them itself: delete the repair."""
    assert imported(monkeypatch) == 0
