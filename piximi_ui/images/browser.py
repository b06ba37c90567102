"""The gallery of the Images page: one page of images, and what a person does to them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from piximi_core.project.contents.categories import Category
from piximi_core.project.contents.things import ThingFilter
from piximi_core.project.database.store import Store
from piximi_ui.components.gallery import (
    GalleryAction,
    gallery,
    gallery_view,
    set_gallery_page,
)
from piximi_ui.dialogs import open_dialog
from piximi_ui.gallery_items import gallery_items, gallery_revision, gallery_words
from piximi_ui.images import queries
from piximi_ui.images.view import (
    View,
    gallery_key,
    impose_selection,
    narrow,
    show_all,
    taken_selection,
)
from piximi_ui.kinds import of_kind
from piximi_ui.label_actions import carry_out, errors_said
from piximi_ui.texts import _

__all__ = ["acted", "apply", "draw", "note_act"]

_ACTED = "piximi_images_acted"
_SHOWN = "piximi_images_gallery"


def acted() -> bool:
    """Whether an action changed something since the last look: the whole page shows it."""
    return bool(st.session_state.pop(_ACTED, False))


def note_act() -> None:
    """Make the next drawing one of the whole page, because something outside must follow."""
    st.session_state[_ACTED] = True


def draw(
    store: Store,
    revision: int,
    view: View,
    kind_id: str,
    wanted: ThingFilter,
    categories: Sequence[Category],
    counts: Mapping[str, Mapping[str, int]],
) -> tuple[str, ...]:
    """Draw the page of the gallery that the person turned to; return the selected ids.

    Parameters
    ----------
    counts
        How many things each category has in each partition, by its id.
    """
    key = gallery_key(store)
    total = queries.total(store, revision, wanted)
    pages = max(1, -(-total // view.page_size))
    page = min(gallery_view(key).page, pages)
    set_gallery_page(key, page)
    things = queries.page_of(store, revision, wanted, page, view.page_size)
    _leave_other(store, key)
    result = gallery(
        gallery_items(store, things, categories, alone=view.alone),
        categories,
        key=key,
        selected=taken_selection(store),
        page=page,
        pages=pages,
        total=total,
        texts={
            **gallery_words(kind_id),
            **_empty_words(store, revision, view, kind_id),
        },
        revision=gallery_revision(store, revision),
        counts={category_id: sum(by.values()) for category_id, by in counts.items()},
        narrowed=view.categories,
        in_view=lambda: queries.ordered_ids(store, revision, wanted),
        on_actions=lambda actions: apply(store, kind_id, wanted, actions),
    )
    return result.selected


def _empty_words(store: Store, revision: int, view: View, kind_id: str) -> dict[str, str]:
    """Return what stands where nothing is shown: all is done, or nothing passes the filter."""
    unlabelled = ThingFilter(kind_id=kind_id, labelled=False)
    if view.state == "unlabelled" and not queries.total(store, revision, unlabelled):
        empty = of_kind(kind_id, _("All images are labelled."), _("All objects are labelled."))
    else:
        empty = of_kind(
            kind_id, _("No image passes the filter."), _("No object passes the filter.")
        )
    return {"empty": empty, "show_all": _("Show all")}


def _leave_other(store: Store, key: str) -> None:
    """Come to a kind with nothing selected: its things were out of view meanwhile."""
    if st.session_state.get(_SHOWN, key) != key:
        impose_selection(store, ())
    st.session_state[_SHOWN] = key


def apply(
    store: Store, kind_id: str, wanted: ThingFilter, actions: Sequence[GalleryAction]
) -> None:
    """Do what the person did; a mistake is told and leaves the rest to be done."""
    note_act()
    for action in actions:
        with errors_said():
            if not carry_out(store, action, kind_id):
                _ask(store, wanted, action)


def _ask(store: Store, wanted: ThingFilter, action: GalleryAction) -> None:
    if action.type == "delete":
        open_dialog("delete", ids=action.ids)
    elif action.type == "open" and action.ids:
        open_dialog("picture", ids=action.ids[:1])
    elif action.type == "show_all":
        show_all(store)
    elif action.type == "narrow" and action.category is not None:
        narrow(store, action.category)
    elif action.type == "select_all":
        impose_selection(store, queries.ids(store, wanted))
