"""Beside the gallery: the categories with their numbers and counts; new, edit, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from piximi_core.project.categories import (
    Category,
    create_category,
    delete_category,
    recolor_category,
    rename_category,
)
from piximi_core.project.palette import next_color
from piximi_core.project.store import Store
from piximi_core.project.things import PARTITIONS
from piximi_ui.context import errors_shown, say, who
from piximi_ui.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.images.view import View, change_view
from piximi_ui.texts import _, plain, plural

__all__ = ["draw", "draw_dialog"]

Counts = Mapping[str, Mapping[str, int]]


def draw(store: Store, view: View, categories: Sequence[Category], counts: Counts) -> None:
    """Draw the list; a click on a category shows only its images, a second click all again."""
    with st.container(horizontal=True, vertical_alignment="center", key="categories-head"):
        st.markdown(f"**{_('Categories')}**")
        st.button(
            _("New"),
            icon=":material/add:",
            type="tertiary",
            key="new-category",
            help=_("Create a category"),
            on_click=open_dialog,
            args=("category",),
            kwargs={"category": None},
        )
    with st.container(key="categories-list", gap=None):
        for number, category in enumerate(categories):
            _row(store, view, number, category, sum(counts.get(category.id, {}).values()))
    by_partition = st.expander(
        _("Counts by partition"), on_change="rerun", key="counts-by-partition"
    )
    if by_partition.open:
        with by_partition:
            _table(categories, counts)


def _row(store: Store, view: View, number: int, category: Category, count: int) -> None:
    only = view.categories == (category.id,)
    with st.container(horizontal=True, vertical_alignment="center", gap=None):
        name = plain(category.name, 26)
        name = f"**{name}**" if only else name
        st.button(
            f':color[●]{{foreground="{category.color}"}}  {name}',
            key=f"category-{category.id}",
            type="tertiary",
            width="stretch",
            help=_("Show all again") if only else _("Show only these"),
            on_click=lambda: change_view(store, categories=() if only else (category.id,)),
        )
        st.caption(f"{count:,}", width="content")
        st.caption(f"`{number}`", width="content")
        with st.container(width=28):
            if category.is_unknown:
                return
            st.button(
                "",
                icon=":material/more_vert:",
                type="tertiary",
                key=f"edit-{category.id}",
                help=_("Rename, recolour or delete"),
                on_click=open_dialog,
                args=("category",),
                kwargs={"category": category},
            )


def _table(categories: Sequence[Category], counts: Counts) -> None:
    shown = [p for p in PARTITIONS if any(by.get(p) for by in counts.values())]
    rows = [
        {
            _("Category"): category.name[:80],
            **{p: counts.get(category.id, {}).get(p, 0) for p in shown},
        }
        for category in categories
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def draw_dialog(store: Store, categories: Sequence[Category], counts: Counts) -> None:
    """Draw the dialog for a new or an existing category, if it was asked for."""
    data = dialog_data("category")
    if data is None:
        return
    title = _("New category") if data["category"] is None else _("Category")
    st.dialog(title, on_dismiss=close_dialog)(_dialog)(store, data, categories, counts)


def _dialog(
    store: Store, data: dict[str, Any], categories: Sequence[Category], counts: Counts
) -> None:
    category: Category | None = data["category"]
    color = category.color if category else next_color([c.color for c in categories])
    slot = category.id if category else "new"
    with st.form(f"category-form-{slot}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            picked = st.color_picker(_("Colour"), color, key=f"category-color-{slot}")
            name = st.text_input(
                _("Name"),
                value=category.name if category else "",
                max_chars=300,
                key=f"category-name-{slot}",
            )
        label = _("Save") if category else _("Create")
        saved = st.form_submit_button(label, type="primary", key=f"category-save-{slot}")
    if saved:
        with errors_shown():
            _save(store, category, name, picked)
            close_dialog()
            st.rerun()
    if category is not None:
        _offer_deletion(store, category, sum(counts.get(category.id, {}).values()))


def _save(store: Store, category: Category | None, name: str, color: str) -> None:
    if category is None:
        create_category(store, name, color=color, who=who())
        return
    if name.strip() != category.name:
        rename_category(store, category.id, name, who=who())
    if color.lower() != category.color.lower():
        recolor_category(store, category.id, color, who=who())


def _offer_deletion(store: Store, category: Category, count: int) -> None:
    st.divider()
    st.caption(
        plural(
            "{n} image has this category; deleting it makes that image Unknown.",
            "{n} images have this category; deleting it makes them Unknown.",
            count,
        )
    )
    if st.button(_("Delete category"), icon=":material/delete:", key="category-delete"):
        with errors_shown():
            delete_category(store, category.id, who=who())
            say(_("Deleted; Undo brings it back."))
            close_dialog()
            st.rerun()
