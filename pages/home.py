"""The projects page."""

import streamlit as st

from piximi_core.jobs.digits import add_digits
from piximi_core.project.workspace import create_project, list_projects
from piximi_ui import navigation

if st.button("Try"):
    store = create_project("Digits")
    add_digits(store)
    navigation.go_to("images", project=store.folder.name)
for p in list_projects():
    navigation.link("images", label=p.name, project=p.address)
