"""Whether better than guessing, against the score test that SciPy computes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from piximi_core.classification.evaluation.guessing import guessing_note
from piximi_core.classification.evaluation.measures import evaluate


def judged(right: int, counts: tuple[int, ...]) -> str | None:
    """The note on a run that is right on the first `right` of things of some categories."""
    truth = np.repeat(np.arange(len(counts)), counts)
    guess = np.where(np.arange(truth.size) < right, truth, (truth + 1) % len(counts))
    names = [f"c{number}" for number in range(len(counts))]
    return guessing_note(evaluate(np.eye(len(counts))[guess], truth, names))


@pytest.mark.parametrize("counts", [(5, 5), (30, 15), (10,) * 10, (90, 10), (3, 1)])
def test_it_is_the_score_test(counts: tuple[int, ...]) -> None:
    n, guessing = sum(counts), max(counts) / sum(counts)
    for right in range(n + 1):
        z = (right / n - guessing) / np.sqrt(guessing * (1 - guessing) / n)
        assert (judged(right, counts) is None) == (z > norm.ppf(0.975)), right


def test_the_words() -> None:
    assert judged(45, (30, 15)) is None
    worse = judged(30, (30, 15))
    assert worse == "No better than always guessing the largest category, which gives 66.7 %."
    few = judged(4, (3, 1))
    assert few is not None
    assert few.startswith(
        "Not clearly better than always guessing the largest category: that gives"
    )


def test_one_category_is_nothing_to_compare_with() -> None:
    assert judged(3, (3, 0)) is None
