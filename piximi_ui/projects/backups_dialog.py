"""The dialog of a project's backups: which there are, take one now, put one back."""

from __future__ import annotations

import streamlit as st

from piximi_core.project.database.backups import Backup, back_up, list_backups
from piximi_core.project.database.store import Store
from piximi_core.services.projects.recovering import restore_project
from piximi_ui.base.context import errors_shown, say
from piximi_ui.base.dialogs import close_dialog
from piximi_ui.language.texts import _, size, when

__all__ = ["draw_backups"]


def draw_backups(store: Store) -> None:
    """Draw the list, each line with its button."""
    st.markdown(
        _(
            "While you work, the program takes a backup every hour in which something changed. "
            "Restoring one first keeps the present state as a backup, so that you can come back. "
            "Trainings and images stay on the disk in any case."
        )
    )
    known = list_backups(store.folder)
    with st.container(height=320 if len(known) > 5 else "content", border=False, gap="small"):
        for backup in known:
            _row(store, backup)
    if not known:
        st.caption(_("There is no backup yet."))
    if st.button(_("Back up now"), icon=":material/backup:", width="stretch", key="backup-now"):
        with errors_shown():
            back_up(store.folder)
            st.rerun()


def _row(store: Store, backup: Backup) -> None:
    reasons = {
        "hour": _("taken at work"),
        "asked": _("taken by hand"),
        "restore": _("the state before a restore"),
        "format": _("before the program was updated"),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(when(backup.at))
            st.caption(f"{reasons[backup.reason]} · {size(backup.size)}")
        if st.button(
            _("Restore"),
            icon=":material/settings_backup_restore:",
            key=f"put-back-{backup.name}",
        ):
            with errors_shown():
                restore_project(store, backup.name)
                say(_("The project is as it was {moment}.").format(moment=when(backup.at)))
                close_dialog()
                st.rerun()
