"""Outlines in a small picture, against SciPy's erosion, whatever lies where."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from piximi_core.annotation.overlays import FIRST_COLOR, RIM, Outlined, draw_outlines
from piximi_core.annotation.regions import Region, region_of


def outlined(region: Region, color: int = 0) -> Outlined:
    return Outlined(region.box, " ".join(map(str, region.runs)), color)


def cross(arm: int) -> np.ndarray:
    """Return a plus sign with arms of this length."""
    shape = np.zeros((2 * arm + 1, 2 * arm + 1), bool)
    shape[arm], shape[:, arm] = True, True
    return shape


@given(arrays.arrays(np.bool_, (24, 31)), st.integers(1, 2))
def test_at_full_size_it_is_what_erosion_takes_away(mask: np.ndarray, thick: int) -> None:
    region = region_of(mask)
    if region is None or max(region.width, region.height) <= 5:
        return
    drawn = draw_outlines([outlined(region, 5)], 24, 31, 31, thick)
    expected = mask & ~ndimage.binary_erosion(mask, cross(thick))
    np.testing.assert_array_equal(drawn == FIRST_COLOR + 5, expected)
    rim = ndimage.binary_dilation(expected) & ~expected
    np.testing.assert_array_equal(drawn == RIM, rim)


@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.lists(st.tuples(*[st.integers(0, 399)] * 4), max_size=8),
    st.integers(1, 96),
)
def test_each_object_is_seen_inside_the_picture(
    height: int, width: int, corners: list[tuple[int, int, int, int]], longest: int
) -> None:
    for x1, y1, wide, high in corners:
        x1, y1 = min(x1, width - 1), min(y1, height - 1)
        box = (x1, y1, min(width, x1 + 1 + wide), min(height, y1 + 1 + high))
        area = (box[2] - box[0]) * (box[3] - box[1])
        drawn = draw_outlines([Outlined(box, f"0 {area}", 0)], height, width, longest)
        assert max(drawn.shape) == longest
        assert min(drawn.shape) >= 1
        ys, xs = np.nonzero(drawn == FIRST_COLOR)
        assert len(ys) >= 1
        scale = longest / max(height, width)
        assert xs.min() >= np.floor(box[0] * scale) - 1
        assert ys.max() <= np.ceil(box[3] * scale)


def test_a_thin_line_between_the_sampled_pixels_is_a_dot() -> None:
    region = Region((0, 0, 2_000, 2_000), (2_000 * 1_001, 2_000, 2_000 * 998))
    drawn = draw_outlines([outlined(region)], 2_000, 2_000, 100)
    assert (drawn == FIRST_COLOR).sum() == 1


def test_the_later_one_lies_above_and_holes_are_outlined() -> None:
    ring = np.ones((40, 40), bool)
    ring[15:25, 15:25] = False
    first = region_of(ring, 5, 5)
    assert first is not None
    drawn = draw_outlines([outlined(first, 0), outlined(first, 1)], 50, 50, 50)
    assert (drawn == FIRST_COLOR).sum() == 0
    assert drawn[25, 18] == FIRST_COLOR + 1, "beside the hole"
    assert drawn[25, 25] == 0, "within it"


def test_nothing_is_nothing() -> None:
    assert not draw_outlines([], 300, 200, 64).any()


def test_many_large_masks_are_not_unpacked() -> None:
    count = 200
    rows = " ".join(["500 3000"] * 4_000)
    found = [Outlined((0, 0, 3_500, 4_000), f"{rows}", n) for n in range(count // 20)]
    small = [
        Outlined((x, y, x + 30, y + 30), "0 900", 3)
        for n in range(count)
        for x, y in [(40 * (n % 80), 40 * (n // 80))]
    ]
    began = time.perf_counter()
    draw_outlines([*found, *small], 4_000, 3_500, 512)
    assert time.perf_counter() - began < 2
