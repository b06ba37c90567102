"""No press of a button is lost because its page is asked for once more meanwhile."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    _coalesce_replay_trigger_states,
    _coalesce_widget_states,
)
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState

__all__ = ["hand_on_presses_of_overtaken_runs"]


def hand_on_presses_of_overtaken_runs() -> None:
    """Let no press of a button be lost because the page is asked for once more meanwhile (1.67).

    A press starts a run of the page, in which the button answers as soon as its place is drawn. If
    something else asks for a run before that, such as a component that has just come to life, the
    first run is dropped where it stands and the second knows nothing of the press: a click that
    does nothing, more often the slower the server is. Here the second run is told of the presses
    that were not answered yet, in the way in which Streamlit tells of those behind a callback.
    """
    execing = ScriptRunner._set_execing_flag
    will_rerun = SafeSessionState.on_script_will_rerun
    register = SafeSessionState.register_widget
    send = ScriptRunner._enqueue_forward_msg
    if hasattr(send, "__wrapped__"):
        return

    @functools.wraps(execing)
    @contextmanager
    def handing_on(runner: ScriptRunner) -> Iterator[None]:
        _runs.current = run = _Run()
        with execing(runner):
            try:
                yield
            except RerunException as overtaken:
                page = runner._get_script_run_ctx().page_script_hash
                if page != overtaken.rerun_data.page_script_hash:
                    raise
                raise RerunException(run.handed_on(overtaken.rerun_data)) from overtaken

    @functools.wraps(will_rerun)
    def remembered(
        state: SafeSessionState, fresh_widget_states: WidgetStates | None, **more: Any
    ) -> None:
        run = _current()
        run.asked, run.replayed = fresh_widget_states, more.get("replay_trigger_states")
        # Streamlit's own look for another request, after which it calls the callbacks.
        state._yield_callback()
        run.has_called_back = True
        will_rerun(state, fresh_widget_states, **more)

    @functools.wraps(register)
    def registered(
        state: SafeSessionState, metadata: WidgetMetadata[Any], user_key: str | None
    ) -> Any:
        found = register(state, metadata, user_key)
        _current().registered.add(metadata.id)
        return found

    @functools.wraps(send)
    def sent(runner: ScriptRunner, message: ForwardMsg) -> None:
        send(runner, message)
        _current().answer()

    ScriptRunner._set_execing_flag = handing_on  # type: ignore[method-assign, assignment]
    ScriptRunner._enqueue_forward_msg = sent  # type: ignore[method-assign, assignment]
    SafeSessionState.on_script_will_rerun = remembered  # type: ignore[method-assign, assignment]
    SafeSessionState.register_widget = registered  # type: ignore[method-assign, assignment]


@dataclass
class _Run:
    """What a run of a page was asked for, and how far it has come with it."""

    asked: WidgetStates | None = None
    replayed: WidgetStates | None = None
    has_called_back: bool = False
    registered: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)

    def answer(self) -> None:
        """Note that something was sent: whoever draws a widget hears of its press right after."""
        self.answered |= self.registered
        self.registered.clear()

    def handed_on(self, data: RerunData) -> RerunData:
        """The data of the run that takes this one's place, with the presses not answered yet."""
        if not self.has_called_back:
            return replace(
                data,
                widget_states=_coalesce_widget_states(self.asked, data.widget_states),
                replay_trigger_states=_coalesce_replay_trigger_states(
                    self.replayed, data.replay_trigger_states
                ),
            )
        waiting = WidgetStates()
        waiting.widgets.extend(
            state
            for states in (self.replayed, self.asked)
            for state in (states.widgets if states else ())
            if state.id not in self.answered
        )
        return replace(
            data,
            replay_trigger_states=_coalesce_replay_trigger_states(
                waiting, data.replay_trigger_states
            ),
        )


# A run of a page has a thread to itself; what others send beside it answers nothing.
_runs = threading.local()


def _current() -> _Run:
    run: _Run = getattr(_runs, "current", None) or _Run()
    return run
