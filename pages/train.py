"""The Train page: settings on the left, the runs and the one at work on the right."""

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.planning import default_settings, plan_training
from piximi_core.jobs.run_report import run_standings
from piximi_ui.context import current_store
from piximi_ui.texts import _
from piximi_ui.training import (
    device_line,
    run_details,
    run_history,
    run_panel,
    settings_form,
    start_panel,
)

store = current_store()
edits = settings_form.take_edits(store)
settings = default_settings(store)
plan = plan_training(store, settings)
runs = run_standings(store)
busy = any(run.is_under_way for run in runs)

st.title(_("Train"))
form, results = st.columns([4, 11], gap="medium")
with form:
    settings_form.draw(store, settings, edits.complaints)
    started = start_panel.draw_button(
        store, settings, plan, mistakes=len(edits.complaints), busy=busy
    )
    if started is not None:
        st.query_params["run"] = started.id
        st.rerun()
    device_line.draw(busy=busy)
    start_panel.draw_counts(store, plan)
with results:
    if runs:
        chosen = run_history.selected_run(runs)
        run_history.draw(store, runs, chosen)
        run_panel.draw(store, chosen)
        run_details.draw(store, chosen.run)
    else:
        with st.container(border=True):
            st.markdown(f"**{_('No training yet')}**")
            st.markdown(
                _(
                    "Choose settings, or keep the proposed ones, and press Train. Its curves "
                    "appear here as it learns. You can leave this page and come back: training "
                    "goes on, and every run is kept."
                )
            )
# Last, because starting the workers takes time from drawing.
engine.warm()
if edits.kept:
    # The steps beside the page were drawn before these.
    st.rerun()
