"""What the keyboard and the mouse do, under "?" on every page."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from piximi_ui.base import navigation
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.components.annotator import annotator_shortcuts
from piximi_ui.components.gallery import Shortcut, gallery_shortcuts
from piximi_ui.components.shortcuts import changeable_shortcuts
from piximi_ui.components.viewer import viewer_shortcuts
from piximi_ui.language.texts import _, plain
from piximi_ui.shell import page_script

__all__ = ["draw", "shortcuts_in_words"]

_NAME = "shortcuts"


def draw() -> None:
    """Draw the button, and the list if it was asked for."""
    st.button(
        _("Shortcuts"),
        icon=":material/keyboard:",
        type="tertiary",
        key="shortcuts",
        help=_("Keys and mouse on this dashboard; also by the key ?"),
        on_click=open_dialog,
        args=(_NAME,),
    )
    page_script.draw()
    if dialog_data(_NAME) is not None:
        st.dialog(_("Keyboard and mouse"), width="medium", on_dismiss=close_dialog)(_list)()


def _list() -> None:
    drawing = navigation.current() == "annotate"
    if drawing:
        changeable_shortcuts()
    st.markdown(_tables())
    if not drawing:
        changeable_shortcuts()


def shortcuts_in_words() -> str:
    """Return every key and gesture with what it does, as at first, as tables in Markdown."""
    return f"{_tables()}\n\n{_table(_('While drawing objects'), annotator_shortcuts())}"


def _tables() -> str:
    """Return those that stay as they are."""
    everywhere = (
        Shortcut(("?",), _("Show this list")),
        Shortcut(("Tab", "Shift+Tab"), _("Go to the next or the previous control")),
        Shortcut(("Esc",), _("Close what is open")),
    )
    tables = (
        _table(_("On every page"), everywhere),
        _table(_("In the gallery"), gallery_shortcuts()),
        _table(_("In an image in full size"), viewer_shortcuts()),
    )
    return "\n\n".join(tables)


def _table(title: str, shortcuts: Iterable[Shortcut]) -> str:
    rows = [
        f"| {' · '.join(f'`{key}`' for key in shortcut.keys)} | {plain(shortcut.does, 200)} |"
        for shortcut in shortcuts
    ]
    return "\n".join([f"| {title} | |", "| --- | --- |", *rows])
