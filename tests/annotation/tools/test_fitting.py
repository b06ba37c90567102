"""A box that is drawn tight says where a blurred outline runs; a loose one says no such thing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from piximi_core.annotation.regions import Box, Region
from piximi_core.annotation.tools.finding.candidates import ranked
from piximi_core.annotation.tools.finding.evidence import from_middle
from piximi_core.annotation.tools.finding.fitting import fitted
from piximi_core.annotation.tools.smart import smart_box
from tests.annotation.tools.pictures import disc, full

SIDE = 72
# The noise of all pictures here.
NOISE = 20


def shown(tone: np.ndarray, seed: int = 3) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, NOISE, tone.shape)
    return np.clip(200 + tone + noise, 0, 65535).astype(np.uint16)[..., None]


def mask_of(region: Region | None) -> np.ndarray:
    return full(region, SIDE, SIDE)


def box_of(mask: np.ndarray) -> Box:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def wider(box: Box, by: int) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def found(pixels: np.ndarray, box: Box) -> np.ndarray:
    candidates = smart_box(pixels, box)
    assert candidates
    return mask_of(candidates[0].region)


def in_common(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def fading(reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a tone that falls from 1 at 9 pixels from the middle to 0 at 16, and a disc in it."""
    down, across = np.indices((SIDE, SIDE)) + 0.5
    away = np.hypot(across - 36, down - 36)
    return np.clip((16 - away) / 7, 0, 1), away <= reach


@pytest.mark.parametrize("bright", [120, 400, 4000])
def test_of_two_hands_each_gets_the_outline_that_its_box_is_around(bright: float) -> None:
    """Where an outline fades over seven pixels one hand draws it here, the other two farther."""
    narrow, broad = 12.1, 13.6
    tone, small = fading(narrow)
    _tone, large = fading(broad)
    pixels = shown(bright * tone)
    inner, outer = found(pixels, box_of(small)), found(pixels, box_of(large))
    assert in_common(inner, small) > 0.9
    assert in_common(outer, large) > 0.9
    assert outer.sum() > 1.1 * inner.sum()
    assert in_common(outer, large) > in_common(outer, small)


def test_an_outline_touches_all_sides_of_a_tight_box() -> None:
    for bright in (120, 400, 4000):
        tone, large = fading(13.6)
        mask = found(shown(bright * tone), box_of(large))
        assert np.abs(np.subtract(box_of(mask), box_of(large))).max() <= 1


@pytest.mark.parametrize("spare", [3, 5, 8])
def test_a_loose_box_is_not_filled(spare: int) -> None:
    truth = mask_of(disc(36, 36, 12.2, SIDE, SIDE))
    pixels = shown(500 * ndimage.gaussian_filter(truth.astype(float), 1.5))
    mask = found(pixels, wider(box_of(truth), spare))
    assert in_common(mask, truth) > 0.92
    assert np.abs(np.subtract(box_of(mask), box_of(truth))).max() <= 1


def test_a_sharp_outline_is_that_of_the_picture_whatever_the_box() -> None:
    truth = mask_of(disc(36, 36, 12.2, SIDE, SIDE))
    pixels = shown(truth * 500.0)
    # Smoothing against noise blurs it by a pixel: half of one is what a box may make of that.
    for spare, least in ((0, 0.96), (1, 0.92), (2, 0.96), (3, 0.96)):
        assert in_common(found(pixels, wider(box_of(truth), spare)), truth) > least


@pytest.mark.parametrize("neighbour", [1.0, 4.0])
@pytest.mark.parametrize("bright", [150, 1500])
def test_a_tight_box_leaves_what_touches_to_itself(neighbour: float, bright: float) -> None:
    """Two discs that meet, the second as bright as the first or four times as bright."""
    own, other = mask_of(disc(26, 36, 11.2, SIDE, SIDE)), mask_of(disc(47, 36, 10, SIDE, SIDE))
    other &= ~own
    tone = bright * (own + neighbour * other)
    pixels = shown(ndimage.gaussian_filter(tone, 1.2))
    mask = found(pixels, box_of(own))
    assert in_common(mask, own) > 0.88
    assert not mask[36, 42:].any()


def test_a_leaning_ellipse_is_no_rectangle() -> None:
    down, across = np.indices((SIDE, SIDE)) - 35.5
    along, beside = (across + down) / np.sqrt(2), (down - across) / np.sqrt(2)
    truth = (along / 17) ** 2 + (beside / 8) ** 2 <= 1
    pixels = shown(200 * ndimage.gaussian_filter(truth.astype(float), 1.5))
    assert in_common(found(pixels, box_of(truth)), truth) > 0.9


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(3, 30), st.integers(3, 30)),
    st.floats(0, 3),
)
def test_what_fits_lies_in_the_box_and_near_its_sides(
    seed: int, place: tuple[int, int, int, int], sigma: float
) -> None:
    generator = np.random.default_rng(seed)
    tone = ndimage.gaussian_filter(generator.normal(0, 1, (40, 44)), sigma)
    x1, y1, across, down = place
    box = (x1, y1, min(x1 + across, 44), min(y1 + down, 40))
    away, inside = from_middle(tone.shape, box)
    tone[away <= 0.9] += 2
    mask = fitted(tone, away <= 0.8, away, inside)
    if mask is not None:
        assert mask.any()
        assert not (mask & ~inside).any()
        gaps = np.abs(np.subtract(box_of(mask), box))
        near = [max(0.75, 0.03 * side) for side in (box[2] - box[0], box[3] - box[1])]
        assert (gaps <= 1.5 * np.array(near * 2)).all()


def test_nothing_fits_where_there_is_no_object_or_no_ground() -> None:
    away, inside = from_middle((20, 20), (4, 4, 16, 16))
    assert fitted(np.ones((20, 20)), away <= 0.8, away, inside) is None
    assert fitted(np.ones((20, 20)), np.ones((20, 20), bool), away, inside) is None


def test_what_comes_first_is_ranked_first_and_told_once() -> None:
    small, large = np.zeros((2, 20, 20), bool)
    small[5:10, 5:10], large[3:15, 3:15] = True, True
    masks = ranked([large, large.copy(), small], small)
    assert [mask.sum() for mask, _score in masks] == [25, 144]
    assert masks[0][1] == masks[1][1] == pytest.approx((1 + 25 / 144) / 2)
