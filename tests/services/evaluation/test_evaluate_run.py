"""An evaluation and the images behind it, counted by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from piximi_core.services.evaluation.evaluate_run import RunEvaluation


def evaluation() -> RunEvaluation:
    """Six things: two right, four wrong, each with its own confidence."""
    return RunEvaluation(
        figures=SimpleNamespace(),  # type: ignore[arg-type]
        ids=("a", "b", "c", "d", "e", "f"),
        truth=np.array([0, 0, 0, 0, 1, 1]),
        predicted=np.array([0, 0, 1, 1, 0, 0]),
        confidence=np.array([0.9, 0.6, 0.7, 0.8, 0.95, 0.55]),
        notes=(),
    )


def test_a_cell_of_mistakes_begins_with_the_most_confident():
    assert evaluation().cell(0, 1) == ["d", "c"]
    assert evaluation().cell(1, 0) == ["e", "f"]


def test_a_cell_of_right_answers_begins_with_the_most_doubtful():
    assert evaluation().cell(0, 0) == ["b", "a"]
    assert evaluation().cell(1, 1) == []


def test_all_mistakes_begin_with_the_most_confident():
    assert evaluation().mistakes() == ["e", "d", "c", "f"]
