"""The confusion matrix on the page: counts or shares, and the cell a person clicked."""

from __future__ import annotations

import streamlit as st

from piximi_core.classification.evaluation import Evaluation
from piximi_ui.charts.confusion_matrix import CONFIG, clicked_cell, confusion_figure
from piximi_ui.glossary import tip
from piximi_ui.texts import _

__all__ = ["draw_matrix"]

Cell = tuple[int, int]


def draw_matrix(figures: Evaluation, key: str, *, wide: bool) -> Cell | None:
    """Draw the matrix and return the clicked cell, (truth, prediction).

    Parameters
    ----------
    key
        Names what is judged: another run or partition begins without a clicked cell.
    wide
        Whether the matrix has the page's width, or shares it with the table.
    """
    cell_key, framed_key, mode_key = f"cell-{key}", f"framed-{key}", f"mode-{key}"
    chart_key = f"matrix-{key}"

    def clicked() -> None:
        st.session_state[cell_key] = clicked_cell(st.session_state[chart_key])

    def mode_changed() -> None:
        # Another drawing of the chart begins with the cell that is chosen now.
        st.session_state[framed_key] = st.session_state.get(cell_key)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(
            _("Confusion matrix"),
            help=tip("confusion matrix"),
        )
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
            width=960 if wide else 520,
            side=900 if wide else 400,
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
