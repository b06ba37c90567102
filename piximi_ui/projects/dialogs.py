"""The dialogs that keep a project safe and small, opened from its menu in the list."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import open_project, project_name
from piximi_ui.base.context import settled, show_error
from piximi_ui.base.dialogs import close_dialog, dialog_data
from piximi_ui.language.texts import _, plain
from piximi_ui.projects.archive_dialog import draw_archive
from piximi_ui.projects.backups_dialog import draw_backups
from piximi_ui.projects.space_dialog import draw_space

__all__ = ["draw"]


def draw() -> None:
    """Draw the dialog that was asked for, if it is one of these."""
    titles = {
        "archive": _("Archive “{name}”"),
        "backups": _("Backups of “{name}”"),
        "space": _("Disk space of “{name}”"),
    }
    contents: dict[str, Callable[[Store], None]] = {
        "archive": draw_archive,
        "backups": draw_backups,
        "space": draw_space,
    }
    for name, title in titles.items():
        data = dialog_data(name)
        if data is None:
            continue
        try:
            store = settled(open_project(data["address"]))
        except PiximiError as error:
            close_dialog()
            show_error(error)
            return
        shown = title.format(name=plain(project_name(store), 60))
        st.dialog(shown, width="medium", on_dismiss=close_dialog)(contents[name])(store)
        return
