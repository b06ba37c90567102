"""The projects page: start one, open one, or try an example."""

import streamlit as st

from piximi_core.project.care.bin import binned
from piximi_core.project.workspace import list_projects
from piximi_ui.language.texts import _
from piximi_ui.projects import (
    dialogs,
    example,
    open_archive,
    open_piximi,
    project_list,
    recovery,
    start,
)
from piximi_ui.projects.bin import draw_bin, draw_undo, sweep_now_and_then

with st.container(width=860):
    projects, deleted = list_projects(), binned()
    if not example.draw_preparation():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.title(_("Projects"))
            if projects:
                example.draw_menu(projects)
            open_piximi.draw_open()
            open_archive.draw_open()
            project_list.draw_new_project()
        open_archive.draw_openings()
        open_piximi.draw_openings()
        recovery.draw_recovered()
        draw_undo(deleted)
        if not projects:
            st.markdown(
                _(
                    "Put in your images, label some of them, and train a classifier that labels "
                    "the rest and opens in Piximi. Begin with images of your own, or with an "
                    "example."
                )
            )
        start.draw_start(primary=not projects)
        if projects:
            project_list.draw_list(projects)
        else:
            example.draw_cards()
        draw_bin(deleted)
dialogs.draw()
sweep_now_and_then()
