"""Predictions as CSV files, made when the button is clicked."""

from __future__ import annotations

import streamlit as st

from piximi_core.formats.prediction_table import prediction_csv
from piximi_core.formats.stem import safe_stem
from piximi_core.project.runs import Run
from piximi_core.project.store import Store
from piximi_core.project.things import ThingFilter, count_things, list_things
from piximi_ui.prediction.filters import all_predictions
from piximi_ui.texts import _, plural

__all__ = ["draw_downloads", "table_of"]


def table_of(store: Store, run: Run, wanted: ThingFilter) -> bytes:
    """Return the run's predictions that pass a filter as CSV in UTF-8."""
    rows = [
        (thing.name, thing.prediction.probabilities)
        for thing in list_things(store, wanted)
        if thing.prediction is not None
    ]
    return prediction_csv([c.name for c in run.classes], rows).encode("utf-8")


def draw_downloads(store: Store, run: Run, wanted: ThingFilter, shown: int) -> None:
    """Draw the menu of tables: all predictions of the run, or those that pass the filters."""
    everything = all_predictions(run)
    total = count_things(store, everything)
    with st.popover(_("CSV"), icon=":material/download:"):
        st.caption(_("Name, category, confidence, and a column of probabilities per category."))
        offered = {
            "all": (plural("The {n} prediction", "All {n} predictions", total), everything, total),
            "shown": (plural("The {n} shown", "The {n} shown", shown), wanted, shown),
        }
        for which, (label, chosen, count) in offered.items():
            st.download_button(
                label,
                data=lambda chosen=chosen: table_of(store, run, chosen),
                file_name=f"{safe_stem(run.name)}-predictions-{which}.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                disabled=not count,
                width="stretch",
                key=f"csv-{which}",
            )
