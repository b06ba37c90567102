"""One line on what training runs on, and why not on a GPU."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from piximi_core.jobs import engine
from piximi_ui.language.texts import _, plain, told

__all__ = ["draw"]


def draw(*, busy: bool, ready: Callable[[], bool]) -> None:
    """Draw the line; the worker tells, a few seconds after it started.

    Parameters
    ----------
    busy
        A training occupies the worker and says itself what it runs on.
    ready
        Tells whether the images of the next training are read.
    """
    waiting = engine.warms_early() and not busy and not (engine.device() and ready())
    st.fragment(_line, run_every=1.0 if waiting else None)(waiting, ready)


def _line(waiting: bool, ready: Callable[[], bool]) -> None:
    found = engine.device()
    if found is None:
        if waiting:
            st.caption(f":material/memory: {_('TensorFlow is being started…')}")
        return
    if not found["kind"]:
        trouble = f"{told(found['reason'])} {told(found['advice'])}"
        st.caption(f":red[:material/error: {plain(trouble, 300)}]")
        return
    if waiting and not ready():
        st.caption(f":material/memory: {_('TensorFlow is ready; the images are being read…')}")
        return
    if waiting:
        # Once known, it need not be asked again every second.
        st.rerun()
    icon = ":material/bolt:" if found["kind"] == "GPU" else ":material/memory:"
    text = _("TensorFlow is ready. Trains on the {kind}: {name}.").format(
        kind=found["kind"], name=plain(found["name"], 120)
    )
    reason = "" if found["kind"] == "GPU" else f" {plain(told(found['reason']), 200)}"
    st.caption(f"{icon} {text}{reason}", help=plain(told(found["advice"]), 300) or None)
