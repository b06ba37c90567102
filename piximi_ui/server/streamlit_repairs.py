"""What the pinned Streamlit does wrong, mended until it does it right itself."""

from __future__ import annotations

import functools
from dataclasses import replace

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

__all__ = ["answer_presses_in_replaced_fragments", "keep_finished_pages_whole"]


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


def answer_presses_in_replaced_fragments() -> None:
    """Let no press of a button be lost because its fragment is drawn anew in that moment (1.67).

    A fragment, and so every dialog, is known by its place on the page. A message that comes or goes
    above it, such as that a job has ended, gives a dialog another place with the next run of the
    page. Who presses a button of it while that run is under way asks for a fragment that is gone
    when their turn comes: Streamlit writes "Couldn't find fragment" to its log, and forgets the
    press. Here the whole page runs instead, which hears of it.
    """
    run_script = ScriptRunner._run_script
    if hasattr(run_script, "__wrapped__"):
        return

    @functools.wraps(run_script)
    def answered(runner: ScriptRunner, rerun_data: RerunData) -> None:
        asked = rerun_data.fragment_id_queue
        gone = any(not runner._fragment_storage.contains(fragment) for fragment in asked)
        # A clock that ticks once more for a fragment that was taken away asks for nothing.
        if gone and not (rerun_data.is_auto_rerun and len(asked) == 1):
            rerun_data = replace(rerun_data, fragment_id_queue=[], is_fragment_scoped_rerun=False)
        run_script(runner, rerun_data)

    ScriptRunner._run_script = answered  # type: ignore[method-assign, assignment]
