"""The gallery: a page of thumbnails to select, label and open, drawn in the browser.

Selection and labels show at once in the browser; Python hears of them a moment later and
acknowledges each action in its next drawing (see :mod:`piximi_ui.components.gallery.contract`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, cast

import streamlit as st

from piximi_ui.assets import asset_address
from piximi_ui.components.gallery.contract import (
    ACTIONS,
    GalleryAction,
    GalleryCategory,
    GalleryItem,
    GalleryMemory,
    GalleryPrediction,
    GalleryResult,
    GalleryView,
    to_data,
)
from piximi_ui.components.gallery.shortcuts import Shortcut, gallery_shortcuts
from piximi_ui.components.gallery.texts import gallery_texts

__all__ = [
    "ACTIONS",
    "GalleryAction",
    "GalleryCategory",
    "GalleryItem",
    "GalleryPrediction",
    "GalleryResult",
    "GalleryView",
    "Shortcut",
    "gallery",
    "gallery_shortcuts",
    "gallery_texts",
    "gallery_view",
    "set_gallery_page",
]

DEFAULT_TILE = 144
DEFAULT_ALLOW = ACTIONS - {"highlight"}


def gallery_view(key: str) -> GalleryView:
    """What the person looks at in a gallery, known before it is drawn.

    Ask it first, fetch the items of that page, then call :func:`gallery`.
    """
    memory = _memory(key)
    return GalleryView(memory.page, memory.selected)


def set_gallery_page(key: str, page: int = 1) -> None:
    """Turn a gallery to a page, for example back to 1 when a filter changes."""
    _memory(key).page = max(1, page)


def gallery(
    items: Sequence[GalleryItem],
    categories: Sequence[GalleryCategory],
    *,
    key: str,
    selected: Sequence[str] | None = None,
    page: int | None = None,
    pages: int = 1,
    total: int | None = None,
    tile: int = DEFAULT_TILE,
    allow: Collection[str] = DEFAULT_ALLOW,
    texts: Mapping[str, str] | None = None,
    on_actions: Callable[[tuple[GalleryAction, ...]], None] | None = None,
) -> GalleryResult:
    """Draw one page of images.

    Parameters
    ----------
    items
        The images of this page, in order.
    categories
        All categories of the kind, Unknown first; a person may type their positions.
    key
        Names this gallery. Give each project and kind a key of its own: unsaved labels and the
        selection are kept under it.
    selected
        A selection to impose, for example after a deletion; None leaves it to the person.
    page, pages, total
        The page shown (from 1; None: the one the person turned to), how many there are, and the
        number of images on all of them (None: as many as ``items``).
    tile
        Width of a thumbnail in CSS pixels until the person moves the slider.
    allow
        The actions offered, from :data:`ACTIONS`.
    texts
        Words that replace those of :func:`gallery_texts`.
    on_actions
        Called with new actions before the script runs again, so that one run both applies and
        shows them. It must not draw, and must apply a batch wholly or not at all:
        after ``ProjectBusy`` it gets the same batch again, any other error counts as an
        answer. Without it, actions come in the result once, and are
        acknowledged to the browser by the following run: apply them, then ``st.rerun()``.

    Returns
    -------
    GalleryResult
        Selection, actions not seen before, and page.
    """
    memory = _memory(key)
    if selected is not None:
        memory.impose(selected)
    widget = _widget_key(key)
    data = to_data(
        memory,
        items,
        categories,
        page=memory.page if page is None else page,
        pages=pages,
        total=len(items) if total is None else total,
        tile=tile,
        allow=[name for name in allow if name in ACTIONS],
        texts={**gallery_texts(), **(texts or {})},
        store=widget,
    )

    def received(part: str) -> Any:
        return (st.session_state.get(widget) or {}).get(part)

    _component()(
        key=widget,
        data=data,
        on_selection_change=lambda: memory.report(received("selection")),
        on_action_change=lambda: memory.deliver(received("action"), on_actions),
    )
    actions = memory.empty_inbox()
    if on_actions is None:
        memory.mark_shown()  # by the next drawing the caller has applied them
    return GalleryResult(memory.selected, actions, cast(int, data["page"]))


def _memory(key: str) -> GalleryMemory:
    # Beside the widget's own state, which Streamlit forgets when another page is shown.
    name = f"gallery-memory:{key}"
    if name not in st.session_state:
        st.session_state[name] = GalleryMemory()
    return cast(GalleryMemory, st.session_state[name])


def _widget_key(key: str) -> str:
    # Two underscores in a row are Streamlit's own separator and not allowed in a component's key.
    return "gallery-" + re.sub("_+", "_", key)


@cache
def _component() -> Any:
    """Register the component, once per process and not before a page needs it."""
    script = asset_address("gallery/gallery.js")
    style = asset_address("gallery/gallery.css")
    return st.components.v2.component(
        "piximi_gallery",
        js=f"""
const origin = window.location.origin;
export default async (component) =>
  (await import(origin + "{script}")).mount(component, origin + "{style}");
""",
    )
