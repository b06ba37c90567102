"""An evaluation as CSV: one line per category, its figures and its row of the confusion matrix."""

from __future__ import annotations

import csv
import io

from piximi_core.classification.evaluation.measures import Evaluation
from piximi_core.formats.tables.label_table import defuse

__all__ = ["evaluation_csv"]


def evaluation_csv(figures: Evaluation) -> str:
    """Return ``category,precision,recall,f1,support,predicted:<category>…,all:<figure>…`` lines.

    The figures that belong to no single category stand in the last columns, ``all:…``, the same in
    every line: so each line is still a category, and no category can be taken for a mean.
    ``all:accuracy_low`` and ``all:accuracy_high`` are the 95 % interval, by groups if there are.
    Undefined figures are empty cells. Names that a spreadsheet would run as a formula are written
    behind a quote.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    overall = _overall(figures)
    columns = [f"predicted:{name}" for name in figures.classes]
    columns += [f"all:{name}" for name in overall]
    writer.writerow(["category", "precision", "recall", "f1", "support", *columns])
    whole = [_written(value) for value in overall.values()]
    for index, name in enumerate(figures.classes):
        shares = (figures.precision[index], figures.recall[index], figures.f1[index])
        written = [_written(share) for share in shares]
        counts = figures.confusion_matrix[index]
        writer.writerow([defuse(name), *written, figures.support[index], *counts, *whole])
    return text.getvalue()


def _overall(figures: Evaluation) -> dict[str, float | None]:
    low, high = figures.interval
    return {
        "accuracy": figures.accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
        "cross_entropy": figures.cross_entropy,
        "macro_precision": figures.macro_precision,
        "macro_recall": figures.macro_recall,
        "macro_f1": figures.macro_f1,
    }


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.7g}"
