"""The projects of the workspace as a list: what is in each, Open, Rename; New project."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from piximi_core.project.workspace import (
    ProjectSummary,
    create_project,
    open_project,
    rename_project,
)
from piximi_ui import navigation
from piximi_ui.context import errors_shown, say, who
from piximi_ui.texts import _, plain, plural, told, when

__all__ = ["ago", "draw_list", "draw_new_project"]

_SHOWN = 50
_SEARCH_FROM = 9


def draw_new_project(*, primary: bool) -> None:
    """Draw the button that asks for a name and makes a project."""
    style = "primary" if primary else "secondary"
    with (
        st.popover(_("New project"), icon=":material/add:", type=style, key="new-project"),
        st.form("new-project-form", border=False, enter_to_submit=True),
    ):
        name = st.text_input(
            _("Name"), max_chars=300, placeholder=_("Blood cells, July"), key="new-project-name"
        )
        made = st.form_submit_button(_("Create"), type="primary", key="new-project-create")
        if made:
            with errors_shown():
                store = create_project(name)
                navigation.go_to("images", project=store.folder.name)


def draw_list(projects: Sequence[ProjectSummary]) -> None:
    """Draw one row for each project, the last changed first; damaged ones with the reason."""
    wanted = ""
    if len(projects) >= _SEARCH_FROM:
        wanted = st.text_input(
            _("Find a project"),
            placeholder=_("Find a project"),
            icon=":material/search:",
            label_visibility="collapsed",
            key="find-project",
        )
    found = [p for p in projects if wanted.casefold() in p.name.casefold()]
    if not found:
        st.caption(_("No project has this in its name."))
    for project in found[:_SHOWN]:
        with st.container(border=True, key=f"project-{project.address}"):
            if project.trouble is None:
                _row(project)
            else:
                _damaged(project)
    if len(found) > _SHOWN:
        st.caption(
            _("{n} more; type a part of the name to find them.").format(n=len(found) - _SHOWN)
        )


def _row(project: ProjectSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{plain(project.name)}**")
            st.caption(" · ".join(_figures(project)))
        _rename(project)
        if st.button(_("Open"), icon=":material/arrow_forward:", key=f"open-{project.address}"):
            navigation.go_to("images", project=project.address)


def _figures(project: ProjectSummary) -> list[str]:
    if not project.images:
        counts = [_("no images yet")]
    else:
        counts = [
            plural("{n} image", "{n} images", project.images),
            plural("{n} labelled", "{n} labelled", project.labelled),
            plural("{n} run", "{n} runs", project.runs),
        ]
    return [*counts, _("changed {when}").format(when=ago(project.changed_at))]


def _damaged(project: ProjectSummary) -> None:
    st.markdown(f":material/broken_image: **{plain(project.name)}**")
    st.caption(f"{_('This project cannot be opened.')} {plain(told(str(project.trouble)), 400)}")


def _rename(project: ProjectSummary) -> None:
    with (
        st.popover(_("Rename"), icon=":material/edit:", type="tertiary"),
        st.form(f"rename-{project.address}", border=False),
    ):
        name = st.text_input(
            _("Name"), value=project.name, max_chars=300, key=f"rename-name-{project.address}"
        )
        key = f"rename-save-{project.address}"
        if st.form_submit_button(_("Rename"), type="primary", key=key):
            with errors_shown():
                rename_project(open_project(project.address), name, who=who())
                say(_("Renamed."))
                st.rerun()


def ago(moment: float, *, now: float | None = None) -> str:
    """Return how long ago a moment was, in words; its date once it is long past.

    Parameters
    ----------
    moment, now
        Seconds since the epoch; ``now`` is the present unless given.
    """
    seconds = (time.time() if now is None else now) - moment
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return plural("{n} minute ago", "{n} minutes ago", int(seconds // 60))
    if seconds < 86400:
        return plural("{n} hour ago", "{n} hours ago", int(seconds // 3600))
    if seconds < 7 * 86400:
        return plural("{n} day ago", "{n} days ago", int(seconds // 86400))
    return _("on {date}").format(date=when(moment, time=False))
