"""The figures against scikit-learn, SciPy and hand computation."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics

from piximi_core.classification.evaluation.measures import evaluate
from piximi_core.errors import BadInput


def random_case(k: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.random((n, k)) ** 3
    truth = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    p[np.arange(n), truth] += 0.4
    return (p / p.sum(axis=1, keepdims=True)).astype(np.float32), truth


@pytest.mark.parametrize(("k", "n", "seed"), [(2, 40, 0), (3, 100, 1), (10, 500, 2)])
def test_against_scikit_learn(k: int, n: int, seed: int) -> None:
    p, truth = random_case(k, n, seed)
    names = [f"c{i}" for i in range(k)]
    found = evaluate(p, truth, names)
    guess = p.argmax(axis=1)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, guess, labels=range(k), zero_division=0
    )
    assert np.array_equal(found.confusion_matrix, metrics.confusion_matrix(truth, guess))
    assert found.accuracy == pytest.approx(metrics.accuracy_score(truth, guess))
    assert found.precision == pytest.approx(list(precision))
    assert found.recall == pytest.approx(list(recall))
    assert found.f1 == pytest.approx(list(f1))
    assert list(found.support) == list(support)
    assert found.macro_f1 == pytest.approx(metrics.f1_score(truth, guess, average="macro"))
    assert found.macro_precision == pytest.approx(precision.mean())
    assert found.macro_recall == pytest.approx(recall.mean())
    p64 = p.astype(np.float64)
    expected = metrics.log_loss(truth, p64 / p64.sum(axis=1, keepdims=True), labels=range(k))
    assert found.cross_entropy == pytest.approx(expected, rel=1e-6)
    assert found.notes == ()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("empty", ["rows", "columns", "both"])
def test_empty_rows_and_columns_against_scikit_learn(seed: int, empty: str) -> None:
    """Classes that were never predicted count as 0; those without samples are no labels there."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 9))
    some = rng.choice(k, 2, replace=False)
    truth, guess = rng.integers(0, k, (2, 200))
    if empty != "columns":
        truth = truth[truth != some[0]]
    if empty != "rows":
        guess[guess == some[1]] = (some[1] + 1) % k
    guess = np.where(rng.random(truth.size) < 0.5, guess[: truth.size], truth)
    if empty != "rows":
        guess[guess == some[1]] = (some[1] + 1) % k
    found = evaluate(np.eye(k)[guess], truth, [f"c{n}" for n in range(k)])
    present = np.unique(truth)
    figures = metrics.precision_recall_fscore_support(truth, guess, labels=present, zero_division=0)
    for ours, theirs in zip((found.precision, found.recall, found.f1), figures, strict=False):
        assert [ours[n] for n in present] == pytest.approx(list(theirs))
        assert all(ours[n] is None for n in range(k) if n not in present)
    means = metrics.precision_recall_fscore_support(
        truth, guess, labels=present, zero_division=0, average="macro"
    )
    macro = (found.macro_precision, found.macro_recall, found.macro_f1)
    assert macro == pytest.approx(means[:3])
    assert np.array_equal(
        found.confusion_matrix, metrics.confusion_matrix(truth, guess, labels=range(k))
    )
    assert found.accuracy == pytest.approx(metrics.accuracy_score(truth, guess))


@pytest.mark.parametrize(("right", "of"), [(47, 50), (0, 7), (7, 7), (1, 1), (500, 1000)])
def test_interval_against_scipy(right: int, of: int) -> None:
    p = np.zeros((of, 2))
    p[:right, 0] = 1
    p[right:, 1] = 1
    interval = evaluate(p, np.zeros(of, int), ["a", "b"]).interval
    expected = binomtest(right, of).proportion_ci(0.95, method="wilson")
    assert interval == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_sentence() -> None:
    truth = np.array([0] * 30 + [1] * 20)
    p = np.eye(2)[truth]
    p[:3] = [0, 1]
    found = evaluate(p, truth, ["a", "b"])
    assert found.sentence() == (
        "Right on 47 of 50 unseen images (94.0 %, 95 % interval 83.8-97.9 %);"
        " always guessing the largest category gives 60.0 %."
    )
    assert found.sentence("training").startswith("Right on 47 of 50 training images (")
    assert "unseen nuclei (" in found.sentence(noun="nuclei")
    assert "47 of 50 labelled images (" in found.sentence("labelled")
    assert found.sentence("choosing").startswith(
        "Right on 47 of 50 images never seen in training, but used to choose the best epoch (94.0 %"
    )
    grouped = evaluate(p, truth, ["a", "b"], [i // 5 for i in range(50)])
    assert grouped.groups == 10
    assert any("by 10 groups of one source" in note for note in grouped.notes)
    assert not found.notes


def test_almost_all_is_not_called_all() -> None:
    truth = np.zeros(100_000, int)
    p = np.tile([1.0, 0.0], (100_000, 1))
    p[0] = [0, 1]
    assert "(99.99 %, " in evaluate(p, truth, ["a", "b"]).sentence()


def test_piximis_own_anchor() -> None:
    """Piximi's unit test of its evaluation: digits 3, 8, 7 labelled 2, 8, 7."""
    p = np.eye(10)[[3, 8, 7]]
    found = evaluate(p, [2, 8, 7], [str(i) for i in range(10)])
    matrix = np.array(found.confusion_matrix)
    assert matrix.sum() == 3
    assert (matrix[2, 3], matrix[7, 7], matrix[8, 8]) == (1, 1, 1)
    assert found.accuracy == pytest.approx(0.66667, abs=1e-5)
    assert found.cross_entropy == pytest.approx(5.37270, abs=1e-5)


def test_empty_classes_do_not_spoil_the_rest() -> None:
    # Truth a a b; c has no samples but takes one of a's; b is never predicted.
    p = np.eye(3)[[0, 2, 0]]
    found = evaluate(p, [0, 0, 1], ["a", "b", "c"])
    assert found.precision == (0.5, 0.0, None)
    assert found.recall == (0.5, 0.0, None)
    assert found.f1 == (pytest.approx(0.5), 0.0, None)
    assert found.support == (2, 1, 0)
    assert found.macro_precision == 0.25
    assert found.macro_recall == 0.25
    assert found.macro_f1 == 0.25
    assert any("Without samples" in note and "c" in note for note in found.notes)
    assert any("Never predicted" in note and "b" in note for note in found.notes)


def test_certain_and_wrong_stays_finite() -> None:
    found = evaluate([[1.0, 0.0]], [1], ["a", "b"])
    assert found.cross_entropy == pytest.approx(-math.log(1e-7))


def test_the_dictionary_is_plain_json() -> None:
    p, truth = random_case(3, 30, 4)
    values = json.loads(json.dumps(evaluate(p, truth, ["a", "b", "ü"]).to_dict()))
    assert values["classes"] == ["a", "b", "ü"]
    for name in ("precision", "recall", "f1", "support"):
        assert len(values[name]) == 3
    assert np.array(values["confusion_matrix"]).sum() == 30
    assert 0 <= values["accuracy"] <= 1


@pytest.mark.parametrize(
    ("p", "truth"),
    [
        (np.zeros((0, 2)), []),
        (np.zeros((3, 2)), [0, 1]),
        (np.ones((2, 2)), [0, 2]),
        (np.full((1, 2), np.nan), [0]),
    ],
)
def test_what_cannot_be_judged(p: np.ndarray, truth: list[int]) -> None:
    with pytest.raises(BadInput):
        evaluate(p, truth, ["a", "b"])
