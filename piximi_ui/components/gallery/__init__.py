"""The gallery: a page of thumbnails to select, label and open, drawn in the browser.

Selection and labels show at once in the browser. Actions and page turns go by HTTP to the desk
(:mod:`piximi_ui.components.gallery.desk`), which answers with what the page shows then; the script
that draws the rest of the page runs late and once, and hears of the selection
(:mod:`piximi_ui.components.gallery.contract`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

import streamlit as st

from piximi_ui.components.gallery.contract import (
    ACTIONS,
    GalleryCategory,
    GalleryItem,
    GalleryMemory,
    GalleryPage,
    GalleryPrediction,
    GalleryResult,
    GalleryRevision,
    GalleryView,
    to_data,
)
from piximi_ui.components.gallery.desk import Carry, Changed, Draw, GalleryDesk, Say
from piximi_ui.components.gallery.shortcuts import Shortcut, gallery_shortcuts
from piximi_ui.components.gallery.texts import gallery_texts, partition_names
from piximi_ui.server.action_routes import action_address
from piximi_ui.server.actions import Action
from piximi_ui.server.assets import component

__all__ = [
    "ACTIONS",
    "Action",
    "Carry",
    "Changed",
    "Draw",
    "GalleryCategory",
    "GalleryItem",
    "GalleryMemory",
    "GalleryPage",
    "GalleryPrediction",
    "GalleryResult",
    "GalleryRevision",
    "GalleryView",
    "Say",
    "Shortcut",
    "gallery",
    "gallery_shortcuts",
    "gallery_texts",
    "gallery_view",
    "partition_names",
    "start_gallery_over",
    "viewer_store",
]

DEFAULT_TILE = 144
DEFAULT_ALLOW = ACTIONS - {"highlight", "accept", "reject"}


def gallery_view(key: str) -> GalleryView:
    """Return what the person looks at in a gallery, also before it is drawn."""
    memory = _memory(key)
    return GalleryView(memory.page, memory.selected)


def start_gallery_over(key: str) -> None:
    """Show a gallery's first page with nothing selected: it shows other things from now on."""
    memory = _memory(key)
    memory.page = 1
    memory.impose(())


def gallery(
    draw: Draw,
    *,
    key: str,
    view: str = "",
    selected: Sequence[str] | None = None,
    tile: int = DEFAULT_TILE,
    allow: Collection[str] = DEFAULT_ALLOW,
    texts: Mapping[str, str] | None = None,
    changed: Changed | None = None,
    in_view: Callable[[], Collection[str]] | None = None,
    carry: Carry | None = None,
    on_asked: Callable[[tuple[Action, ...]], None] | None = None,
    on_said: Callable[[str, str], None] | None = None,
) -> GalleryResult:
    """Draw one page of images; return the selection and the page.

    What is not in view is not selected: the items, or all pages of them once the person selected
    all pages.

    Parameters
    ----------
    draw
        Reads a page of the view. Called now, and in a thread whenever something was done or another
        page is wanted: it must not touch the session.
    key
        Names this gallery. Give each project and kind a key of its own: unsaved labels and the
        selection are kept under it.
    view
        Tells what ``draw`` shows from other filters, orders and kinds.
    selected
        A selection to impose, for example after a deletion; None leaves it to the person. With
        ids of other pages it is one of all pages, which only a person asks for.
    tile
        Width of a thumbnail in CSS pixels until the person moves the slider.
    allow, texts
        The actions offered, from :data:`ACTIONS`; words in place of :func:`gallery_texts`.
    changed
        See :data:`~piximi_ui.components.gallery.desk.Changed`; None where labels change the view or
        its order. It must not touch the session.
    in_view
        Returns the ids of all pages; asked while all pages are selected. Needed where
        ``select_all`` is allowed. It must not touch the session either.
    carry
        See :data:`~piximi_ui.components.gallery.desk.Carry`.
    on_asked
        Called before the script runs again with the actions that ``carry`` cannot do; with none
        when the project changed.
    on_said
        Called then with what ``carry`` has to say.
    """
    memory = _memory(key)
    desk = GalleryDesk(memory, draw, view, carry, in_view, changed, partition_names())
    if selected is not None:
        memory.impose(selected, wide=not frozenset(_page_ids(desk)).issuperset(selected))
    data = {
        **to_data(
            tile=tile,
            allow=[name for name in allow if name in ACTIONS],
            texts={**gallery_texts(), **(texts or {})},
            store=_widget_key(key),
            actions=action_address(_widget_key(key), desk),
        ),
        **desk.whole(),
    }
    _mount(memory, data, on_asked, on_said)
    return GalleryResult(memory.selected, cast(int, data["page"]))


def _page_ids(desk: GalleryDesk) -> list[str]:
    return [item.id for item in desk.draw(desk.memory.page).items]


def _mount(
    memory: GalleryMemory,
    data: dict[str, Any],
    on_asked: Callable[[tuple[Action, ...]], None] | None,
    on_said: Callable[[str, str], None] | None,
) -> None:
    widget = data["store"]

    def told() -> None:
        """Hear what is selected; what was done meanwhile is shown by the run that follows."""
        memory.report((st.session_state.get(widget) or {}).get("selection"))
        said = memory.empty_said()
        if on_said is not None:
            for text, icon in said:
                on_said(text, icon)
        actions, acted = memory.empty_inbox(), memory.acted
        memory.acted = False
        if on_asked and (actions or acted or said or memory.drawn != data_revision(data)):
            on_asked(actions)

    component("gallery")(key=widget, data=data, on_selection_change=told)


def data_revision(data: Mapping[str, Any]) -> int | None:
    """Return the revision that a drawing showed."""
    revision = data["revision"]
    return revision["number"] if revision else None


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
