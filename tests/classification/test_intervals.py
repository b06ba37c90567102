"""Intervals of proportions: against SciPy, by hand, and by how often they hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, t

from piximi_core.classification.evaluation.intervals import clustered_interval, wilson_interval


@pytest.mark.parametrize(("right", "of"), [(47, 50), (0, 7), (7, 7), (1, 1), (500, 1000)])
def test_wilson_against_scipy(right: int, of: int) -> None:
    expected = binomtest(right, of).proportion_ci(0.95, method="wilson")
    assert wilson_interval(right, of) == pytest.approx((expected.low, expected.high), abs=1e-12)
    answers = [True] * right + [False] * (of - right)
    alone = clustered_interval(answers, range(of))
    assert alone == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_groups_against_a_computation_by_hand() -> None:
    """Four photographs of 4, 4, 4 and 8 crops with 4, 1, 3 and 4 right."""
    hits, sizes = (4, 1, 3, 4), (4, 4, 4, 8)
    right = [i < h for h, n in zip(hits, sizes, strict=True) for i in range(n)]
    groups = [g for g, n in enumerate(sizes) for _ in range(n)]
    # p = 12 / 20; residuals 1.6, -1.4, 0.6 and -0.8, squares 2.56 + 1.96 + 0.36 + 0.64
    variance = 4 / 3 * 5.52 / 20**2
    effect = variance / (0.6 * 0.4 / 20)
    assert effect == pytest.approx(1.53333, abs=1e-5)
    effective = 20 / effect * (t.ppf(0.975, 19) / t.ppf(0.975, 3)) ** 2
    z = 1.959963984540054
    centre = (0.6 + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = z / (1 + z**2 / effective) * np.sqrt(0.24 / effective + z**2 / (4 * effective**2))
    assert clustered_interval(right, groups) == pytest.approx((centre - half, centre + half))


def test_groups_that_agree_widen_and_one_group_says_little() -> None:
    right = [True] * 40 + [False] * 10
    plain = wilson_interval(40, 50)
    alike = clustered_interval(right, [i // 5 for i in range(50)])
    assert alike[0] < plain[0]
    assert alike[1] > plain[1]
    # Each group as mixed as the whole: never narrower than of single things.
    mixed = clustered_interval(right, [i % 10 for i in range(50)])
    assert mixed[0] < plain[0]
    low, high = clustered_interval(right, ["one"] * 50)
    assert high - low > 0.8


def test_all_right_is_less_sure_by_groups() -> None:
    low, high = clustered_interval([True] * 45, [i // 9 for i in range(45)])
    assert low < wilson_interval(45, 45)[0]
    assert high == pytest.approx(1.0)


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_it_holds_as_often_as_it_says(share: float) -> None:
    """Of 600 sets of 15 photographs with 6 crops each, that are right or wrong mostly together."""
    random = np.random.default_rng(3)
    groups = [i // 6 for i in range(90)]
    held = np.zeros(2)
    for _ in range(600):
        of_photograph = random.beta(share * 1.5, (1 - share) * 1.5, 15)
        right = random.random(90) < np.repeat(of_photograph, 6)
        for n, (low, high) in enumerate(
            (clustered_interval(right, groups), wilson_interval(int(right.sum()), 90))
        ):
            held[n] += low <= share <= high
    by_groups, by_things = held / 600
    assert by_groups > 0.92
    assert by_things < 0.85
