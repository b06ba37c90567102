"""The gallery: a page of thumbnails to select, label and open, drawn in the browser.

Selection and labels show at once in the browser; Python hears of them a moment later and
acknowledges each action in its next drawing (see :mod:`piximi_ui.components.gallery.contract`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

import streamlit as st

from piximi_ui.assets import component
from piximi_ui.components.gallery.contract import (
    ACTIONS,
    GalleryAction,
    GalleryCategory,
    GalleryItem,
    GalleryMemory,
    GalleryPrediction,
    GalleryResult,
    GalleryRevision,
    GalleryView,
    Handler,
    ShownCategory,
    to_data,
)
from piximi_ui.components.gallery.shortcuts import Shortcut, gallery_shortcuts
from piximi_ui.components.gallery.texts import gallery_texts, partition_names

__all__ = [
    "ACTIONS",
    "GalleryAction",
    "GalleryCategory",
    "GalleryItem",
    "GalleryMemory",
    "GalleryPrediction",
    "GalleryResult",
    "GalleryRevision",
    "GalleryView",
    "Handler",
    "Shortcut",
    "gallery",
    "gallery_shortcuts",
    "gallery_texts",
    "gallery_view",
    "partition_names",
    "set_gallery_page",
    "start_gallery_over",
    "viewer_store",
]

DEFAULT_TILE = 144
DEFAULT_ALLOW = ACTIONS - {"highlight", "accept", "reject"}


def gallery_view(key: str) -> GalleryView:
    """What the person looks at in a gallery, known before it is drawn.

    Ask it first, fetch the items of that page, then call :func:`gallery`.
    """
    memory = _memory(key)
    return GalleryView(memory.page, memory.selected)


def set_gallery_page(key: str, page: int = 1) -> None:
    """Turn a gallery to a page, for example to the last one when there are fewer now."""
    _memory(key).page = max(1, page)


def start_gallery_over(key: str) -> None:
    """Show a gallery's first page with nothing selected: it shows other things from now on."""
    memory = _memory(key)
    memory.page = 1
    memory.impose(())


def gallery(
    items: Sequence[GalleryItem],
    categories: Sequence[ShownCategory],
    *,
    key: str,
    selected: Sequence[str] | None = None,
    page: int | None = None,
    pages: int = 1,
    total: int | None = None,
    tile: int = DEFAULT_TILE,
    allow: Collection[str] = DEFAULT_ALLOW,
    texts: Mapping[str, str] | None = None,
    revision: GalleryRevision | None = None,
    counts: Mapping[str, int] | None = None,
    narrowed: Collection[str] = (),
    in_view: Callable[[], Collection[str]] | None = None,
    on_actions: Handler | None = None,
) -> GalleryResult:
    """Draw one page of images; return selection, actions not seen before, and page.

    What is not in view is not selected: the items, or all pages of them once the person selected
    all pages.

    Parameters
    ----------
    items, categories
        The images of this page, in order; all categories of the kind, Unknown first.
    key
        Names this gallery. Give each project and kind a key of its own: unsaved labels and the
        selection are kept under it.
    selected
        A selection to impose, for example after a deletion; None leaves it to the person. With
        ids of other pages it is one of all pages, which only a person asks for.
    page, pages, total
        The page shown (from 1; None: the one the person turned to), how many there are, and the
        number of images on all of them (None: as many as ``items``).
    tile
        Width of a thumbnail in CSS pixels until the person moves the slider.
    allow, texts
        The actions offered, from :data:`ACTIONS`; words in place of :func:`gallery_texts`.
    revision
        What the items show of the project; when it changes elsewhere, the gallery is drawn again.
    counts, narrowed
        How many things there are of each category id, shown beside its name; and which of them
        alone are shown. A press on a count asks to ``narrow`` the view to that category, or no
        longer. Without counts none are shown.
    in_view
        Returns the ids of all pages; asked while all pages are selected. Needed where
        ``select_all`` is allowed.
    on_actions
        See :data:`~piximi_ui.components.gallery.contract.Handler`. Without it, actions come in
        the result once, and the following run acknowledges them: apply, then ``st.rerun()``.
    """
    memory = _memory(key)
    shown = {item.id for item in items}
    if selected is not None:
        memory.impose(selected, wide=not shown.issuperset(selected))
    memory.keep(frozenset(in_view()) if memory.wide and in_view else shown)
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
        partitions=partition_names(),
        revision=revision,
        counts=counts,
        narrowed=narrowed,
        store=_widget_key(key),
    )
    _mount(memory, data, on_actions)
    return _result(memory, data, on_actions)


def _mount(memory: GalleryMemory, data: dict[str, Any], on_actions: Handler | None) -> None:
    widget = data["store"]

    def received(part: str) -> Any:
        return (st.session_state.get(widget) or {}).get(part)

    component("gallery")(
        key=widget,
        data=data,
        on_selection_change=lambda: memory.report(received("selection")),
        on_action_change=lambda: memory.deliver(received("action"), on_actions),
        on_look_change=lambda: on_actions and on_actions(()),
    )


def _result(
    memory: GalleryMemory, data: dict[str, Any], on_actions: Handler | None
) -> GalleryResult:
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


def viewer_store(key: str) -> str:
    """Return the name of the queue of what lies over a gallery, which takes it over when it goes.

    Parameters
    ----------
    key
        The gallery's.
    """
    return f"{_widget_key(key)}:viewer"


def _widget_key(key: str) -> str:
    # Two underscores in a row are Streamlit's own separator and not allowed in a component's key.
    return "gallery-" + re.sub("_+", "_", key)
