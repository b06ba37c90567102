"""Objects found by a diameter, against made-up nuclei, discs and scikit-image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage
from skimage.feature import blob_log

from piximi_core.annotation.regions import Region, filled_box
from piximi_core.annotation.tools.proposing import (
    Places,
    Wanted,
    beside,
    diameter_of,
    find,
    propose,
    propose_diameter,
)
from piximi_core.errors import BadInput
from piximi_core.images import read_picture
from tests.annotation.tools.nuclei import nuclei
from tests.annotation.tools.pictures import disc, full, is_tidy

METHODS = ("outlines", "spots")


def discs(
    centres: Sequence[tuple[float, float]], radius: float, side: int = 128, noise: float = 0.02
) -> np.ndarray:
    """Return a picture ``[H, W, 1]`` of bright discs."""
    ys, xs = np.mgrid[:side, :side] + 0.5
    picture = np.random.default_rng(0).normal(0, noise, (side, side))
    for x, y in centres:
        picture += np.hypot(xs - x, ys - y) <= radius
    return picture[..., np.newaxis]


def painted(regions: Sequence[Region], height: int, width: int) -> np.ndarray:
    """Return how many regions each pixel lies in; each is tidy and in the image."""
    counts = np.zeros((height, width), int)
    for region in regions:
        assert is_tidy(region)
        counts += full(region, height, width)
    return counts


def best_overlaps(labels: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
    """Return for each object the intersection over union of the region that fits it best."""
    masks = [full(region, *labels.shape) for region in regions]
    return np.array(
        [
            max(((own & mask).sum() / (own | mask).sum() for mask in masks), default=0.0)
            for own in (labels == number for number in range(1, labels.max() + 1))
        ]
    )


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("seed", range(3))
def test_touching_nuclei_are_found_apart(sign: int, seed: int) -> None:
    picture, labels = nuclei(seed, sign)
    diameter = diameter_of(np.bincount(labels.ravel())[1:].tolist())
    assert diameter is not None
    found = propose(picture[..., np.newaxis], Wanted(diameter))
    overlaps = best_overlaps(labels, found)
    assert len(found) == labels.max()
    assert np.median(overlaps) > 0.88
    assert overlaps.min() > 0.7


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.float32])
@pytest.mark.parametrize("tone", ["auto", "bright"])
def test_discs_that_lie_apart_are_outlined_whatever_the_numbers(kind: type, tone: Any) -> None:
    centres = [(20, 20), (60, 24), (100, 30), (30, 70), (70, 80), (110, 118)]
    scaled = 100 * discs(centres, 9) + (20 if np.dtype(kind).kind == "u" else -60)
    found = propose(
        scaled.clip(0 if np.dtype(kind).kind == "u" else None).astype(kind), Wanted(18, tone=tone)
    )
    expected = [disc(x, y, 9, 128, 128) for x, y in centres]
    assert len(found) == len(expected)
    for region, wanted in zip(found, expected, strict=True):
        mask, own = full(region, 128, 128), full(wanted, 128, 128)
        assert (mask & own).sum() / (mask | own).sum() > 0.85
    assert propose(scaled, Wanted(18, tone="dark")) != found


def test_large_objects_are_outlined_to_the_pixel_though_found_in_blocks() -> None:
    picture = discs([(80, 70), (170, 180)], 40, side=256)
    found = propose(picture, Wanted(80))
    wanted = [disc(80, 70, 40, 256, 256), disc(170, 180, 40, 256, 256)]
    for region, own in zip(found, wanted, strict=True):
        mask, expected = full(region, 256, 256), full(own, 256, 256)
        assert (mask & expected).sum() / (mask | expected).sum() > 0.95


def test_spots_lie_where_scikit_image_finds_blobs() -> None:
    generator = np.random.default_rng(5)
    picture = np.zeros((120, 120))
    places = [(x, y) for x in range(12, 115, 15) for y in range(12, 115, 15)]
    for x, y in places:
        picture[y, x] = generator.uniform(8, 14)
    picture = ndimage.gaussian_filter(picture, 2) + generator.normal(0, 0.01, picture.shape)
    found = propose(picture[..., np.newaxis], Wanted(2 * 2**0.5 * 2, "spots"))
    blobs = blob_log(picture, min_sigma=2, max_sigma=2, num_sigma=1, threshold=0.05)
    middles = {((x1 + x2) // 2, (y1 + y2) // 2) for x1, y1, x2, y2 in (one.box for one in found)}
    assert len(found) == len(blobs) == len(places)
    assert middles == {(int(x), int(y)) for y, x, _sigma in blobs}
    assert all(2 * (one.area / np.pi) ** 0.5 == pytest.approx(5.7, abs=2) for one in found)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("diameter", [5, 12, 40])
def test_noise_and_even_pictures_hold_next_to_nothing(method: Any, diameter: float) -> None:
    noise = np.random.default_rng(3).normal(1_000, 50, (200, 200, 2))
    assert len(propose(noise, Wanted(diameter, method))) <= 1
    for picture in (
        np.full((50, 60, 3), 7, np.uint8),
        np.full((50, 60, 1), np.nan),
        np.zeros((1, 1, 1)),
        np.zeros((0, 5, 1)),
        np.zeros((5, 5, 0)),
        np.array([[[np.inf], [-np.inf]]]),
    ):
        assert propose(picture, Wanted(diameter, method)) == []
        assert propose_diameter(picture) == 20


@settings(max_examples=80, deadline=None)
@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 3)),
        elements=st.floats(-1e6, 1e6) | st.just(float("nan")),
        fill=st.floats(-5, 5),
    ),
    st.floats(-1, 60),
    st.sampled_from(METHODS),
    st.sampled_from(["auto", "bright", "dark"]),
)
def test_what_is_found_lies_inside_and_apart(
    pixels: np.ndarray, diameter: float, method: Any, tone: Any
) -> None:
    found = propose(pixels, Wanted(diameter, method, tone))
    assert painted(found, *pixels.shape[:2]).max(initial=0) <= 1
    assert propose_diameter(pixels) > 0


@pytest.mark.parametrize("diameter", [float("nan"), float("inf"), 1e300])
def test_a_diameter_that_is_none_is_refused(diameter: float) -> None:
    with pytest.raises(BadInput):
        propose(np.zeros((4, 4, 1)), Wanted(diameter))


@pytest.mark.parametrize("method", METHODS)
def test_a_large_plane_is_looked_at_in_pieces_without_seams(
    method: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    centres = [(x, y) for x in range(16, 300, 29) for y in range(16, 300, 29)]
    picture = discs(centres, 7, side=300)
    whole = propose(picture, Wanted(14, method))
    monkeypatch.setattr(find, "_AT_ONCE", 1)
    monkeypatch.setattr(find, "_PIECE", 90)
    pieces = propose(picture, Wanted(14, method))
    assert len(pieces) == len(whole) == len(centres)
    assert painted(pieces, 300, 300).max() == 1
    assert (painted(pieces, 300, 300) != painted(whole, 300, 300)).mean() < 0.01


def test_the_diameter_is_told_by_objects_or_by_the_picture() -> None:
    assert diameter_of([]) is None
    assert diameter_of([np.pi * 100]) == 20
    picture, labels = nuclei(1)
    true = diameter_of(np.bincount(labels.ravel())[1:].tolist())
    assert propose_diameter(picture[..., np.newaxis]) == pytest.approx(true, rel=0.25)
    small = discs([(x, y) for x in range(12, 120, 16) for y in range(12, 120, 16)], 4)
    assert propose_diameter(small) == pytest.approx(8, abs=2)


def test_a_proposal_keeps_off_what_is_there() -> None:
    there = Places([filled_box((0, 0, 10, 10)), filled_box((300, 0, 310, 10))])
    same = filled_box((1, 1, 11, 11))
    inside = filled_box((2, 2, 5, 5))
    around = filled_box((0, 0, 40, 40))
    at_edge = filled_box((9, 0, 29, 10))
    apart = filled_box((10, 10, 20, 20))
    found = beside([same, inside, around, at_edge, apart], there)
    assert found == [None, None, None, filled_box((10, 0, 29, 10)), apart]
    assert {one.box[0] for one in there.near((250, 0, 600, 600))} == {300}


def test_what_an_object_cuts_through_keeps_its_largest_part() -> None:
    there = Places([filled_box((10, 0, 12, 90))])
    [left] = beside([filled_box((5, 5, 30, 15))], there)
    assert left == filled_box((12, 5, 30, 15))


REAL = Path(__file__).resolve().parents[4] / "shared/data/piximi/images/16b_1c_fluorescence.tif"


@pytest.mark.skipif(not REAL.is_file(), reason="the real images are not here")
def test_real_nuclei_are_found_at_the_diameter_that_is_proposed() -> None:
    pixels = read_picture(REAL, name=REAL.name, channels=None).pixels[0]
    diameter = propose_diameter(pixels)
    assert 18 <= diameter <= 28
    found = propose(pixels, Wanted(diameter))
    assert 45 <= len(found) <= 70
    assert painted(found, *pixels.shape[:2]).max() == 1
