"""Histograms against scikit-image and counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.exposure import histogram

from piximi_core.images import Picture, measure_levels
from piximi_core.images.levels import COUNTED


def test_eight_bit_values_are_counted_one_by_one_as_scikit_image_does() -> None:
    pixels = np.random.default_rng(0).integers(0, 200, (2, 30, 40, 2), dtype=np.uint8)
    levels = measure_levels(Picture(pixels, 8))
    assert levels.every == 1
    assert levels.whole
    for channel, found in enumerate(levels.channels):
        counts, centers = histogram(pixels[..., channel], source_range="image")
        assert (found.first, found.last) == (centers[0], centers[-1])
        np.testing.assert_array_equal(found.counts, counts)
        assert (found.low, found.high) == (
            pixels[..., channel].min(),
            pixels[..., channel].max(),
        )


def test_deep_values_stretch_over_their_own_range() -> None:
    pixels = np.random.default_rng(1).integers(100, 4000, (1, 50, 60, 1), dtype=np.uint16)
    [found] = measure_levels(Picture(pixels, 16)).channels
    counts, _centers = histogram(pixels[..., 0].astype(float), nbins=256)
    assert (found.first, found.last) == (pixels.min(), pixels.max())
    np.testing.assert_array_equal(found.counts, counts)


def test_few_whole_numbers_get_a_part_each() -> None:
    pixels = np.array([5, 5, 7, 8, 8, 8], np.uint16).reshape(1, 2, 3, 1)
    [found] = measure_levels(Picture(pixels, 16)).channels
    assert found.counts == (2, 0, 1, 3)


def test_floats_that_are_no_numbers_are_left_out() -> None:
    pixels = np.array([np.nan, np.inf, -1.5, 0.5, 0.5, 2.5], np.float32).reshape(1, 2, 3, 1)
    levels = measure_levels(Picture(pixels, 32))
    [found] = levels.channels
    assert not levels.whole
    assert sum(found.counts) == 4
    assert (found.first, found.last, found.counts[128]) == (-1.5, 2.5, 2)
    huge = np.array([-3e38, 3e38], np.float32).reshape(1, 1, 2, 1)
    assert sum(measure_levels(Picture(huge, 32)).channels[0].counts) == 2


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
def test_a_constant_channel_has_a_range_to_draw(kind: str) -> None:
    [found] = measure_levels(Picture(np.full((1, 3, 3, 1), 7, kind), 8)).channels
    assert found.last > found.first
    assert sum(found.counts) == 9


def test_big_pictures_are_sampled_and_say_so_but_their_range_is_exact() -> None:
    pixels = np.full((1, 2000, 2001, 1), 10, np.uint16)
    pixels[0, 1, 1], pixels[0, 3, 3] = 0, 9000
    levels = measure_levels(Picture(pixels, 16))
    assert levels.every == 3
    [found] = levels.channels
    assert (found.low, found.high) == (0, 9000)
    assert sum(found.counts) <= COUNTED


def test_a_fourth_channel_waits_hidden_in_a_colour_of_its_own() -> None:
    levels = measure_levels(Picture(np.zeros((1, 2, 2, 8), np.uint8), 8))
    assert [c.visible for c in levels.channels] == [True] + [False] * 7
    assert levels.channels[3].color == "#ffff00"
    assert levels.channels[7].color == "#ffffff"


def test_a_photograph_is_shown_over_its_whole_depth() -> None:
    pixels = np.full((1, 2, 2, 3), 90, np.uint8)
    [found, *_rest] = measure_levels(Picture(pixels, 8)).channels
    assert (found.low, found.high, found.first, found.last) == (0, 255, 0, 255)
    assert found.counts[90] == 4
