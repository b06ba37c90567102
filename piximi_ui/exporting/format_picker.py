"""In which form a classifier is taken away; what fits the person's browser comes first."""

from __future__ import annotations

import streamlit as st

from piximi_core.services.classifiers.export import ExportFormat
from piximi_ui.language.texts import _

__all__ = ["format_names", "on_windows", "pick_format"]

_MEGABYTE = 1_000_000


def on_windows() -> bool:
    """Whether the browser says that it runs on Windows, where Piximi refuses the type of zips."""
    return "windows" in str(st.context.headers.get("User-Agent") or "").lower()


def format_names() -> dict[ExportFormat, str]:
    """Return what the formats are called."""
    return {
        "piximi": _("Piximi zip"),
        "piximi-files": _("Piximi, two loose files"),
        "tfjs": _("TensorFlow.js, in parts"),
    }


def _captions(*, windows: bool) -> dict[ExportFormat, str]:
    loose = _("The same two files without the zip. Use it where Piximi refuses the zip.")
    if windows:
        loose = _("Best on Windows: browsers there give zips a type that Piximi refuses.")
    return {
        "piximi": _("One file that opens in Piximi with the names of your categories."),
        "piximi-files": loose,
        "tfjs": _("model.json and weights in files of limited size, for web pages and programs."),
    }


def pick_format(*, windows: bool) -> tuple[ExportFormat, int]:
    """Draw the choice of format; return it and the largest size of a part in bytes."""
    order: list[ExportFormat] = ["piximi", "piximi-files", "tfjs"]
    if windows:
        order = ["piximi-files", "piximi", "tfjs"]
    names, captions = format_names(), _captions(windows=windows)
    chosen = st.radio(
        _("Format"),
        order,
        format_func=names.__getitem__,
        captions=[captions[name] for name in order],
        key="export-format",
        persist_state="session",
    )
    if chosen != "tfjs":
        return chosen, 4 * _MEGABYTE
    largest = st.number_input(
        _("Largest part, in MB"),
        min_value=0.001,
        max_value=1000.0,
        value=4.0,
        step=1.0,
        format="%g",
        key="export-shard",
        persist_state="session",
        width=220,
        help=_("The weights are cut into files of at most this size, so that browsers cache them."),
    )
    return chosen, int(float(largest) * _MEGABYTE)
