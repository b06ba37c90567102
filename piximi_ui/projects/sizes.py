"""How large projects are on the disk, measured beside the page and remembered."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from threading import Lock

import streamlit as st

from piximi_core.project.care.disk_use import disk_use

__all__ = ["draw_late", "sizes_of"]

# Small workspaces are measured within it, so that their sizes are there at once.
_PATIENCE_SECONDS = 0.25

_lock = Lock()
_measured: dict[Path, tuple[float, int]] = {}
_under_way: dict[Path, Future[int]] = {}


@cache
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="sizes")


def sizes_of(folders: dict[Path, float]) -> dict[Path, int]:
    """Return the sizes in bytes that are known by now; the others are being measured.

    Parameters
    ----------
    folders
        With a number for each that changes when its content does.
    """
    with _lock:
        for folder, state in folders.items():
            if _measured.get(folder, (None, 0))[0] != state and folder not in _under_way:
                _under_way[folder] = _worker().submit(_measure, folder, state)
        waiting = [_under_way[folder] for folder in folders if folder in _under_way]
    wait(waiting, timeout=_PATIENCE_SECONDS)
    with _lock:
        return {folder: _measured[folder][1] for folder in folders if folder in _measured}


def _measure(folder: Path, state: float) -> int:
    size = disk_use(folder)
    with _lock:
        _measured[folder] = (state, size)
        _under_way.pop(folder, None)
    return size


def draw_late(folders: dict[Path, float]) -> None:
    """Draw the page again when the sizes that were still missing are known."""
    with _lock:
        missing = any(folder in _under_way for folder in folders)
    if missing:
        st.fragment(_look_again, run_every=1.0)(folders)


def _look_again(folders: dict[Path, float]) -> None:
    with _lock:
        missing = any(folder in _under_way for folder in folders)
    if not missing:
        st.rerun()
