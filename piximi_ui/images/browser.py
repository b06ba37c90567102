"""The gallery of the Images page: one page of images, and what a person does to them there."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from piximi_core.project.categories import Category
from piximi_core.project.store import Store
from piximi_core.project.things import ThingFilter
from piximi_ui.components.gallery import (
    GalleryAction,
    gallery,
    gallery_view,
    set_gallery_page,
)
from piximi_ui.dialogs import open_dialog
from piximi_ui.gallery_items import gallery_items, gallery_revision
from piximi_ui.images import queries
from piximi_ui.images.view import View, gallery_key, impose_selection, taken_selection
from piximi_ui.label_actions import carry_out, errors_said
from piximi_ui.texts import _

__all__ = ["acted", "apply", "draw"]

_ACTED = "piximi_images_acted"
_LOOKED = "piximi_images_looked"


def acted() -> bool:
    """Whether a gallery action changed something since the last look: the whole page shows it."""
    return bool(st.session_state.pop(_ACTED, False))


def draw(
    store: Store,
    revision: int,
    view: View,
    wanted: ThingFilter,
    categories: Sequence[Category],
) -> tuple[str, ...]:
    """Draw the page of the gallery that the person turned to; return the selected ids."""
    key = gallery_key(store)
    total = queries.total(store, revision, wanted)
    pages = max(1, -(-total // view.page_size))
    page = min(gallery_view(key).page, pages)
    set_gallery_page(key, page)
    things = queries.page_of(store, revision, wanted, page, view.page_size)
    _drop_gone(store, revision)
    result = gallery(
        gallery_items(store, things, categories),
        categories,
        key=key,
        selected=taken_selection(store),
        page=page,
        pages=pages,
        total=total,
        texts={"empty": _("No image passes the filter.")},
        revision=gallery_revision(store, revision),
        on_actions=lambda actions: apply(store, wanted, actions),
    )
    return result.selected


def _drop_gone(store: Store, revision: int) -> None:
    """Take images out of the selection that were deleted in another window meanwhile."""
    selected = gallery_view(gallery_key(store)).selected
    if selected and st.session_state.get(_LOOKED) != revision:
        there = set(queries.ids(store, ThingFilter(ids=selected)))
        if len(there) < len(selected):
            impose_selection(store, [thing for thing in selected if thing in there])
    st.session_state[_LOOKED] = revision


def apply(store: Store, wanted: ThingFilter, actions: Sequence[GalleryAction]) -> None:
    """Do what the person did; a mistake is told and leaves the rest to be done."""
    st.session_state[_ACTED] = True
    for action in actions:
        with errors_said():
            if not carry_out(store, action):
                _ask(store, wanted, action)


def _ask(store: Store, wanted: ThingFilter, action: GalleryAction) -> None:
    if action.type == "delete":
        open_dialog("delete", ids=action.ids)
    elif action.type == "open" and action.ids:
        open_dialog("picture", ids=action.ids[:1])
    elif action.type == "select_all":
        impose_selection(store, queries.ids(store, wanted))
