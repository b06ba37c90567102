"""The projects of the workspace as a list, each with its pictures, figures and menu."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from piximi_core.project.workspace import ProjectSummary, create_project, project_folder
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown
from piximi_ui.language.texts import _, plain, plural, size, told, when
from piximi_ui.projects.menu import draw_copying, draw_menu
from piximi_ui.projects.recovery import draw_recover
from piximi_ui.projects.safety import damage_found
from piximi_ui.projects.sizes import draw_late, sizes_of
from piximi_ui.projects.thumbnails import draw_thumbnails

__all__ = ["ago", "draw_list", "draw_new_project"]

_SHOWN = 50
_SEARCH_FROM = 9
# A click anywhere on a card opens its project, but for its buttons, which lie above the link.
_STYLE = """<style>
[class*="st-key-project-"] { position: relative; }
[class*="st-key-project-"] :is(
  [data-testid="stElementContainer"], [data-testid="stPageLink"], [data-testid="stVerticalBlock"],
  [data-testid="stLayoutWrapper"], [data-testid="stPageLink-NavLink"]
) { position: static; }
[class*="st-key-project-"] [data-testid="stPageLink-NavLink"] { padding: 0; background: none; }
[class*="st-key-project-"] [data-testid="stPageLink-NavLink"]
  > span:has(> [data-testid="stIconMaterial"]) { display: none; }
[class*="st-key-project-"] [data-testid="stPageLink-NavLink"]::after {
  content: ""; position: absolute; inset: 0; border-radius: 0.5rem;
}
[class*="st-key-project-"]:has([data-testid="stPageLink-NavLink"]:hover) {
  border-color: light-dark(#0B6E75, #63C5CE);
}
[class*="st-key-project-"] :is(button, [data-testid="stPopover"]) {
  position: relative; z-index: 1;
}
</style>"""


def draw_new_project() -> None:
    """Draw the button that asks for a name and makes a project."""
    with (
        st.popover(_("New project"), icon=":material/add:", key="new-project"),
        st.form("new-project-form", border=False, enter_to_submit=True),
    ):
        name = st.text_input(
            _("Name"), max_chars=300, placeholder=_("Blood cells, July"), key="new-project-name"
        )
        made = st.form_submit_button(_("Create"), type="primary", key="new-project-create")
        if made and not name.strip():
            st.caption(f":red[{_('Type a name first.')}]")
        elif made:
            with errors_shown():
                store = create_project(name)
                navigation.go_to("images", project=store.folder.name)


def draw_list(projects: Sequence[ProjectSummary]) -> None:
    """Draw one row for each project, the last used first; damaged ones with the reason."""
    st.html(_STYLE)
    sizes = sizes_of({_folder(project): project.used_at for project in projects})
    found = list(projects)
    if len(projects) >= _SEARCH_FROM:
        found = _search_and_sort(found, sizes)
    for project in found[:_SHOWN]:
        _row(project, sizes.get(_folder(project)))
    if len(found) > _SHOWN:
        hidden = len(found) - _SHOWN
        st.caption(
            plural(
                "{n} more; type a part of its name to find it.",
                "{n} more; type a part of the name to find them.",
                hidden,
            )
        )
    draw_late({_folder(project): project.used_at for project in projects})


def _folder(project: ProjectSummary) -> Path:
    return project_folder(project.address)


def _search_and_sort(
    projects: list[ProjectSummary], sizes: dict[Path, int]
) -> list[ProjectSummary]:
    names = {
        "used": _("Last used"),
        "name": _("Name"),
        "images": _("Most images"),
        "size": _("Largest"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            _("Find a project"),
            placeholder=_("Find a project"),
            icon=":material/search:",
            label_visibility="collapsed",
            width="stretch",
            key="find-project",
        )
        order = st.selectbox(
            _("Order"),
            list(names),
            format_func=names.__getitem__,
            label_visibility="collapsed",
            width=160,
            key="sort-projects",
            persist_state="session",
        )
    found = [p for p in projects if wanted.casefold() in p.name.casefold()]
    if not found:
        st.caption(_("No project has this in its name."))
    if order == "name":
        found.sort(key=lambda project: project.name.casefold())
    elif order == "images":
        found.sort(key=lambda project: -project.images)
    elif order == "size":
        found.sort(key=lambda project: -sizes.get(_folder(project), 0))
    return found


def _row(project: ProjectSummary, taken: int | None) -> None:
    with st.container(border=True, key=f"project-{project.address}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            draw_thumbnails(project)
            with st.container(gap=None):
                if project.trouble is None:
                    # The link lies over the whole card; see the style below.
                    navigation.link(
                        "images",
                        label=f"**{plain(project.name)}**",
                        project=project.address,
                    )
                    st.caption(" · ".join(_figures(project, taken)))
                else:
                    st.markdown(f":material/broken_image: **{plain(project.name)}**")
                    reason = plain(told(project.trouble), 400)
                    st.caption(f"{_('This project cannot be opened.')} {reason}")
            if project.damaged or damage_found(_folder(project)):
                draw_recover(project.address)
            if project.trouble is None and st.button(_("Open"), key=f"open-{project.address}"):
                navigation.go_to("images", project=project.address)
            draw_menu(project)
        draw_copying(project)


def _figures(project: ProjectSummary, taken: int | None) -> list[str]:
    if not project.images:
        counts = [_("no images yet")]
    else:
        counts = [plural("{n} image", "{n} images", project.images)]
        # Who labels objects would take "0 labelled" for work that is lost.
        if project.labelled or not project.objects:
            counts.append(plural("{n} labelled", "{n} labelled", project.labelled))
        if project.objects:
            counts.append(plural("{n} object", "{n} objects", project.objects))
        counts.append(plural("{n} run", "{n} runs", project.runs))
    if taken is not None:
        counts.append(size(taken))
    return [*counts, _("used {when}").format(when=ago(project.used_at))]


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
