"""Edits against scipy's morphology, and what they promise of every region."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from piximi_core.annotation.regions import Region, clip_region, filled_box, region_of
from piximi_core.annotation.tools.edits import (
    fill_holes,
    grow,
    keep_largest,
    merge,
    move,
    shrink,
    smooth,
)
from piximi_core.errors import BadInput
from tests.annotation.tools.pictures import (
    HEIGHT,
    WIDTH,
    disc,
    drawn_regions,
    full,
    is_tidy,
    some,
)

radii = st.sampled_from([0.5, 1, 1.5, 2, 3, 5]) | st.floats(0, 20)


def disc_element(radius: float) -> np.ndarray:
    reach = np.arange(-int(radius), int(radius) + 1)
    return reach[:, None] ** 2 + reach[None, :] ** 2 <= radius**2 + 1e-9


@settings(max_examples=150, deadline=None)
@given(drawn_regions)
def test_holes_are_those_of_scipy(region: Region) -> None:
    filled = fill_holes(region)
    assert (full(filled) == ndimage.binary_fill_holes(full(region))).all()
    assert is_tidy(filled)
    assert fill_holes(filled) == filled


@settings(max_examples=150, deadline=None)
@given(drawn_regions)
def test_the_largest_part_is_that_of_scipy(region: Region) -> None:
    parts, count = ndimage.label(full(region))
    sizes = [(parts == number).sum() for number in range(1, count + 1)]
    kept = keep_largest(region)
    assert (full(kept) == (parts == 1 + int(np.argmax(sizes)))).all()
    assert is_tidy(kept)


@settings(max_examples=100, deadline=None)
@given(drawn_regions, radii)
def test_growing_and_shrinking_are_those_of_a_disc(region: Region, radius: float) -> None:
    mask, element = full(region), disc_element(radius)
    grown, shrunk = grow(region, radius, HEIGHT, WIDTH), shrink(region, radius)
    assert (full(grown) == ndimage.binary_dilation(mask, element)).all()
    assert (full(shrunk) == ndimage.binary_erosion(mask, element)).all()
    assert is_tidy(grown)
    assert is_tidy(shrunk)


@settings(max_examples=100, deadline=None)
@given(drawn_regions, radii)
def test_smoothing_is_opening_and_closing_and_leaves_something(
    region: Region, radius: float
) -> None:
    smoothed = smooth(region, radius, HEIGHT, WIDTH)
    assert is_tidy(smoothed)
    assert smoothed.area > 0
    radius = min(radius, max(region.width, region.height))
    far, element = 30, disc_element(radius)
    opened = ndimage.binary_opening(np.pad(full(region), far, mode="edge"), element)
    closed = ndimage.binary_closing(opened, element)[far:-far, far:-far]
    assert (full(smoothed) == (closed if closed.any() else full(region))).all()


def test_smoothing_takes_off_what_sticks_out() -> None:
    mask = full(disc(30, 30, 12), 64, 64)
    plain = region_of(mask)
    mask[30, 5:55] = True
    mask[25, 30] = False
    smoothed = smooth(some(region_of(mask)), 3, 64, 64)
    union, both = full(plain, 64, 64) | full(smoothed, 64, 64), full(plain, 64, 64)
    assert (both & full(smoothed, 64, 64)).sum() / union.sum() > 0.97
    thin = filled_box((3, 3, 40, 4))
    assert smooth(thin, 2, 64, 64) == thin


def test_smoothing_keeps_the_corners_of_the_image() -> None:
    corner = filled_box((40, 50, 64, 64))
    mask = full(smooth(corner, 5, 64, 64), 64, 64)
    assert mask[63, 63]
    assert mask[63, 40]
    assert not mask[50, 40]
    whole = filled_box((0, 0, 64, 64))
    assert smooth(whole, 9, 64, 64) == whole


def test_a_region_grows_and_shrinks_to_the_borders() -> None:
    region = filled_box((1, 2, WIDTH - 1, HEIGHT - 1))
    assert grow(region, 50, HEIGHT, WIDTH) == filled_box((0, 0, WIDTH, HEIGHT))
    assert shrink(region, 50) is None
    assert shrink(filled_box((0, 0, 5, 5)), 2) == filled_box((2, 2, 3, 3))
    assert grow(region, -3, HEIGHT, WIDTH) == region
    assert shrink(region, -3) == region


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_lengths_that_are_no_numbers_are_refused(number: float) -> None:
    region = disc(20, 20, 5)
    for edit in (
        lambda: grow(region, number, 64, 64),
        lambda: shrink(region, number),
        lambda: smooth(region, number, 64, 64),
    ):
        with pytest.raises(BadInput, match="too long"):
            edit()


@settings(max_examples=100, deadline=None)
@given(drawn_regions, st.integers(-20, 20), st.integers(-20, 20))
def test_moving_keeps_the_shape_and_cuts_at_the_image(region: Region, dx: int, dy: int) -> None:
    moved = move(region, dx, dy, HEIGHT, WIDTH)
    source = np.pad(full(region), 25)
    expected = source[25 - dy : 25 - dy + HEIGHT, 25 - dx : 25 - dx + WIDTH]
    assert (full(moved) == expected).all()
    assert is_tidy(moved)
    if moved is not None and moved.area == region.area:
        assert move(moved, -dx, -dy, HEIGHT, WIDTH) == region


@settings(max_examples=50, deadline=None)
@given(st.lists(drawn_regions, max_size=4))
def test_merged_regions_are_all_their_pixels(regions: list[Region]) -> None:
    merged = merge(regions)
    expected = np.any([full(region) for region in regions], axis=0) if regions else False
    assert (full(merged) == expected).all()
    assert merged is None or clip_region(merged, HEIGHT, WIDTH) == merged
    assert merge([Region((0, 0, 2, 2), (4,))]) is None
