"""Choose a file that becomes a project: on this computer, or in the server's folders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job
from piximi_core.jobs.import_roots import import_roots
from piximi_core.jobs.opening import dismiss
from piximi_ui.context import errors_shown, who
from piximi_ui.dialogs import close_dialog
from piximi_ui.images import server_folders
from piximi_ui.texts import _

__all__ = ["Sort", "choose", "forget", "start"]


@dataclass(frozen=True)
class Sort:
    """One sort of file, in words, and as the functions that find it and ask for its opening.

    Attributes
    ----------
    key
        Names the widgets.
    where, pick, what, nothing
        The question where it is, the uploader's label, its name, and that a folder has none.
    found
        Returns what a folder of the server holds of it.
    ask, ask_uploaded
        Write the request for a file on the disk, and for one that came through the browser.
    """

    key: str
    where: str
    pick: str
    what: str
    nothing: str
    found: Callable[[Path], list[Path]]
    ask: Callable[..., Job]
    ask_uploaded: Callable[..., Job]


def choose(sort: Sort) -> None:
    """Draw the choice of a file, and the button that opens it."""
    if import_roots():
        words = {"file": _("On this computer"), "server": _("On the server")}
        source = st.segmented_control(
            sort.where,
            list(words),
            default="file",
            required=True,
            format_func=words.__getitem__,
            key=f"{sort.key}-source",
            label_visibility="collapsed",
        )
        if source == "server":
            _on_server(sort)
            return
    given = st.file_uploader(
        sort.pick, type="zip", key=f"{sort.key}-file", label_visibility="collapsed"
    )
    if _open_pressed(sort, ready=given is not None) and given is not None:
        with errors_shown():
            start(sort.ask_uploaded(given, given.name, given.size, who=who()))


def _on_server(sort: Sort) -> None:
    folder = server_folders.draw()
    found = sort.found(folder) if folder is not None else []
    chosen: Path | None = None
    if found:
        chosen = st.selectbox(
            sort.what, found, format_func=lambda path: path.name, key=f"{sort.key}-on-server"
        )
    else:
        st.caption(sort.nothing)
    if _open_pressed(sort, ready=chosen is not None) and chosen is not None:
        with errors_shown():
            start(sort.ask(chosen, who=who()))


def _open_pressed(sort: Sort, *, ready: bool) -> bool:
    return st.button(
        _("Open"), type="primary", disabled=not ready, width="stretch", key=f"{sort.key}-open"
    )


def start(job: Job) -> None:
    """Send the job off, and draw the page again to follow it."""
    with st.spinner(_("Starting…")):
        engine.submit(job)
    close_dialog()
    st.rerun()


def forget(job: Job) -> None:
    """Forget a job that is over, and draw the page again without it."""
    dismiss(job)
    st.rerun()
