"""Files dropped anywhere on a page: said while they hover, and given to the uploader of a dialog.

This component draws nothing; it hears of files over the window and of pasted ones, tells Python so
that the dialog opens, and hands them to the uploader in it, whose way to the server they then go.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from piximi_ui.server.assets import component

__all__ = ["NEXT_PROJECT", "drop_anywhere"]

NEXT_PROJECT = "*"
"""In place of a project's folder: whichever project's uploader is drawn next."""


def drop_anywhere(
    text: str,
    *,
    slot: str,
    on_drop: Callable[[], None],
    key: str = "drop-anywhere",
    chooser: str = "",
) -> None:
    """Take files that are dropped on the page, or chosen by a button of it.

    Parameters
    ----------
    text
        Shown over the page while files hover above it.
    slot
        The project whose uploader gets them (`components.upload`), or `NEXT_PROJECT`.
    on_drop
        Called when files were dropped or chosen: it must make the next drawing show that uploader.
        Under the key stands meanwhile ``{"dropped": {"files": count, "name": of folder or zip}}``.
    key
        Names the component on its page.
    chooser
        The key of the button that chooses files; then Python hears of them, not of the press.
    """
    data = {"text": text, "slot": slot, "chooser": chooser}
    # Out of the flow of the page: what draws nothing takes no room.
    with st.container(key=f"{key}-place"):
        component("drop")(key=key, data=data, on_dropped_change=on_drop)
