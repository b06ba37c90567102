"""Loss and accuracy by epoch, and the loss of the batches within the epochs."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from piximi_core.classification.training.progress import EpochRow
from piximi_ui.language.texts import _, number, percent, separators

__all__ = ["CONFIG", "accuracy_figure", "loss_figure"]

CONFIG = {"displayModeBar": "hover", "displaylogo": False, "modeBarButtons": [["toImage"]]}

HEIGHT = 280
_LEARNED, _CHECKED = "#2F8FCB", "#E69F00"
_FAINT = "rgba(86, 168, 220, 0.75)"
_FEW = 40  # epochs that are drawn as points


def loss_figure(
    history: Sequence[EpochRow],
    curve: Sequence[tuple[float, float]],
    *,
    epochs: int,
    best: int | None,
    still: bool,
) -> go.Figure:
    """Draw the losses.

    Parameters
    ----------
    history
        The finished epochs.
    curve
        (epochs done, loss of the latest batches), as the run reports it.
    epochs
        How many there will be: the axis has its full length from the start.
    best
        The epoch whose weights are kept; None before it is known.
    still
        The training is over: only then axes can be zoomed, because each new point redraws the
        figure.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[at for at, _loss in curve],
        y=[loss for _at, loss in curve],
        name=_("Batches"),
        # A line of one point is not to be seen.
        mode="lines" if len(curve) > 1 else "markers",
        line={"color": _FAINT, "width": 1},
        marker={"color": _FAINT, "size": 5},
        hoverinfo="skip",
    )
    _add(figure, history, _("Training"), [row.loss for row in history], _LEARNED)
    checked = [row.val_loss for row in history]
    _add(figure, history, _("Validation"), checked, _CHECKED)
    _lay_out(figure, _("Loss"), epochs, best, still)
    figure.update_yaxes(rangemode="tozero")
    return figure


def accuracy_figure(
    history: Sequence[EpochRow], *, epochs: int, best: int | None, still: bool
) -> go.Figure:
    """Draw the accuracies, 0 to 100 %; parameters as in `loss_figure`."""
    figure = go.Figure()
    learned = [row.accuracy for row in history]
    _add(figure, history, _("Training"), learned, _LEARNED, shares=True)
    checked = [row.val_accuracy for row in history]
    _add(figure, history, _("Validation"), checked, _CHECKED, shares=True)
    _lay_out(figure, _("Accuracy"), epochs, best, still)
    ticks = [fifth / 5 for fifth in range(6)]
    written = [f"{number(100 * tick)} %" for tick in ticks]
    figure.update_yaxes(range=[0, 1.02], tickvals=ticks, ticktext=written)
    return figure


def _add(
    figure: go.Figure,
    history: Sequence[EpochRow],
    name: str,
    values: Sequence[float | None],
    color: str,
    *,
    shares: bool = False,
) -> None:
    if history and all(value is None for value in values):
        return  # nothing was kept aside to check on
    figure.add_scatter(
        x=[row.epoch for row in history],
        y=list(values),
        name=name,
        mode="lines+markers" if len(history) <= _FEW else "lines",
        line={"color": color, "width": 2},
        marker={"size": 5},
        # Plotly would round 99.99 % up.
        text=[percent(value or 0) for value in values] if shares else None,
        hovertemplate="%{text}" if shares else "%{y:.4f}",
    )


def _lay_out(figure: go.Figure, title: str, epochs: int, best: int | None, still: bool) -> None:
    # Where the lines are not: losses end low, accuracies high.
    label = "top" if title == _("Loss") else "bottom"
    figure.update_layout(
        title={"text": title, "x": 0, "xanchor": "left", "font": {"size": 14}},
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        hovermode="x unified",
        showlegend=True,
        legend={"orientation": "h", "x": 0.93, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        uirevision=title,
        separators=separators(),
    )
    figure.update_xaxes(
        title={"text": _("Epoch"), "font": {"size": 11}, "standoff": 4},
        range=[0, epochs * 1.01],
        tickformat="d",
        dtick=1 if epochs <= 10 else None,
        hoverformat="d",
        unifiedhovertitle={"text": _("Epoch %{x}")},
        fixedrange=not still,
    )
    figure.update_yaxes(automargin=True, fixedrange=not still)
    if best:
        figure.add_vline(
            x=best,
            line={"dash": "dot", "width": 1, "color": "#7A7F87"},
            annotation={"text": _("best"), "font": {"size": 11, "color": "#7A7F87"}},
            annotation_position=f"{label} left" if best > epochs / 4 else f"{label} right",
        )
