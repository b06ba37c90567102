"""Predictions as CSV files, made when the link is followed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tables.excel import excel_bytes
from piximi_core.formats.tables.prediction_table import prediction_csv
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import ThingFilter, count_things, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.scoring.class_names import names_of
from piximi_ui.language.texts import _, plural
from piximi_ui.prediction.filters import all_predictions
from piximi_ui.server.file_routes import download_link, made_address

__all__ = ["draw_downloads", "table_of"]


def table_of(store: Store, run: Run, wanted: ThingFilter) -> bytes:
    """Return the run's predictions that pass a filter as CSV in UTF-8."""
    rows = [
        (thing.name, thing.prediction.probabilities)
        for thing in list_things(store, wanted)
        if thing.prediction is not None
    ]
    names = names_of(store, run)
    return excel_bytes(prediction_csv(names, rows, names_of(store, run, "run")))


def draw_downloads(store: Store, run: Run, wanted: ThingFilter, shown: int) -> None:
    """Draw the buttons for tables: all predictions of the run, or those that pass the filters."""
    everything = all_predictions(run)
    total = count_things(store, everything)
    st.caption(_("As CSV: name, category, confidence, and a probability for each category."))
    offered = {
        "all": (plural("The {n} prediction", "All {n} predictions", total), everything, total),
        "shown": (plural("The {n} shown", "The {n} shown", shown), wanted, shown),
    }
    for which, (label, chosen, count) in offered.items():
        address = made_address(
            partial(table_of, store, run, chosen),
            f"{safe_stem(run.name)}-predictions-{which}.csv",
            key=f"predictions-{run.id}-{which}",
        )
        download_link(label, address, disabled=not count, width="stretch")
