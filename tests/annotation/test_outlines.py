"""Masks to outlines and back, against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from piximi_core.annotation.columns import columns_of_region, region_of_columns
from piximi_core.annotation.outlines import as_one_ring, trace_mask
from piximi_core.annotation.polygons import fill_rings, fill_trace
from piximi_core.annotation.regions import (
    Region,
    clip_region,
    filled_box,
    join_regions,
    region_of,
    tightened,
)
from piximi_core.annotation.run_lengths import encode_mask
from piximi_core.errors import BadInput

masks = arrays.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 11)))
corners = st.tuples(st.floats(-4, 14), st.floats(-4, 14))


def inside(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    """Whether a point lies in a polygon, by counting what a ray to the right crosses."""
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 <= y) != (y2 <= y):
            (x1, y1), (x2, y2) = sorted([(x1, y1), (x2, y2)], key=lambda corner: corner[1])
            odd ^= x1 + (y - y1) * (x2 - x1) / (y2 - y1) <= x
    return odd


@settings(max_examples=150, deadline=None)
@given(masks)
def test_outlines_give_back_every_mask(mask: np.ndarray) -> None:
    outlines = trace_mask(mask)
    expected = region_of(mask)
    if expected is None:
        assert outlines == []
        return
    rings = [ring for outline in outlines for ring in (outline.outer, *outline.holes)]
    assert fill_rings([ring.astype(float) for ring in rings], *mask.shape) == expected
    assert fill_rings([as_one_ring(outlines).astype(float)], *mask.shape) == expected
    # Each part for itself: its holes are its own.
    alone = np.zeros(mask.shape, int)
    for outline in outlines:
        part = fill_rings([r.astype(float) for r in (outline.outer, *outline.holes)], *mask.shape)
        assert part is not None
        x1, y1, x2, y2 = part.box
        alone[y1:y2, x1:x2] += part.mask()
    assert (alone == mask).all()


@settings(max_examples=150, deadline=None)
@given(st.lists(corners, min_size=3, max_size=7))
def test_a_pixel_belongs_to_the_polygon_that_holds_its_centre(
    ring: list[tuple[float, float]],
) -> None:
    expected = np.array([[inside(ring, x + 0.5, y + 0.5) for x in range(10)] for y in range(8)])
    assert fill_rings([np.array(ring, float)], 8, 10) == region_of(expected)


@settings(max_examples=100, deadline=None)
@given(masks, st.integers(-12, 12), st.integers(-12, 12))
def test_what_reaches_over_the_border_is_cut_there(mask: np.ndarray, x: int, y: int) -> None:
    height, width = 6, 7
    region = region_of(mask, x, y)
    if region is None:
        return
    canvas = np.zeros((60, 60), bool)
    canvas[y + 20 : y + 20 + mask.shape[0], x + 20 : x + 20 + mask.shape[1]] = mask
    clipped = clip_region(region, height, width)
    assert clipped == region_of(canvas[20 : 20 + height, 20 : 20 + width])


def test_a_hole_turns_against_its_outline() -> None:
    mask = np.ones((3, 3), bool)
    mask[1, 1] = False
    (outline,) = trace_mask(mask)
    assert outline.outer.tolist() == [[0, 0], [3, 0], [3, 3], [0, 3]]
    (hole,) = outline.holes
    assert sorted(map(tuple, hole.tolist())) == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_large_numbers_take_no_memory() -> None:
    corners = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    assert fill_rings([9e7 * corners], 20, 30) == filled_box((0, 0, 30, 20))
    zigzag = np.array([(x, 1e6 * (x % 2)) for x in range(5000)], float)
    with pytest.raises(BadInput, match="to and fro"):
        fill_rings([zigzag], 100_000, 5000)


@pytest.mark.parametrize("number", [2e8, 1e200, 1e308, np.inf, np.nan])
@pytest.mark.filterwarnings("error")
def test_corners_beyond_any_image_are_refused(number: float) -> None:
    corners = np.array([(-number, -number), (number, number), (5, 25), (3, 2)])
    with pytest.raises(BadInput, match="too long"):
        fill_rings([corners], 20, 30)


@given(st.lists(st.tuples(masks, st.integers(0, 9), st.integers(0, 9)), max_size=5))
def test_joined_regions_are_the_pixels_of_any(parts: list[tuple[np.ndarray, int, int]]) -> None:
    canvas = np.zeros((30, 30), bool)
    for mask, x, y in parts:
        canvas[y : y + mask.shape[0], x : x + mask.shape[1]] |= mask
    regions = [region_of(mask, x, y) for mask, x, y in parts]
    assert join_regions([one for one in regions if one]) == region_of(canvas)


def test_a_region_knows_its_area() -> None:
    region = Region((2, 3, 5, 5), (1, 3, 2))
    assert (region.width, region.height, region.area) == (3, 2, 3)
    assert region.mask().tolist() == [[False, True, True], [True, False, False]]


@settings(max_examples=150, deadline=None)
@given(masks, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2))
def test_columns_of_the_whole_image_give_back_every_mask(
    mask: np.ndarray, left: int, top: int, right: int, bottom: int
) -> None:
    region = region_of(mask, left, top)
    whole = np.pad(mask, ((top, bottom), (left, right)))
    if region is None:
        assert region_of_columns([whole.size], *whole.shape) is None
        return
    counts = columns_of_region(region, *whole.shape)
    # COCO's own picture of it: column after column.
    assert np.repeat(np.arange(len(counts)) % 2, counts).tolist() == whole.T.ravel().tolist()
    assert region_of_columns(counts, *whole.shape) == region
    assert region_of_columns([0, 0, *counts, 0, 0], *whole.shape) == region


@given(masks, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_tightened_region_has_the_same_pixels(
    mask: np.ndarray, left: int, right: int, top: int, bottom: int
) -> None:
    wide = np.pad(mask, ((top, bottom), (left, right)))
    runs = tuple(encode_mask(wide))
    region = Region((7, 5, 7 + wide.shape[1], 5 + wide.shape[0]), runs)
    assert tightened(region) == (region_of(wide, 7, 5) or region)


def test_a_trace_from_pixel_to_pixel_belongs_to_its_object() -> None:
    square = np.array([(3, 2), (4, 2), (5, 2), (5, 3), (5, 4), (4, 4), (3, 4), (3, 3)], float)
    assert fill_trace(square, 10, 10) == filled_box((3, 2, 6, 5))
    assert fill_trace(square, 10, 4) == filled_box((3, 2, 4, 5))  # cut at the border
    assert fill_trace(square[:1], 10, 10) == filled_box((3, 2, 4, 3))
    assert fill_trace(square + 20, 10, 10) is None  # type: ignore[arg-type]
