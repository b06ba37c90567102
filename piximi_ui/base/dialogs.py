"""One dialog at a time, open until it is closed: a job that ends meanwhile redraws the page."""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["close_dialog", "dialog_data", "open_dialog"]

_OPEN = "piximi_dialog"


def open_dialog(name: str, **data: Any) -> None:
    """Ask the page to draw a dialog, in this run or the next."""
    st.session_state[_OPEN] = (name, data)


def dialog_data(name: str) -> dict[str, Any] | None:
    """Return what a dialog was opened with, None if it is not open."""
    found: tuple[str, dict[str, Any]] | None = st.session_state.get(_OPEN)
    return found[1] if found is not None and found[0] == name else None


def close_dialog() -> None:
    """Close the open dialog; also what its own cross does."""
    st.session_state.pop(_OPEN, None)
