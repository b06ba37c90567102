"""Thresholds in a box, and the level that Otsu proposes, against trying all levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.filters import threshold_otsu

from piximi_core.annotation.regions import Box, filled_box
from piximi_core.annotation.tools.threshold import otsu, propose_level, threshold
from tests.annotation.tools.pictures import HEIGHT, WIDTH, full, is_tidy

sides = st.integers(-4, 18)


@settings(max_examples=150, deadline=None)
@given(
    arrays.arrays(np.uint16, (HEIGHT, WIDTH, 2), elements=st.integers(0, 65535)),
    st.tuples(sides, sides, sides, sides),
    st.floats(-10, 70000),
    st.booleans(),
)
def test_it_is_the_comparison_of_the_mean(
    pixels: np.ndarray, box: Box, level: float, above: bool
) -> None:
    mean = pixels.astype(float).sum(axis=2) / 2
    expected = np.zeros((HEIGHT, WIDTH), bool)
    (left, right), (top, bottom) = (
        sorted(np.clip(box[::2], 0, WIDTH)),
        sorted(np.clip(box[1::2], 0, HEIGHT)),
    )
    expected[top:bottom, left:right] = True
    expected &= mean > level if above else mean <= level
    region = threshold(pixels, box, level, above)
    assert (full(region) == expected).all()
    assert is_tidy(region)


def variance_within(values: np.ndarray, level: float) -> float:
    groups = [values[values <= level], values[values > level]]
    return sum(group.var() * len(group) for group in groups if len(group))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(-300, 300), min_size=1, max_size=30))
def test_no_level_separates_better(numbers: list[int]) -> None:
    values = np.array(numbers, float)
    level, separation = otsu(values)
    best = min(variance_within(values, each) for each in values)
    assert variance_within(values, level) == pytest.approx(best, abs=1e-6)
    whole = values.var() * len(values)
    if whole:
        assert separation == pytest.approx(1 - best / whole)
    else:
        assert (level, separation) == (numbers[0], 0)


def test_the_level_divides_as_that_of_scikit_image() -> None:
    generator = np.random.default_rng(1)
    pixels = generator.normal(100, 10, (80, 80, 1))
    pixels[20:50, 20:50] += 90
    level = propose_level(pixels, (0, 0, 80, 80))
    # Where no pixel lies between the groups, any level between them is as good.
    assert ((pixels > level) == (pixels > threshold_otsu(pixels))).mean() > 0.999
    found = threshold(pixels, (0, 0, 80, 80), level)
    assert found.area == pytest.approx(900, abs=10)


def test_the_level_of_a_large_box_is_that_of_all_its_pixels() -> None:
    generator = np.random.default_rng(2)
    pixels = generator.normal(100, 10, (1500, 1500, 1))
    pixels[300:900, 300:1200] += 60
    box = (0, 0, 1500, 1500)
    level, _separation = otsu(pixels.ravel())
    assert propose_level(pixels, box) == pytest.approx(level, abs=2)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.float32, np.float64])
def test_equal_pixels_give_their_own_level(kind: type) -> None:
    pixels = np.full((4, 5, 3), 77, kind)
    assert propose_level(pixels, (0, 0, 5, 4)) == 77
    assert propose_level(pixels, (3, 3, 3, 4)) == 0
    assert propose_level(pixels, (9, 9, 12, 12)) == 0


@pytest.mark.filterwarnings("error")
def test_numbers_that_are_none_and_numbers_at_the_limits() -> None:
    pixels = np.zeros((3, 6, 1))
    pixels[0], pixels[1] = np.nan, 10
    assert propose_level(pixels, (0, 0, 6, 3)) == 5
    assert threshold(pixels, (0, 0, 6, 3), 5) == filled_box((0, 1, 6, 2))
    assert threshold(pixels, (0, 0, 6, 3), 5, above=False) == filled_box((0, 2, 6, 3))
    assert propose_level(np.full((2, 2, 1), np.nan), (0, 0, 2, 2)) == 0
    opposite = np.array([[[np.inf, -np.inf]], [[3, 5]]])
    assert threshold(opposite, (0, 0, 1, 2), 3) == filled_box((0, 1, 1, 2))
    widest = np.array([[[-1.7e308], [1.7e308]]])
    assert threshold(widest, (0, 0, 2, 1), propose_level(widest, (0, 0, 2, 1))).box == (1, 0, 2, 1)
    neighbours = np.array([[[1.0], [np.nextafter(1.0, 2)]]])
    level = propose_level(neighbours, (0, 0, 2, 1))
    assert threshold(neighbours, (0, 0, 2, 1), level).box == (1, 0, 2, 1)
