"""Predictions as CSV: one line per image, one probability column per class."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TextIO

from piximi_core.formats.label_table import defuse

__all__ = ["prediction_csv", "write_prediction_csv"]


def write_prediction_csv(
    file: TextIO, classes: Sequence[str], rows: Iterable[tuple[str, Sequence[float]]]
) -> int:
    """Write ``name,category,confidence,p:<class>…`` lines; return how many.

    Parameters
    ----------
    file
        An open text file.
    classes
        The class names, in the order of the probabilities.
    rows
        Name and probabilities of each image. Names that a spreadsheet would run as a formula are
        written behind a quote.
    """
    writer = csv.writer(file)
    writer.writerow(["name", "category", "confidence", *(f"p:{name}" for name in classes)])
    count = 0
    for name, probabilities in rows:
        best = max(range(len(classes)), key=lambda index: probabilities[index])
        figures = [f"{probability:.7g}" for probability in probabilities]
        writer.writerow([defuse(name), defuse(classes[best]), figures[best], *figures])
        count += 1
    return count


def prediction_csv(classes: Sequence[str], rows: Iterable[tuple[str, Sequence[float]]]) -> str:
    """Return what `write_prediction_csv` writes, as text."""
    text = io.StringIO(newline="")
    write_prediction_csv(text, classes, rows)
    return text.getvalue()
