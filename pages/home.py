"""The projects page: start one, open one, or try the example."""

import streamlit as st

from piximi_core.project.workspace import list_projects
from piximi_ui import example, project_list
from piximi_ui.texts import _

with st.container(width=860):
    projects = list_projects()
    if not example.draw_preparation():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.title(_("Projects"))
            if projects:
                example.draw_button(projects, primary=False)
                project_list.draw_new_project(primary=True)
        if projects:
            project_list.draw_list(projects)
        else:
            st.markdown(
                _(
                    "Put in your images, label some of them, and train a classifier that labels "
                    "the rest and opens in Piximi. Try it with 1,797 scanned digits and a "
                    "finished training, or start a project of your own."
                )
            )
            with st.container(horizontal=True):
                example.draw_button(projects, primary=True)
                project_list.draw_new_project(primary=False)
