"""The confusion matrix on the page: counts or shares, and the cell a person clicked."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from piximi_core.classification.evaluation.measures import Evaluation
from piximi_ui.charts.confusion_matrix import CONFIG, clicked_cell, confusion_figure
from piximi_ui.language.texts import _

__all__ = ["draw_matrix", "forget_cell"]

Cell = tuple[int, int]


def draw_matrix(figures: Evaluation, key: str, *, wide: bool, line: DeltaGenerator) -> Cell | None:
    """Draw the matrix and return the clicked cell, (truth, prediction).

    Parameters
    ----------
    key
        Names what is judged: another run or partition begins without a clicked cell.
    wide
        Whether there are many categories, for which there is more room.
    line
        Where the choice between counts and shares stands.
    """
    cell_key, framed_key, mode_key = f"cell-{key}", f"framed-{key}", f"mode-{key}"
    counts_key, turn = f"counts-{key}", st.session_state.get(f"turn-{key}", 0)
    # A number of its own after each change that the chart has to be drawn anew for.
    chart_key = f"matrix-{key}-{turn}"

    def clicked() -> None:
        st.session_state[cell_key] = clicked_cell(st.session_state[chart_key])

    def mode_changed() -> None:
        # Another drawing of the chart begins with the cell that is chosen now.
        st.session_state[framed_key] = st.session_state.get(cell_key)

    if st.session_state.get(counts_key, figures.confusion_matrix) != figures.confusion_matrix:
        # A label was given: the cell that is looked at stays framed.
        mode_changed()
    st.session_state[counts_key] = figures.confusion_matrix
    with line:
        mode = st.segmented_control(
            _("Show"),
            ["counts", "shares"],
            default="counts",
            required=True,
            format_func={"counts": _("Counts"), "shares": _("% of row")}.__getitem__,
            label_visibility="collapsed",
            key=mode_key,
            on_change=mode_changed,
        )
    st.plotly_chart(
        confusion_figure(
            figures.confusion_matrix,
            figures.classes,
            shares=mode == "shares",
            theme=str(st.context.theme.type or "light"),
            selected=st.session_state.get(framed_key),
            width=640 if wide else 520,
            side=460 if wide else 400,
        ),
        key=chart_key,
        width="content",
        config=CONFIG,
        on_select=clicked,
        selection_mode="points",
        alt=_("Confusion matrix; its figures are also in the table and in its CSV file."),
    )
    cell: Cell | None = st.session_state.get(cell_key)
    return cell


def forget_cell(key: str) -> None:
    """Take back the click on a cell of the matrix of this key."""
    for name in ("cell", "framed"):
        st.session_state.pop(f"{name}-{key}", None)
    # The browser keeps the frame of a chart that it knows.
    st.session_state[f"turn-{key}"] = st.session_state.get(f"turn-{key}", 0) + 1
