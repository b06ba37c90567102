"""What is mended of Streamlit stays mended, and is dropped once Streamlit needs it no more."""

from __future__ import annotations

import inspect

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from piximi_ui.streamlit_repairs import keep_finished_pages_whole


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
    """If this fails, Streamlit keeps such pages itself: delete piximi_ui/streamlit_repairs.py."""
    keep_finished_pages_whole()
    queue = queue_of_a_page()
    theirs = inspect.unwrap(ForwardMsgQueue.clear)
    theirs(queue, retain_lifecycle_msgs=True, fragment_ids_this_run=["gallery"])
    assert kinds(queue) == ["new_session", "script_finished"]
