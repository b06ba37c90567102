"""A small dashboard with nothing but the gallery; the browser tests drive it."""

from pathlib import Path

import streamlit as st

from piximi_ui.server import action_routes, assets, pictures

# Streamlit finds this name when it is told to run the file.
app = st.App(
    Path(__file__).with_name("gallery_demo_page.py"),
    routes=[*pictures.routes(), *action_routes.routes(), *assets.routes()],
)
