"""Predictions as CSV: one line per image, one probability column per class."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TextIO

from piximi_core.formats.tables.label_table import defuse

__all__ = ["prediction_csv", "write_prediction_csv"]


Rows = Iterable[tuple[str, Sequence[float]]]


def write_prediction_csv(
    file: TextIO, classes: Sequence[str], rows: Rows, were: Sequence[str] | None = None
) -> int:
    """Write ``name,category,confidence,p:<class>…`` lines; return how many.

    Where a class had another name when the classifier was trained, a last column ``was`` tells
    that of the predicted class.

    Parameters
    ----------
    file
        An open text file.
    classes
        The class names, in the order of the probabilities.
    rows
        Name and probabilities of each image. Names that a spreadsheet would run as a formula are
        written behind a quote.
    were
        The names of the classes when the classifier was trained; None for the same.
    """
    old = list(were) if were is not None and list(were) != list(classes) else []
    writer = csv.writer(file)
    columns = [*(f"p:{name}" for name in classes), *(["was"] if old else [])]
    writer.writerow(["name", "category", "confidence", *columns])
    count = 0
    for name, probabilities in rows:
        best = max(range(len(classes)), key=lambda index: probabilities[index])
        figures = [f"{probability:.7g}" for probability in probabilities]
        last = [defuse(old[best])] if old else []
        writer.writerow([defuse(name), defuse(classes[best]), figures[best], *figures, *last])
        count += 1
    return count


def prediction_csv(classes: Sequence[str], rows: Rows, were: Sequence[str] | None = None) -> str:
    """Return what `write_prediction_csv` writes, as text."""
    text = io.StringIO(newline="")
    write_prediction_csv(text, classes, rows, were)
    return text.getvalue()
