"""Above the gallery: a tab for each kind, and the menu that makes, renames and deletes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from piximi_core.project.contents.kinds import (
    Kind,
    clear_kind,
    create_kind,
    delete_kind,
    hide_kind,
    rename_kind,
)
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base.context import say, who
from piximi_ui.base.kinds import choose_kind, kind_label
from piximi_ui.base.label_actions import errors_said
from piximi_ui.images import browser, queries
from piximi_ui.language.texts import _, number, plural

__all__ = ["draw", "draw_alone", "draw_menu"]

_MENU = "kind-menu"
_TABS_LETTERS = 30  # more would push the toolbar beside them into a second line


def draw(store: Store, revision: int, kind: Kind) -> None:
    """Draw the tabs, or a list where they would not fit; nothing while there are only images."""
    known = queries.kinds(store, revision)
    if len(known) == 1:
        return
    shown = {each.id: each for each in known if not each.hidden}
    counts = queries.counts_by_kind(store, revision)
    words = {kind_id: _tab(each, counts) for kind_id, each in shown.items()}
    # One key for each kind, so that a kind chosen elsewhere is what the tabs show.
    key = f"kind-tabs-{store.folder.name}-{kind.id}"
    letters = sum(len(kind_label(each)) + 5 for each in shown.values())
    if letters <= _TABS_LETTERS:
        st.segmented_control(
            _("Kind"),
            list(words),
            default=kind.id,
            required=True,
            format_func=words.__getitem__,
            label_visibility="collapsed",
            key=key,
            on_change=lambda: _turn_to(store, str(st.session_state[key])),
        )
        return
    plain_words = {
        kind_id: f"{kind_label(each)} · {number(counts.get(kind_id, 0))}"
        for kind_id, each in shown.items()
    }
    st.selectbox(
        _("Kind"),
        list(plain_words),
        index=list(plain_words).index(kind.id),
        format_func=plain_words.__getitem__,
        label_visibility="collapsed",
        width=200,
        key=f"{key}-list",
        on_change=lambda: _turn_to(store, str(st.session_state[f"{key}-list"])),
    )


def draw_alone(store: Store, revision: int, kind: Kind) -> None:
    """Draw tabs and menu where there is no toolbar, because there is nothing of the kind."""
    if len(queries.kinds(store, revision)) > 1:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            draw(store, revision, kind)
            draw_menu(store, revision, kind)


def _tab(kind: Kind, counts: Mapping[str, int]) -> str:
    icon = ":material/image:" if kind.is_image else ":material/category:"
    return f"{icon} {kind_label(kind)} :gray[{number(counts.get(kind.id, 0))}]"


def draw_menu(store: Store, revision: int, kind: Kind) -> None:
    """Draw the menu of kinds; what is inside is drawn once it is open."""
    menu = st.popover(
        _("Kinds"),
        icon=":material/category:",
        type="tertiary",
        key=_MENU,
        help=_("Sorts of objects inside the images, each with its own categories"),
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu:
        st.text_input(
            _("New kind of objects"),
            key="kind-new",
            max_chars=300,
            placeholder=_("Name, such as nucleus, then Enter"),
            on_change=_create,
            args=(store,),
        )
        if not kind.is_image:
            _this_kind(store, revision, kind)
        for each in queries.kinds(store, revision):
            if each.hidden:
                st.button(
                    _("Show {name}").format(name=kind_label(each)),
                    icon=":material/visibility:",
                    width="stretch",
                    key=f"kind-show-{each.id}",
                    on_click=_show,
                    args=(store, each),
                )


def _this_kind(store: Store, revision: int, kind: Kind) -> None:
    count = queries.counts_by_kind(store, revision).get(kind.id, 0)
    key = f"kind-rename-{kind.id}-{kind.name}"
    st.text_input(
        _("Name of this kind"),
        kind.name,
        key=key,
        max_chars=300,
        on_change=_rename,
        args=(store, kind, key),
    )
    st.button(
        _("Hide {name}").format(name=kind_label(kind)),
        icon=":material/visibility_off:",
        width="stretch",
        key="kind-hide",
        help=_("Takes its tab away; nothing is lost."),
        on_click=_hide,
        args=(store, kind),
    )
    st.button(
        plural("Delete its {n} object", "Delete all its {n} objects", count),
        icon=":material/layers_clear:",
        width="stretch",
        key="kind-clear",
        disabled=not count,
        help=_("The kind and its categories stay. Undo brings the objects back."),
        on_click=_clear,
        args=(store, kind),
    )
    st.button(
        _("Delete {name}").format(name=kind_label(kind)),
        icon=":material/delete:",
        width="stretch",
        key="kind-delete",
        help=_("With its objects and categories. Undo brings all of it back."),
        on_click=_delete,
        args=(store, kind),
    )


@contextmanager
def _acting() -> Iterator[None]:
    """Do something; the guide above and Undo beside the page follow, and a mistake is told."""
    browser.note_act()
    # Closed, so that what came of it is seen.
    st.session_state[_MENU] = False
    with errors_said():
        yield


def _turn_to(store: Store, kind_id: str) -> None:
    with _acting():
        choose_kind(store, kind_id)


def _create(store: Store) -> None:
    name = str(st.session_state["kind-new"])
    if not name.strip():
        return
    with _acting():
        choose_kind(store, create_kind(store, name, who=who()).id)
        st.session_state["kind-new"] = ""


def _rename(store: Store, kind: Kind, key: str) -> None:
    if not str(st.session_state[key]).strip():
        # Emptied, or its menu was left: nothing was asked.
        st.session_state[key] = kind.name
        return
    with _acting():
        rename_kind(store, kind.id, str(st.session_state[key]), who=who())


def _show(store: Store, kind: Kind) -> None:
    with _acting():
        hide_kind(store, kind.id, hidden=False, who=who())
        choose_kind(store, kind.id)


def _hide(store: Store, kind: Kind) -> None:
    with _acting():
        hide_kind(store, kind.id, who=who())
        choose_kind(store, IMAGE_KIND)
        say(_("Hidden; the menu Kinds shows it again."))


def _clear(store: Store, kind: Kind) -> None:
    with _acting():
        count = clear_kind(store, kind.id, who=who())
        say(plural("Deleted {n} object.", "Deleted {n} objects.", count))


def _delete(store: Store, kind: Kind) -> None:
    with _acting():
        delete_kind(store, kind.id, who=who())
        choose_kind(store, IMAGE_KIND)
        say(_("Deleted; Undo brings it back."))
