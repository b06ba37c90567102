"""A damaged project in the list: brought back from its newest good backup with one click."""

from __future__ import annotations

import streamlit as st

from piximi_core.project.database.backups import newest_good_backup
from piximi_core.project.workspace import open_project, project_folder, project_name
from piximi_core.services.projects.recovering import Recovery, last_recovery, recover_project
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown
from piximi_ui.language.texts import _, plain, plural, told, when
from piximi_ui.projects.safety import forget_damage

__all__ = ["draw_recover", "draw_recovered"]

_RECOVERED = "piximi_recovered"
_NAMED = 20


def draw_recover(address: str) -> None:
    """Draw the button that recovers a damaged project, or that there is no backup."""
    folder = project_folder(address)
    backup = newest_good_backup(folder)
    if backup is None:
        st.caption(_("There is no backup of it."))
        return
    if st.button(
        _("Recover"),
        icon=":material/healing:",
        type="primary",
        help=_("From the backup of {moment}. The damaged database is kept aside.").format(
            moment=when(backup.at)
        ),
        key=f"recover-{address}",
    ):
        with errors_shown():
            recover_project(folder)
            forget_damage(folder)
            st.session_state[_RECOVERED] = address
            st.rerun()


def draw_recovered() -> None:
    """Say what a recovery of this session brought back and what it could not, until read."""
    address = st.session_state.get(_RECOVERED)
    recovery = last_recovery(project_folder(address)) if address else None
    if address is None or recovery is None:
        return
    with st.container(border=True, key="recovered"):
        name = plain(project_name(open_project(address)))
        st.markdown(f":material/healing: **{_('“{name}” is recovered.').format(name=name)}**")
        st.markdown("\n".join(f"- {line}" for line in _told(recovery)))
        if recovery.steps:
            with st.expander(
                plural("{n} step that is lost", "{n} steps that are lost", len(recovery.steps))
            ):
                st.markdown("\n".join(f"- {plain(told(one))}" for one in recovery.steps[:200]))
        with st.container(horizontal=True):
            if st.button(_("Open"), type="primary", key="recovered-open"):
                del st.session_state[_RECOVERED]
                navigation.go_to("images", project=address)
            if st.button(_("Close"), type="tertiary", key="recovered-close"):
                del st.session_state[_RECOVERED]
                st.rerun()


def _told(recovery: Recovery) -> list[str]:
    lines = [
        _("It is as it was in the backup of {moment}.").format(moment=when(recovery.backup_at))
    ]
    if recovery.runs:
        names = ", ".join(plain(name) for name in recovery.runs[:_NAMED])
        lines.append(_("Trainings found again: {names}.").format(names=names))
    if recovery.images_back:
        lines.append(
            plural(
                "{n} image was added again.", "{n} images were added again.", recovery.images_back
            )
        )
    if recovery.steps:
        lines.append(_("What was done since then is lost, as listed below."))
    elif not recovery.runs and not recovery.images_back:
        lines.append(_("Nothing is known that was done since then."))
    if recovery.originals:
        lines.append(
            plural(
                "{n} image file on the disk is no longer in the project; add it again.",
                "{n} image files on the disk are no longer in the project; add them again.",
                len(recovery.originals),
            )
        )
    return lines
