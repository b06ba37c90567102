"""How good a run is, in words, figures and a table; each figure explained in a line."""

from __future__ import annotations

from typing import Any

import streamlit as st

from piximi_core.classification.evaluation.measures import Evaluation
from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tables.evaluation_table import evaluation_csv
from piximi_core.formats.tables.excel import excel_bytes
from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run
from piximi_ui.base.kinds import of_kind
from piximi_ui.language.glossary import tip
from piximi_ui.language.texts import _, number, percent
from piximi_ui.server.file_routes import download_link, made_address

__all__ = ["draw_figures", "draw_table"]

_MOST_ROWS = 13


def draw_figures(figures: Evaluation) -> None:
    """Draw the figures that belong to no single category."""
    shown = (
        (_("Accuracy"), _share(figures.accuracy), tip("accuracy")),
        (_("Cross entropy"), number(figures.cross_entropy, 3), tip("cross entropy")),
    )
    for column, (name, value, meaning) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(name, value, help=meaning)


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def draw_table(figures: Evaluation, run: Run, partition: str) -> None:
    """Draw the figures of each category, and the file of all figures."""
    rows = [_row(figures, run.kind_id, index) for index in range(len(figures.classes))]
    rows.append(
        {
            "category": _("Macro mean"),
            "precision": _share(figures.macro_precision),
            "recall": _share(figures.macro_recall),
            "f1": _share(figures.macro_f1),
            "support": figures.count,
        }
    )
    text = {
        "precision": (_("Precision"), tip("precision")),
        "recall": (_("Recall"), tip("recall")),
        "f1": (_("F1"), tip("f1")),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("By category"), help=tip("macro mean"))
        _download(figures, run, partition)
    widths = {"precision": 100, "recall": 96, "f1": 62}
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "category": st.column_config.TextColumn(_("Category"), width=96),
            **{
                key: st.column_config.TextColumn(
                    name, help=meaning, alignment="right", width=widths[key]
                )
                for key, (name, meaning) in text.items()
            },
            "support": st.column_config.NumberColumn(
                of_kind(run.kind_id, Message("{things!c}")),
                help=tip("support"),
                format="localized",
                width=76,
            ),
        },
        height="content" if len(rows) <= _MOST_ROWS else 480,
    )


def _row(figures: Evaluation, kind_id: str, index: int) -> dict[str, Any]:
    def written(value: float | None) -> str:
        if value is not None:
            return percent(value)
        return of_kind(kind_id, Message("no {things}"))

    never = figures.support[index] and not sum(row[index] for row in figures.confusion_matrix)
    return {
        "category": figures.classes[index],
        # It counts as 0, which the note beside the headline says.
        "precision": _("never predicted") if never else written(figures.precision[index]),
        "recall": written(figures.recall[index]),
        "f1": written(figures.f1[index]),
        "support": figures.support[index],
    }


def _download(figures: Evaluation, run: Run, partition: str) -> None:
    address = made_address(
        lambda: excel_bytes(evaluation_csv(figures)),
        f"{safe_stem(run.name)}-{partition.lower()}-evaluation.csv",
        key=f"evaluation-{run.id}-{partition}",
    )
    download_link(
        _("CSV"),
        address,
        help_text=_(
            "One line per category: its figures and its row of the matrix; then, alike in every "
            "line, accuracy with its 95 % interval, cross entropy and the macro means."
        ),
    )
