"""An evaluation as CSV: one line per category, its figures and its row of the confusion matrix."""

from __future__ import annotations

import csv
import io

from piximi_core.classification.evaluation import Evaluation
from piximi_core.formats.label_table import defuse

__all__ = ["evaluation_csv"]


def evaluation_csv(figures: Evaluation) -> str:
    """Return ``category,precision,recall,f1,support,predicted:<category>…`` lines.

    Undefined figures are empty cells. Names that a spreadsheet would run as a formula are written
    behind a quote.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    columns = [f"predicted:{name}" for name in figures.classes]
    writer.writerow(["category", "precision", "recall", "f1", "support", *columns])
    for index, name in enumerate(figures.classes):
        shares = (figures.precision[index], figures.recall[index], figures.f1[index])
        written = ["" if share is None else f"{share:.7g}" for share in shares]
        counts = figures.confusion_matrix[index]
        writer.writerow([defuse(name), *written, figures.support[index], *counts])
    return text.getvalue()
