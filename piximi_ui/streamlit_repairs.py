"""What the pinned Streamlit does wrong, mended until it does it right itself."""

from __future__ import annotations

import functools

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

__all__ = ["keep_finished_pages_whole"]


def keep_finished_pages_whole() -> None:
    """Let nothing disappear for a moment when a fragment runs right after its page (1.67).

    What a run draws waits in a queue to be sent. A fragment that starts meanwhile drops from it
    what the page's run had drawn of that fragment, but not the word that the page is complete: at
    this the browser takes the fragment's elements away, until its own run has drawn them again.
    They are missed by whoever clicks or types in that moment, and by everyone if the connection
    breaks just then. Here the queue of a complete page is kept as it is.
    """
    clear = ForwardMsgQueue.clear
    if hasattr(clear, "__wrapped__"):
        return

    @functools.wraps(clear)
    def kept(
        queue: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        if fragment_ids_this_run is not None and any(map(_ends_a_page, queue._queue)):
            # What comes now must not be merged into what stands before that end.
            queue._delta_index_map = {}
        else:
            clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)

    ForwardMsgQueue.clear = kept  # type: ignore[method-assign, assignment]


def _ends_a_page(message: ForwardMsg) -> bool:
    return (
        message.WhichOneof("type") == "script_finished"
        and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    )
