"""The server: the dashboard's pages, its pictures and its assets. No logic."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import piximi_ui
from piximi_ui.base.script_errors import on_script_error
from piximi_ui.server import (
    access,
    action_routes,
    assets,
    door,
    file_routes,
    life,
    loading_ahead,
    overtaken_runs,
    pictures,
    sessions,
    streamlit_repairs,
    upload_limits,
    uploads,
)

access.refuse_open_listening()
streamlit_repairs.keep_finished_pages_whole()
streamlit_repairs.answer_presses_in_replaced_fragments()
overtaken_runs.hand_on_presses_of_overtaken_runs()

app = st.App(
    # Absolute, because an installed one does not lie beside this file.
    Path(piximi_ui.__file__).with_name("main.py"),
    routes=[
        *pictures.routes(),
        *file_routes.routes(),
        *action_routes.routes(),
        *sessions.routes(),
        *uploads.routes(),
        *assets.routes(),
    ],
    middleware=[
        Middleware(access.LocalOnly),
        Middleware(door.Door),
        Middleware(loading_ahead.LoadingAhead),
        Middleware(upload_limits.UploadLimits),
    ],
    lifespan=life.lifespan,
    on_script_error=on_script_error,
)
