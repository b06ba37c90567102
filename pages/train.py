"""The Train page: settings on the left, the runs and the one at work on the right."""

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.services.training import reading_ahead
from piximi_core.services.training.planning import default_settings
from piximi_core.services.training.run_report import run_standings
from piximi_ui.base.context import current_store
from piximi_ui.base.kinds import draw_kind_picker, follow_run
from piximi_ui.classifiers import import_dialog as bringing
from piximi_ui.language.texts import _
from piximi_ui.training import (
    device_line,
    run_details,
    run_history,
    run_panel,
    settings_form,
    start_panel,
)
from piximi_ui.training.planned import planned

store = current_store()
st.title(_("Train"))
follow_run(store)
kind = draw_kind_picker(store)
edits = settings_form.take_edits(store, kind.id)
settings = default_settings(store, kind.id)
plan = planned(store, settings, kind.id)
everything = run_standings(store)
runs = [run for run in everything if run.run.kind_id == kind.id]
busy = any(run.is_under_way for run in everything)

form, results = st.columns([4, 11], gap="medium")
with form:
    settings_form.draw(store, kind.id, settings, edits.complaints)
    started = start_panel.draw_button(
        store, kind.id, settings, plan, mistakes=len(edits.complaints), busy=busy
    )
    if started is not None:
        st.query_params["run"] = started.id
        st.rerun()
    bringing.draw_button(store, kind_id=kind.id)
    device_line.draw(
        busy=busy, ready=lambda: reading_ahead.is_ready(store, settings, plan, kind.id)
    )
    start_panel.draw_counts(store, kind.id, plan)
with results:
    if runs:
        chosen = run_history.selected_run(runs)
        run_history.draw(store, kind.id, runs, chosen)
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
            # The charts' code is large: it is in the browser before the first point is there.
            run_panel.draw_empty(settings.epochs)
# Last, because starting the workers takes time from drawing.
engine.warm()
if not busy:
    reading_ahead.get_ready(store, settings, plan, kind.id)
if edits.kept:
    # The steps beside the page were drawn before these.
    st.rerun()
