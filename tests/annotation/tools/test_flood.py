"""Floods against scikit-image's, of every kind of number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.segmentation import flood as skimage_flood

from piximi_core.annotation.regions import filled_box
from piximi_core.annotation.tools.flood import flood
from piximi_core.errors import BadInput
from tests.annotation.tools.pictures import HEIGHT, WIDTH, full, is_tidy

columns, rows = st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)


@settings(max_examples=150, deadline=None)
@given(
    arrays.arrays(np.uint8, (HEIGHT, WIDTH, 3), elements=st.integers(0, 20)),
    columns,
    rows,
    st.integers(0, 12),
    st.sampled_from([1, 2]),
)
def test_it_is_the_flood_of_scikit_image(
    pixels: np.ndarray, column: int, row: int, tolerance: int, connectivity: int
) -> None:
    away = np.abs(pixels.astype(int) - pixels[row, column].astype(int)).sum(axis=2)
    expected = skimage_flood(away <= 3 * tolerance, (row, column), connectivity=connectivity)
    seed = (column + 0.99, row + 0.01)
    region = flood(pixels, seed, tolerance, connectivity)
    assert (full(region) == expected).all()
    assert is_tidy(region)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int64, np.float32, bool])
def test_differences_do_not_run_over(kind: type) -> None:
    pixels = np.zeros((4, 6, 2), kind)
    most = True if kind is bool else 1 if kind is np.float32 else np.iinfo(kind).max
    pixels[:, 3:] = most
    assert flood(pixels, (0, 0), 0) == filled_box((0, 0, 3, 4))
    assert flood(pixels, (5, 3), 0) == filled_box((3, 0, 6, 4))
    assert flood(pixels, (5, 3), float(most)) == filled_box((0, 0, 6, 4))


def test_it_reaches_the_last_row_and_column() -> None:
    pixels = np.full((5, 7, 1), 9, np.uint16)
    assert flood(pixels, (6.9, 4.9), 0) == filled_box((0, 0, 7, 5))
    assert flood(pixels, (0, 0), -3) == filled_box((0, 0, 7, 5))
    assert flood(np.zeros((1, 1, 1)), (0.5, 0.5), 1) == filled_box((0, 0, 1, 1))


def test_corners_join_only_where_they_are_to() -> None:
    pixels = np.eye(4)[..., None]
    assert flood(pixels, (1, 1), 0.5) == filled_box((1, 1, 2, 2))
    assert flood(pixels, (1, 1), 0.5, connectivity=2).area == 4


@pytest.mark.filterwarnings("error")
def test_what_is_no_number_belongs_to_nothing() -> None:
    pixels = np.zeros((3, 6, 1))
    pixels[:, 2], pixels[:, 4] = np.nan, np.inf
    assert flood(pixels, (0, 0), 5) == filled_box((0, 0, 2, 3))
    assert flood(pixels, (2, 0), 5) is None
    assert flood(pixels, (4, 0), 5) is None


def test_seeds_outside_give_nothing() -> None:
    pixels = np.zeros((3, 6, 1))
    for seed in ((6, 0), (0, 3), (-0.1, 0)):
        assert flood(pixels, seed, 5) is None
    with pytest.raises(BadInput, match="too long"):
        flood(pixels, (float("nan"), 0), 5)
