"""Deleted projects: take a deletion back at once, or later from the bin, or empty it."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.project.care import bin as project_bin
from piximi_core.project.care.bin import KEPT_DAYS, BinnedProject
from piximi_core.project.workspace import workspace
from piximi_core.services.projects.duplicate import sweep_copies
from piximi_core.services.projects.opening import sweep_openings
from piximi_ui.base.context import errors_shown, say
from piximi_ui.language.texts import _, plain, plural, size, when
from piximi_ui.projects.sizes import sizes_of

__all__ = ["deleted_just_now", "draw_bin", "draw_undo", "sweep_now_and_then"]

log = logging.getLogger("piximi")

_DELETED = "piximi_deleted"
_SWEEP_SECONDS = 3600.0
_swept = {"at": 0.0}
_sweeping = threading.Lock()


# It stays in sight of a person who deleted from far down the list.
_STYLE = """<style>
.st-key-undo-delete { position: sticky; top: 4rem; z-index: 5; backdrop-filter: blur(12px); }
</style>"""


def deleted_just_now(entry: str, name: str) -> None:
    """Remember what was deleted, for `draw_undo`."""
    st.session_state[_DELETED] = (entry, name)


def draw_undo(binned: list[BinnedProject]) -> None:
    """Say what was deleted just now, with the button that takes it back."""
    entry, name = st.session_state.get(_DELETED, (None, ""))
    if entry is None or entry not in {project.entry for project in binned}:
        return
    st.html(_STYLE)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo-delete"):
        st.markdown(
            f":material/delete: {_('“{name}” is in the bin.').format(name=plain(name))}",
            width="stretch",
        )
        if st.button(_("Undo"), icon=":material/undo:", key="undo-delete-go"):
            _restore(entry, name)
        if st.button(_("Close"), type="tertiary", key="undo-delete-close"):
            del st.session_state[_DELETED]
            st.rerun()


def draw_bin(binned: list[BinnedProject]) -> None:
    """Draw what is in the bin; nothing if it is empty."""
    if not binned:
        return
    with st.expander(
        plural("Bin · {n} project", "Bin · {n} projects", len(binned)),
        icon=":material/delete:",
        key="bin",
    ):
        sizes = sizes_of({project.folder: project.deleted_at for project in binned})
        st.caption(
            plural(
                "A deleted project stays here for {n} day.",
                "A deleted project stays here for {n} days.",
                KEPT_DAYS,
            )
        )
        for project in binned:
            _row(project, sizes.get(project.folder))
        _empty(binned, sum(sizes.values()) if len(sizes) == len(binned) else None)


def _row(project: BinnedProject, taken: int | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(plain(project.name))
            told = [_("deleted {moment}").format(moment=when(project.deleted_at))]
            st.caption(" · ".join(told if taken is None else [*told, size(taken)]))
        if st.button(
            _("Restore"), icon=":material/restore_from_trash:", key=f"restore-{project.entry}"
        ):
            _restore(project.entry, project.name)


def _restore(entry: str, name: str) -> None:
    with errors_shown():
        project_bin.restore(entry)
        st.session_state.pop(_DELETED, None)
        say(_("“{name}” is back.").format(name=plain(name)))
        st.rerun()


def _empty(binned: list[BinnedProject], taken: int | None) -> None:
    with st.popover(_("Empty the bin"), icon=":material/delete_forever:", key="empty-bin"):
        st.markdown(
            plural(
                "Delete {n} project for good? Nothing brings it back.",
                "Delete {n} projects for good? Nothing brings them back.",
                len(binned),
            )
        )
        if taken is not None:
            st.caption(_("It frees {size}.").format(size=size(taken)))
        if st.button(_("Delete for good"), type="primary", key="empty-bin-go"):
            with errors_shown():
                # Only what the person saw: something deleted since stays.
                done = project_bin.empty_bin([project.entry for project in binned])
                say(plural("{n} project deleted.", "{n} projects deleted.", done))
                st.rerun()


def sweep_now_and_then() -> None:
    """Delete what is too old for the bin, beside the page and at most once an hour."""
    with _sweeping:
        if time.monotonic() - _swept["at"] < _SWEEP_SECONDS and _swept["at"]:
            return
        _swept["at"] = time.monotonic()
    threading.Thread(target=_sweep, name="bin", daemon=True).start()


def _sweep() -> None:
    try:
        with suppress(PiximiError):  # another dashboard was quicker
            project_bin.sweep()
        sweep_copies(workspace())
        sweep_openings(workspace())
    except OSError:
        # Nothing waits for it: the next hour tries again.
        log.exception("The bin could not be swept")
