"""Beside the gallery: make a category, edit and delete them.

They themselves, which label and which narrow the view, stand where one labels: over the gallery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from piximi_core.messages import Message
from piximi_core.project.contents.categories import (
    Category,
    create_category,
    delete_category,
    recolor_category,
    rename_category,
)
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import PARTITIONS, next_color
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.base.kinds import of_kind
from piximi_ui.language.glossary import partition_name, tip
from piximi_ui.language.texts import _

__all__ = ["draw", "draw_dialogs"]

Counts = Mapping[str, Mapping[str, int]]


def draw() -> None:
    """Draw the head of the categories; they themselves, with counts, stand over the gallery."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="categories-head"
    ):
        st.markdown(f"**{_('Categories')}**", help=tip("category"))
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
        st.button(
            _("Edit"),
            icon=":material/edit:",
            type="tertiary",
            key="edit-categories",
            help=_("Rename, recolour or delete categories; counts by partition"),
            on_click=open_dialog,
            args=("categories",),
        )


def draw_dialogs(
    store: Store, kind_id: str, categories: Sequence[Category], counts: Counts
) -> None:
    """Draw the dialog for a new category, or for the present ones, if it was asked for."""
    if dialog_data("category") is not None:
        st.dialog(_("New category"), on_dismiss=close_dialog)(_form)(
            store, kind_id, None, categories
        )
    elif dialog_data("categories") is not None:
        st.dialog(_("Categories"), on_dismiss=close_dialog)(_edit)(
            store, kind_id, categories, counts
        )


def _edit(store: Store, kind_id: str, categories: Sequence[Category], counts: Counts) -> None:
    known = {category.id: category for category in categories if not category.is_unknown}
    if not known:
        st.caption(_("There are no categories yet."))
        return
    chosen = st.selectbox(
        _("Edit"), list(known), format_func=lambda c: known[c].name[:80], key="category-chosen"
    )
    category = known.get(chosen)
    if category is not None:
        _form(store, kind_id, category, categories)
        _offer_deletion(store, category, sum(counts.get(category.id, {}).values()))
    st.markdown(f"**{_('Numbers by category and partition')}**")
    _table(categories, counts)


def _table(categories: Sequence[Category], counts: Counts) -> None:
    shown = [p for p in PARTITIONS if any(by.get(p) for by in counts.values())]
    rows = [
        {
            _("Category"): category.name[:80],
            _("All"): sum(counts.get(category.id, {}).values()),
            **{partition_name(p): counts.get(category.id, {}).get(p, 0) for p in shown},
        }
        for category in categories
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _form(
    store: Store, kind_id: str, category: Category | None, categories: Sequence[Category]
) -> None:
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
            _save(store, kind_id, category, name, picked)
            close_dialog()
            st.rerun()


def _save(store: Store, kind_id: str, category: Category | None, name: str, color: str) -> None:
    if category is None:
        create_category(store, name, color=color, kind_id=kind_id, who=who())
        return
    if name.strip() != category.name:
        rename_category(store, category.id, name, who=who())
    if color.lower() != category.color.lower():
        recolor_category(store, category.id, color, who=who())


def _offer_deletion(store: Store, category: Category, count: int) -> None:
    st.caption(
        of_kind(
            category.kind_id,
            Message.plural(
                "{n} {thing} has this category; deleting it makes that {thing} Unknown.",
                "{n} {things} have this category; deleting it makes them Unknown.",
                n=count,
            ),
        )
    )
    if st.button(_("Delete category"), icon=":material/delete:", key="category-delete"):
        with errors_shown():
            delete_category(store, category.id, who=who())
            say(_("Deleted; Undo brings it back."))
            close_dialog()
            st.rerun()
