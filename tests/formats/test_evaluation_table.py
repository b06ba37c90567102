"""An evaluation as CSV, read back by the standard library."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from piximi_core.classification.evaluation.measures import evaluate
from piximi_core.formats.tables.evaluation_table import evaluation_csv


def test_one_line_per_category_with_its_row_of_the_matrix():
    probabilities = [[0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0], [0.1, 0.9, 0]]
    text = evaluation_csv(evaluate(probabilities, [0, 0, 1, 1], ["a", "=b()", "none"]))
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["category"] for line in lines] == ["a", "'=b()", "none"]
    # Of two predicted "a" one is "a", and of two "a" one was found.
    assert (lines[0]["precision"], lines[0]["recall"], lines[0]["f1"]) == ("0.5", "0.5", "0.5")
    assert [lines[1][f"predicted:{name}"] for name in ("a", "=b()", "none")] == ["1", "1", "0"]
    assert (lines[2]["precision"], lines[2]["recall"], lines[2]["support"]) == ("", "", "0")


def test_every_line_tells_the_figures_of_the_whole():
    random = np.random.default_rng(5)
    p = random.random((60, 3))
    p /= p.sum(axis=1, keepdims=True)
    truth = random.integers(0, 3, 60)
    guess = p.argmax(axis=1)
    lines = list(csv.DictReader(io.StringIO(evaluation_csv(evaluate(p, truth, ["a", "b", "c"])))))
    interval = binomtest(int((guess == truth).sum()), 60).proportion_ci(0.95, method="wilson")
    macro = metrics.precision_recall_fscore_support(truth, guess, average="macro")
    expected = {
        "accuracy": metrics.accuracy_score(truth, guess),
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "cross_entropy": metrics.log_loss(truth, p),
        "macro_precision": macro[0],
        "macro_recall": macro[1],
        "macro_f1": macro[2],
    }
    assert [line["category"] for line in lines] == ["a", "b", "c"]
    for line in lines:
        found = {name: float(line[f"all:{name}"]) for name in expected}
        assert found == pytest.approx(expected, rel=1e-6)
