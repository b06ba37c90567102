"""Above the gallery: add images, search, filter, sort, and what is being shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from piximi_core.messages import Message
from piximi_core.project.contents.categories import Category
from piximi_core.project.contents.kinds import Kind
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import PARTITIONS
from piximi_ui.annotations import import_dialog
from piximi_ui.base.dialogs import open_dialog
from piximi_ui.base.kinds import of_kind
from piximi_ui.images import chips, kind_tabs, saved_filters
from piximi_ui.images.view import MOST_SEED, PAGE_SIZES, STATES, View, bound, change_view
from piximi_ui.language.glossary import partition_name, partition_tip
from piximi_ui.language.texts import _, number, plain

__all__ = ["draw"]

Counts = Mapping[str, Mapping[str, int]]


def draw(
    store: Store,
    revision: int,
    kind: Kind,
    view: View,
    categories: Sequence[Category],
    counts: Counts,
) -> None:
    """Draw the bar, one line with what narrows the view; every change shows the first page anew."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="images-bar"):
        kind_tabs.draw(store, revision, kind)
        st.button(
            _("Add images"),
            icon=":material/add_photo_alternate:",
            key="add-images",
            on_click=open_dialog,
            args=("add",),
        )
        import_dialog.draw_button()
        st.text_input(
            _("Search by name"),
            placeholder=_("Search by name"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=170,
            **bound(store, view, "search"),
        )
        # What is inside is drawn once it is open: each element costs every click some time.
        # Its label stays as it is: under another one it would be another popover, which closes at
        # every choice. The chips beside it tell what is chosen.
        filters = st.popover(
            _("Filter"), icon=":material/filter_list:", key="filter", on_change="rerun"
        )
        if filters.open:
            with filters:
                _filters(store, view, categories, counts)
        sorting = st.popover(_("Sort"), icon=":material/sort:", key="sort", on_change="rerun")
        if sorting.open:
            with sorting:
                _sorting(store, kind, view)
        saved_filters.draw(store, view)
        kind_tabs.draw_menu(store, revision, kind)
        chips.draw(store, view, categories)


def _filters(store: Store, view: View, categories: Sequence[Category], counts: Counts) -> None:
    labels = {
        category.id: _category(category, sum(counts.get(category.id, {}).values()))
        for category in categories
    }
    # One widget whatever the number of categories: each further element costs some time.
    st.pills(
        _("Categories"),
        list(labels),
        selection_mode="multi",
        format_func=labels.__getitem__,
        width="stretch",
        help=_("Choose categories to see only what is in them"),
        **bound(store, view, "categories"),
    )
    st.multiselect(
        _("Partition"),
        list(PARTITIONS),
        format_func=partition_name,
        placeholder=_("Any"),
        help=partition_tip(),
        **bound(store, view, "partitions"),
    )
    st.selectbox(
        _("Labels and predictions"),
        STATES,
        format_func=chips.state_words().__getitem__,
        **bound(store, view, "state"),
    )


def _category(category: Category, count: int) -> str:
    swatch = f':color[●]{{foreground="{category.color}"}}'
    return f"{swatch} {plain(category.name, 22)} :gray[{number(count)}]"


def _sorting(store: Store, kind: Kind, view: View) -> None:
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
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.number_input(
                _("Seed"),
                min_value=0,
                max_value=MOST_SEED,
                step=1,
                width=130,
                help=_("The same seed gives the same order, also tomorrow and elsewhere"),
                **bound(store, view, "seed"),
            )
            st.button(
                _("Shuffle again"),
                icon=":material/casino:",
                key="shuffle",
                on_click=lambda: change_view(store, seed=(view.seed + 1) % (MOST_SEED + 1)),
            )
    st.toggle(_("Descending"), **bound(store, view, "descending"))
    st.segmented_control(
        of_kind(kind.id, Message("{things!c} per page")),
        PAGE_SIZES,
        required=True,
        **bound(store, view, "page_size"),
    )
    if not kind.is_image:
        st.toggle(
            _("Objects alone"),
            help=_("Shows them without what is around them in their boxes"),
            **bound(store, view, "alone"),
        )
