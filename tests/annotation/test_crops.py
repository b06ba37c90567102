"""Cutting objects out: the box, Piximi's own way by its published example, and the blanking."""

from __future__ import annotations

import numpy as np
import pytest

from piximi_core.annotation import blank_background, cut_as_piximi, cut_box

RAMP = np.arange(16, dtype=np.float32).reshape(4, 4, 1)


def test_the_box_ends_before_its_last_corner() -> None:
    assert cut_box(RAMP, (1, 2, 4, 3))[..., 0].tolist() == [[9, 10, 11]]


def test_piximis_example() -> None:
    assert cut_as_piximi(RAMP, (1, 1, 3, 3)).ravel().tolist() == [5, 7, 13, 15]


@pytest.mark.parametrize(
    ("box", "seen"),
    [
        ((2, 0, 4, 1), [4, 0]),  # a single row lies half a pixel below; then beyond the edge
        ((0, 0, 3, 2), [0, 1.5, 3, 8, 9.5, 11]),
        ((1, 3, 2, 4), [0]),
    ],
)
def test_samples_are_spread_over_one_pixel_more(
    box: tuple[int, int, int, int], seen: list[float]
) -> None:
    assert cut_as_piximi(RAMP, box).ravel().tolist() == seen


def test_only_the_object_is_left() -> None:
    crop = np.full((2, 2, 3), 7, dtype=np.uint16)
    left = blank_background(crop, np.array([[True, False], [False, True]]))
    assert left.dtype == np.uint16
    assert left.sum(axis=-1).tolist() == [[21, 0], [0, 21]]
