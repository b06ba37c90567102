"""Wait for a worker's answer, and say what it waits for itself."""

from __future__ import annotations

from typing import Any

import streamlit as st

from piximi_core.jobs import engine
from piximi_ui.jobs import job_texts
from piximi_ui.language.texts import _

__all__ = ["wait_for", "what_it_waits_for"]

_LOOK_SECONDS = 0.2


def wait_for(call: engine.Call, resource: str) -> Any:
    """Return the answer to a question, once it is there.

    Raises
    ------
    PiximiError
        What the worker raised, or that it ended before it could answer.
    """
    # Drawing something now and then lets Streamlit end this when the person turns elsewhere.
    line = st.empty()
    while not call.wait(_LOOK_SECONDS):
        before = what_it_waits_for(resource)
        if before is None:
            line.empty()
        else:
            line.caption(before)
    return call.answer()


def what_it_waits_for(resource: str) -> str | None:
    """Return which job a question to this worker waits for, in words; None for none."""
    before = engine.busy_with(resource)
    if before is None:
        return None
    return _("Waits for: {job}").format(job=job_texts.title(before))
