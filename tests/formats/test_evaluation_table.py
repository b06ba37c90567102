"""An evaluation as CSV, read back by the standard library."""

from __future__ import annotations

import csv
import io

from piximi_core.classification.evaluation import evaluate
from piximi_core.formats.evaluation_table import evaluation_csv


def test_one_line_per_category_with_its_row_of_the_matrix():
    probabilities = [[0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0], [0.1, 0.9, 0]]
    text = evaluation_csv(evaluate(probabilities, [0, 0, 1, 1], ["a", "=b()", "none"]))
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["category"] for line in lines] == ["a", "'=b()", "none"]
    # Of two predicted "a" one is "a", and of two "a" one was found.
    assert (lines[0]["precision"], lines[0]["recall"], lines[0]["f1"]) == ("0.5", "0.5", "0.5")
    assert [lines[1][f"predicted:{name}"] for name in ("a", "=b()", "none")] == ["1", "1", "0"]
    assert (lines[2]["precision"], lines[2]["recall"], lines[2]["support"]) == ("", "", "0")
