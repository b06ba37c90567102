"""The confusion matrix as a Plotly figure whose cells can be clicked."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from piximi_ui.language.texts import _, number, percent, percent_figure

__all__ = ["CONFIG", "clicked_cell", "confusion_figure"]

CONFIG = {"displayModeBar": "hover", "displaylogo": False, "modeBarButtons": [["toImage"]]}

_LONGEST_NAME = 18
_RIGHT_MARGIN = 16
_CELL = (20, 76)  # smallest and largest, in pixels
_RIGHT = {"light": ["#F3F6F7", "#0B6E75"], "dark": ["#192024", "#1FA0AB"]}
_WRONG = {"light": ["#F3F6F7", "#C2410C"], "dark": ["#192024", "#EA580C"]}


def confusion_figure(
    matrix: Sequence[Sequence[int]],
    names: Sequence[str],
    *,
    shares: bool = False,
    theme: str = "light",
    selected: tuple[int, int] | None = None,
    width: int = 520,
    side: int = 400,
) -> go.Figure:
    """Draw a matrix: rows are the truth, columns the prediction.

    A cell's colour is its share of the row in both modes, right answers in one hue and mistakes in
    another. Plotly's heatmaps cannot be selected, so transparent squares lie over the cells.

    Parameters
    ----------
    matrix
        Counts, [K][K].
    names
        The K category names, as people wrote them.
    shares
        Write percentages of the row instead of counts.
    theme
        "light" or "dark".
    selected
        The cell, (truth, prediction), that is framed at first.
    width, side
        The most pixels that the figure, and that the cells of a row, may take.
    """
    counts = np.asarray(matrix, dtype=np.int64)
    classes = len(names)
    short = [_shortened(name) for name in names]
    left = 52 + 7 * max(len(name) for name in short)
    room = min(side, width - left - _RIGHT_MARGIN)
    cell = int(min(_CELL[1], max(_CELL[0], room / classes)))
    figure = go.Figure()
    for colors, chosen in (
        (_RIGHT, np.eye(classes, dtype=bool)),
        (_WRONG, ~np.eye(classes, dtype=bool)),
    ):
        figure.add_trace(_cells(counts, chosen, colors[theme], cell, shares=shares))
    figure.add_trace(_targets(counts, names, cell, theme, selected))
    _lay_out(figure, short, cell, left)
    return figure


def clicked_cell(event: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """Return the cell, (truth, prediction), of a selection event; None if nothing is selected."""
    points = ((event or {}).get("selection") or {}).get("points") or []
    if not points:
        return None
    return round(points[0]["y"]), round(points[0]["x"])


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _wrapped(name: str) -> str:
    """Return a name for the hover text, in lines; Plotly reads some HTML, so it is escaped."""
    shown = name if len(name) <= 120 else f"{name[:119]}…"
    return "<br>".join(html.escape(shown[start : start + 40]) for start in range(0, len(shown), 40))


def _row_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares


def _cells(
    counts: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    colors: Sequence[str],
    cell: int,
    *,
    shares: bool,
) -> go.Heatmap:
    values = _row_shares(counts)
    written = [
        [
            (percent_figure(share) if shares else number(count)) if count and mine else ""
            for count, share, mine in zip(*row, strict=True)
        ]
        for row in zip(counts.tolist(), values.tolist(), chosen.tolist(), strict=True)
    ]
    # Even one image in a thousand must differ from none.
    strength = np.where(counts > 0, 0.18 + 0.82 * values, 0)
    return go.Heatmap(
        z=np.where(chosen, strength, np.nan),
        text=written,
        texttemplate="%{text}",
        textfont_size=max(9, min(16, cell * 0.32)),
        colorscale=[[0, colors[0]], [1, colors[1]]],
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
        hoverinfo="skip",
    )


def _targets(
    counts: NDArray[np.int64],
    names: Sequence[str],
    cell: int,
    theme: str,
    selected: tuple[int, int] | None,
) -> go.Scatter:
    classes = len(names)
    rows, columns = np.divmod(np.arange(classes * classes), classes)
    values = _row_shares(counts)
    wrapped = [_wrapped(name) for name in names]
    return go.Scatter(
        x=columns,
        y=rows,
        mode="markers",
        marker={
            "symbol": "square-open",
            "size": cell - 5,
            "opacity": 0.004,
            "color": "#111827" if theme == "light" else "#F9FAFB",
            "line": {"width": 3},
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.004}},
        selectedpoints=None if selected is None else [selected[0] * classes + selected[1]],
        customdata=[
            [
                wrapped[row],
                wrapped[column],
                number(int(counts[row, column])),
                percent(values[row, column]),
            ]
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ],
        hovertemplate=_("Is %{customdata[0]}<br>Predicted %{customdata[1]}")
        + "<br><b>%{customdata[2]}</b> "
        + _("(%{customdata[3]} of the row)")
        + "<extra></extra>",
        showlegend=False,
    )


def _lay_out(figure: go.Figure, short: list[str], cell: int, left: int) -> None:
    classes = len(short)
    longest = max(len(name) for name in short)
    slanted = cell < 8 * longest
    bottom = 40 + (6 * longest if slanted else 16)
    places = list(range(classes))
    side = cell * classes
    figure.update_layout(
        width=left + side + _RIGHT_MARGIN,
        height=side + bottom + 12,
        margin={"l": left, "r": _RIGHT_MARGIN, "t": 12, "b": bottom},
        dragmode=False,
        hovermode="closest",
        # However near an edge of the cell a person clicks, its square is the nearest.
        hoverdistance=-1,
        hoverlabel={"align": "left"},
        modebar={"bgcolor": "rgba(0,0,0,0)"},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    common = {
        "tickvals": places,
        "ticktext": [html.escape(name) for name in short],
        "range": [-0.5, classes - 0.5],
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": False,
    }
    figure.update_xaxes(**common, title=_("Prediction"), tickangle=-45 if slanted else 0)
    figure.update_yaxes(**{**common, "range": [classes - 0.5, -0.5]}, title=_("Truth"))
