"""The gallery of the Images page: one page of images, and what a person does to them there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st

from piximi_core.messages import Message
from piximi_core.project.contents.relabelled import relabelled_since
from piximi_core.project.contents.things import ThingFilter, follows_labels, get_things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base.context import picture_token, say
from piximi_ui.base.dialogs import open_dialog
from piximi_ui.base.gallery_items import gallery_items, gallery_revision, gallery_words, text_id
from piximi_ui.base.kinds import of_kind
from piximi_ui.base.label_actions import label_actions
from piximi_ui.components.gallery import Action, GalleryPage, gallery
from piximi_ui.images import queries
from piximi_ui.images.view import (
    View,
    gallery_key,
    impose_selection,
    narrow,
    show_all,
    taken_selection,
)
from piximi_ui.language.texts import _
from piximi_ui.server.pictures import tile_outlines_address

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
) -> tuple[str, ...]:
    """Draw the page of the gallery that the person turned to; return the selected ids."""
    key, token = gallery_key(store), picture_token(store)
    _leave_other(store, key)

    def page_now(page: int, only: Collection[str] | None = None) -> GalleryPage:
        now = store.revision()
        total = queries.total(store, now, wanted)
        pages = max(1, -(-total // view.page_size))
        page = min(page, pages)
        things = (
            queries.page_of(store, now, wanted, page, view.page_size)
            if only is None
            else get_things(store, only)
        )
        categories = queries.categories(store, now, kind_id)
        counts = queries.counts(store, now, kind_id)
        return GalleryPage(
            gallery_items(things, categories, token=token, alone=view.alone),
            categories,
            page=page,
            pages=pages,
            total=total,
            revision=gallery_revision(token, now),
            counts={category_id: sum(by.values()) for category_id, by in counts.items()},
            narrowed=view.categories,
            outlines=_outlines(store, now, kind_id, token),
        )

    return gallery(
        page_now,
        key=key,
        view=text_id(f"{view} {wanted}"),
        selected=taken_selection(store),
        texts={
            **gallery_words(kind_id),
            **_empty_words(store, revision, view, kind_id),
        },
        changed=None if follows_labels(wanted) else partial(relabelled_since, store),
        in_view=lambda: queries.ordered_ids(store, store.revision(), wanted),
        carry=label_actions(store, kind_id),
        on_asked=lambda actions: apply(store, actions),
        on_said=say,
    ).selected


def _outlines(store: Store, revision: int, kind_id: str, token: str) -> str:
    """Return the address of the outlines over images, empty where nothing can be outlined."""
    drawn = any(not kind.is_image and not kind.hidden for kind in queries.kinds(store, revision))
    return tile_outlines_address(token) if kind_id == IMAGE_KIND and drawn else ""


def _empty_words(store: Store, revision: int, view: View, kind_id: str) -> dict[str, str]:
    """Return what stands where nothing is shown: all is done, or nothing passes the filter."""
    unlabelled = ThingFilter(kind_id=kind_id, labelled=False)
    if view.state == "unlabelled" and not queries.total(store, revision, unlabelled):
        empty = of_kind(kind_id, Message("All {things} are labelled."))
    else:
        empty = of_kind(kind_id, Message("No {thing} passes the filter."))
    return {"empty": empty, "show_all": _("Show all")}


def _leave_other(store: Store, key: str) -> None:
    """Come to a kind with nothing selected: its things were out of view meanwhile."""
    if st.session_state.get(_SHOWN, key) != key:
        impose_selection(store, ())
    st.session_state[_SHOWN] = key


def apply(store: Store, actions: Sequence[Action]) -> None:
    """Do what only the page can do; with nothing to do, let the whole page follow."""
    note_act()
    for action in actions:
        if action.type == "delete":
            open_dialog("delete", ids=action.ids)
        elif action.type == "open" and action.ids:
            open_dialog("picture", ids=action.ids[:1])
        elif action.type == "show_all":
            show_all(store)
        elif action.type == "narrow" and action.category is not None:
            narrow(store, action.category)
