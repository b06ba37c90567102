"""The list of all runs, newest first; the selected one is in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from piximi_core.messages import Message
from piximi_core.percent import percent_number
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.evaluation.run_figures import RunFigure, figures_today
from piximi_core.services.training.run_report import RunStanding
from piximi_core.vocabulary import TRAINING, VALIDATION
from piximi_ui.base.kinds import of_kind
from piximi_ui.language.glossary import tip
from piximi_ui.language.texts import _, number, percent, when
from piximi_ui.training.run_words import state_word

__all__ = ["draw", "rows", "selected_run"]

_DRAWN = "train_runs_drawn"
_FIGURE_SPACE = "\u2007"  # as wide as a digit, and before all digits
_ROW, _HEADER, _SHOWN = 33, 36, 5


def selected_run(runs: Sequence[RunStanding]) -> RunStanding:
    """Return the run that the address names, the newest without one."""
    asked = st.query_params.get("run")
    for run in runs:
        if run.run.id == asked:
            return run
    if asked:
        st.warning(_("The run that the address names is not here; this is the newest."))
        del st.query_params["run"]
    return runs[0]


def rows(runs: Sequence[RunStanding], figures: Mapping[str, RunFigure]) -> list[dict[str, Any]]:
    """Return what the list shows, one row per run, with the figures of `figures_today`."""
    found = []
    for standing in runs:
        run, summary = standing.run, standing.run.summary or {}
        figure = figures.get(run.id)
        found.append(
            {
                "number": run.number,
                "name": run.name,
                "state": state_word(standing),
                "accuracy": _sortable(figure) if figure else None,
                "best": summary.get("best_epoch"),
                "images": "" if is_imported(run) else _images(run.counts),
                "classes": len(run.classes),
                "at": when(run.created_at),
                "who": standing.who,
            }
        )
    return found


def _sortable(figure: RunFigure) -> str:
    """Return a share in percent so that the list, which sorts texts, puts 9.1 % before 86.7 %.

    One that may be no better than guessing bears a mark, whose meaning the column's tip tells.
    """
    whole = str(int(float(percent_number(figure.accuracy))))
    written = _FIGURE_SPACE * (3 - len(whole)) + percent(figure.accuracy)
    return f"{written} ?" if figure.doubt else written


def _images(counts: Mapping[str, int]) -> str:
    return f"{number(counts.get(TRAINING, 0))} + {number(counts.get(VALIDATION, 0))}"


def draw(store: Store, kind_id: str, runs: Sequence[RunStanding], chosen: RunStanding) -> None:
    """Draw the list; a click shows that run."""
    ids = [run.run.id for run in runs]
    # With another run the rows move, and with them what a selection means.
    key = f"runs-{store.folder.name}-{kind_id}-{len(ids)}"
    st.session_state[_DRAWN] = key
    selection: Any = {"selection": {"rows": [ids.index(chosen.run.id)]}}
    if (
        key in st.session_state
        and list(st.session_state[key]["selection"]["rows"]) != (selection["selection"]["rows"])
    ):
        # The address changed without a click here: by Back, or by a new training.
        st.session_state[key] = selection
    st.dataframe(
        rows(runs, figures_today(store, [run.run for run in runs])),
        key=key,
        hide_index=True,
        height=_HEADER + _ROW * min(len(runs), _SHOWN),
        row_height=_ROW,
        on_select=lambda: _choose(key, ids),
        selection_mode="single-row-required",
        selection_default=selection,
        column_config=_columns(kind_id),
        placeholder="",
    )


def _choose(key: str, ids: Sequence[str]) -> None:
    if st.session_state.get(_DRAWN) != key:
        # A list that was replaced reports its selection once more when a fragment runs next.
        return
    picked = st.session_state[key]["selection"]["rows"]
    if picked:
        st.query_params["run"] = ids[picked[0]]


def _columns(kind_id: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "number": column.NumberColumn(_("No."), width=42, format="%d", help=tip("run")),
        "name": column.TextColumn(_("Name")),  # takes the room that is left
        "state": column.TextColumn(_("State"), width=92),
        "accuracy": column.TextColumn(
            _("Right"),
            width=82,
            alignment="right",
            help=_(
                "Share of Validation that the best weights get right, by the labels of today. "
                "A question mark: no better than guessing, as far as these images tell."
            ),
        ),
        "best": column.NumberColumn(
            _("Best"), width=46, format="%d", help=_("The epoch whose weights are kept")
        ),
        "images": column.TextColumn(
            of_kind(kind_id, Message("{things!c}")),
            width=78,
            help=_("Learned from (Training) + validated on (Validation)"),
        ),
        "classes": column.NumberColumn(_("Classes"), width=60, format="%d", help=tip("class")),
        "at": column.TextColumn(_("When"), width=128),
        "who": column.TextColumn(_("Who"), width=56),
    }
