"""Above the gallery: add images, search, filter, sort, and what is being shown."""

from __future__ import annotations

import streamlit as st

from piximi_core.project.store import Store
from piximi_core.project.things import PARTITIONS
from piximi_ui.dialogs import open_dialog
from piximi_ui.images.view import (
    PAGE_SIZES,
    STATES,
    View,
    bound,
    change_view,
    shown_ids,
    stop_showing,
)
from piximi_ui.texts import _, plain, told

__all__ = ["draw"]


def draw(store: Store, view: View) -> None:
    """Draw the bar; every change shows the first page anew."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("Add images"),
            icon=":material/add_photo_alternate:",
            type="primary",
            key="add-images",
            on_click=open_dialog,
            args=("add",),
        )
        st.text_input(
            _("Search by name"),
            placeholder=_("Search by name"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=240,
            **bound(store, view, "search"),
        )
        count = view.filters
        label = _("Filter ({n})").format(n=count) if count else _("Filter")
        # What is inside is drawn once it is open: each element costs every click some time.
        filters = st.popover(label, icon=":material/filter_list:", key="filter", on_change="rerun")
        if filters.open:
            with filters:
                _filters(store, view)
        sorting = st.popover(_("Sort"), icon=":material/sort:", key="sort", on_change="rerun")
        if sorting.open:
            with sorting:
                _sorting(store, view)
        _chips(store, view)


def _filters(store: Store, view: View) -> None:
    st.multiselect(
        _("Partition"),
        list(PARTITIONS),
        format_func=told,
        placeholder=_("Any"),
        **bound(store, view, "partitions"),
    )
    st.selectbox(
        _("Labels and predictions"),
        STATES,
        format_func=_state_words().__getitem__,
        **bound(store, view, "state"),
    )


def _state_words() -> dict[str, str]:
    return {
        "all": _("All images"),
        "labelled": _("Labelled"),
        "unlabelled": _("Not labelled"),
        "predicted": _("Predicted"),
        "unpredicted": _("Not predicted"),
    }


def _sorting(store: Store, view: View) -> None:
    words = {
        "added": _("As added"),
        "name": _("Name"),
        "category": _("Category"),
        "confidence": _("Confidence of the prediction"),
        "partition": _("Partition"),
        "random": _("Random"),
    }
    st.radio(_("Sort by"), list(words), format_func=words.__getitem__, **bound(store, view, "sort"))
    if view.sort == "random":
        st.button(
            _("Shuffle again"),
            icon=":material/shuffle:",
            key="shuffle",
            on_click=lambda: change_view(store, seed=view.seed + 1),
        )
    st.toggle(_("Descending"), **bound(store, view, "descending"))
    st.segmented_control(
        _("Images per page"), PAGE_SIZES, required=True, **bound(store, view, "page_size")
    )


def _chips(store: Store, view: View) -> None:
    shown = shown_ids()
    if shown is not None:
        st.button(
            _("Showing: {title}").format(title=plain(shown[0])),
            icon=":material/close:",
            icon_position="right",
            help=_("Show all images again"),
            key="stop-showing",
            on_click=stop_showing,
            args=(store,),
        )
    if view.filters or view.search:
        st.button(
            _("Clear filters"),
            icon=":material/filter_list_off:",
            type="tertiary",
            key="clear-filters",
            on_click=lambda: change_view(
                store, categories=(), partitions=(), state="all", search=""
            ),
        )
