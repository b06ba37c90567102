"""What is shown and how it is ordered, under names: choose, save, rename, delete."""

from __future__ import annotations

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.project.contents.saved_filters import (
    SavedFilter,
    delete_saved_filter,
    list_saved_filters,
    rename_saved_filter,
    save_filter,
)
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base.context import say, who
from piximi_ui.base.kinds import choose_kind, current_kind_id
from piximi_ui.images import browser
from piximi_ui.images.view import View, choose_view, to_address, view_from_address
from piximi_ui.language.texts import _, plain, told

__all__ = ["draw"]

_MANAGED = "piximi_managed_filter"


def draw(store: Store, view: View) -> None:
    """Draw the menu of saved filters; it is named after the one that is shown."""
    saved = list_saved_filters(store)
    kind_id = current_kind_id(store)
    shown = next(
        (
            one
            for one in saved
            if view_from_address(one.settings) == view and _kind_of(one) == kind_id
        ),
        None,
    )
    label = plain(shown.name, 30) if shown else _("Saved filters")
    menu = st.popover(
        label,
        icon=":material/bookmark:",
        type="tertiary",
        help=label,
        key="saved-filters",
        on_change="rerun",
    )
    if menu.open:
        with menu:
            _menu(store, view, saved, shown)


def _menu(store: Store, view: View, saved: list[SavedFilter], shown: SavedFilter | None) -> None:
    for one in saved:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                plain(one.name, 60),
                key=f"filter-{one.id}",
                width="stretch",
                type="primary" if one is shown else "secondary",
                on_click=_choose,
                args=(store, one),
            )
            name = plain(one.name, 60)
            st.button(
                "",
                icon=":material/edit:",
                key=f"filter-manage-{one.id}",
                type="tertiary",
                help=_("Rename or delete {name}").format(name=name),
                on_click=_manage,
                args=(one.id,),
            )
        if st.session_state.get(_MANAGED) == one.id:
            _manager(store, one)
    if not saved:
        st.caption(_("Search, filter or sort, then save that under a name to come back to it."))
    if shown is None:
        st.text_input(
            _("Save what is shown as"),
            key="filter-new",
            max_chars=100,
            placeholder=_("Name, then Enter"),
            on_change=_save,
            args=(store, view),
        )


def _kind_of(one: SavedFilter) -> str:
    """Return the kind that a filter is about."""
    return str(one.settings.get("kind", IMAGE_KIND))


def _choose(store: Store, one: SavedFilter) -> None:
    if _kind_of(one) != current_kind_id(store):
        choose_kind(store, _kind_of(one))
        browser.note_act()
    choose_view(store, view_from_address(one.settings))


def _manage(filter_id: str) -> None:
    open_now = st.session_state.get(_MANAGED) == filter_id
    st.session_state[_MANAGED] = None if open_now else filter_id


def _manager(store: Store, one: SavedFilter) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = f"filter-rename-{one.id}"
        st.text_input(
            _("New name"),
            one.name,
            key=key,
            max_chars=100,
            on_change=_rename,
            args=(store, one, key),
        )
        st.button(
            _("Delete"),
            icon=":material/delete:",
            key=f"filter-delete-{one.id}",
            on_click=_delete,
            args=(store, one),
        )


def _save(store: Store, view: View) -> None:
    if not st.session_state["filter-new"].strip():
        # The field also reports when its menu closes, and when it is emptied: nothing was asked.
        return
    try:
        settings = to_address(view)
        if (kind_id := current_kind_id(store)) != IMAGE_KIND:
            settings["kind"] = kind_id
        save_filter(store, st.session_state["filter-new"], settings, who=who())
        st.session_state["filter-new"] = ""
    except PiximiError as error:
        say(told(str(error)), ":material/error:")


def _rename(store: Store, one: SavedFilter, key: str) -> None:
    if not st.session_state[key].strip():
        st.session_state[key] = one.name
        return
    try:
        rename_saved_filter(store, one.id, st.session_state[key], who=who())
        st.session_state[_MANAGED] = None
    except PiximiError as error:
        say(told(str(error)), ":material/error:")


def _delete(store: Store, one: SavedFilter) -> None:
    try:
        delete_saved_filter(store, one.id, who=who())
        say(_("Deleted the filter {name}; Undo brings it back.").format(name=plain(one.name, 60)))
    except PiximiError as error:
        say(told(str(error)), ":material/error:")
