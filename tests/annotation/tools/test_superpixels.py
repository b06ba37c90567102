"""Superpixels cover the image without gaps, and every one can be picked, the first too."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from skimage import data

from piximi_core.annotation.regions import filled_box, region_of
from piximi_core.annotation.tools.superpixels import pick, superpixels
from piximi_core.errors import BadInput
from tests.annotation.tools.pictures import full, is_tidy


def test_superpixels_are_connected_and_of_about_the_size() -> None:
    pixels = data.coffee()[100:300, 100:260]
    labels = superpixels(pixels, 16)
    assert labels.dtype == np.int32
    assert labels.shape == pixels.shape[:2]
    count = labels.max() + 1
    assert count == pytest.approx(200 * 160 / 16**2, rel=0.5)
    assert np.unique(labels).tolist() == list(range(count))
    assert all(ndimage.label(labels == number)[1] == 1 for number in range(count))
    assert superpixels(pixels, 40).max() < labels.max()


@pytest.mark.parametrize("scale", [1, 200, 1e-6])
def test_they_keep_to_the_edges_whatever_the_units(scale: float) -> None:
    generator = np.random.default_rng(4)
    row, column = np.indices((90, 90))
    inside = (row - 40) ** 2 + (column - 50) ** 2 < 20**2
    pixels = (inside * 100.0 + generator.normal(0, 3, (90, 90)))[..., None] * scale
    labels = superpixels(pixels, 10)
    share = ndimage.mean(inside, labels, np.arange(labels.max() + 1))
    nearest = np.minimum(share, 1 - share)
    assert nearest.mean() < 0.03
    picked = pick(labels, np.argwhere(inside)[::7, ::-1])
    assert picked.area == pytest.approx(inside.sum(), rel=0.1)


def test_every_superpixel_can_be_picked() -> None:
    labels = superpixels(data.camera()[:64, :80, None], 12)
    for number in (0, int(labels.max())):
        (row, column), *_rest = np.argwhere(labels == number)
        region = pick(labels, [(column + 0.5, row + 0.5)])
        assert region == region_of(labels == number)
    corners = [(0, 0), (79.9, 63.9), (-3, 5), (80, 5)]
    both = pick(labels, corners)
    assert (full(both, 64, 80) == np.isin(labels, [labels[0, 0], labels[63, 79]])).all()
    assert is_tidy(both)
    assert pick(labels, []) is None
    assert pick(labels, [(80, 5), (3, -1)]) is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1, 3, 500])
def test_strange_pictures_have_superpixels_too(size: float) -> None:
    generator = np.random.default_rng(4)
    holes = generator.normal(0, 1, (20, 30, 2))
    holes[3:9, 4:8] = np.nan
    holes[0, 0] = np.inf
    for pixels in (
        np.zeros((1, 1, 1)),
        np.full((20, 30, 1), 7, np.uint16),
        holes,
        np.full((20, 30, 1), np.nan),
        generator.integers(-9000, 9000, (20, 30, 12), dtype=np.int16),
        np.zeros((4, 5, 0)),
        np.zeros((1, 40, 3), np.uint8),
    ):
        labels = superpixels(pixels, size)
        assert labels.shape == pixels.shape[:2]
        assert np.unique(labels).tolist() == list(range(labels.max() + 1))
    assert pick(superpixels(holes, 500), [(3, 3)]) == filled_box((0, 0, 30, 20))


def test_sizes_and_points_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(BadInput, match="too long"):
        superpixels(np.zeros((9, 9, 1)), float("nan"))
    with pytest.raises(BadInput, match="too long"):
        pick(np.zeros((9, 9), np.int32), [(0, float("nan"))])


def test_noise_in_another_channel_does_not_make_few_patches_of_many() -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:128, :128]
    disc = np.hypot(rows - 60, columns - 70) < 24
    noise = rng.normal(1_000, 150, (128, 128))
    pixels = np.stack([noise, rng.normal(1_000, 150, (128, 128)) + 20_000 * disc], axis=-1)
    labels = superpixels(pixels, 16)
    sizes = np.bincount(labels.ravel())
    assert 40 <= len(sizes) <= 90
    assert sizes.max() < 4 * 16**2
    # Those that lie mostly in the disc make it up.
    inside = np.bincount(labels.ravel(), weights=disc.ravel()) > sizes / 2
    picked = inside[labels]
    assert (picked & disc).sum() / (picked | disc).sum() > 0.9
