"""Resizing against SciPy's interpolation and hand computation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from piximi_core.classification.preprocess import resize
from piximi_core.errors import BadInput


def aligned_corners(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """The same by SciPy: sample i of n lies at i * (S - 1) / (n - 1)."""
    rows = np.linspace(0, image.shape[0] - 1, height)
    columns = np.linspace(0, image.shape[1] - 1, width)
    grid = np.meshgrid(rows, columns, indexing="ij")
    channels = [
        map_coordinates(image[..., c].astype(np.float64), grid, order=1)
        for c in range(image.shape[-1])
    ]
    return np.stack(channels, axis=-1)


@pytest.mark.parametrize("size", [(16, 16), (20, 31), (48, 48), (64, 17), (97, 128)])
@pytest.mark.parametrize("shape", [(37, 53, 1), (20, 20, 3), (300, 41, 5), (2, 2, 2)])
def test_against_scipy(size: tuple[int, int], shape: tuple[int, int, int]) -> None:
    image = np.random.default_rng(1).random(shape, np.float32)
    found = resize(image, *size)
    assert found.dtype == np.float32
    assert found.shape == (*size, shape[-1])
    assert np.abs(found - aligned_corners(image, *size)).max() < 2e-5


def test_by_hand() -> None:
    ramp = np.arange(4, dtype=np.float32)
    image = np.tile(ramp, (4, 1))[..., np.newaxis]
    assert np.array_equal(resize(image, 4, 2)[0, :, 0], [0, 3])
    assert np.allclose(resize(image, 4, 7)[0, :, 0], [0, 0.5, 1, 1.5, 2, 2.5, 3])


def test_one_and_many_are_the_same() -> None:
    images = np.random.default_rng(2).random((7, 30, 40, 3), np.float32)
    together = resize(images, 20, 24)
    assert np.array_equal(together, np.stack([resize(image, 20, 24) for image in images]))


def test_the_right_size_is_left_alone() -> None:
    image = np.random.default_rng(3).random((20, 24, 2), np.float32)
    assert np.array_equal(resize(image, 20, 24), image)


def test_a_single_pixel_is_spread() -> None:
    assert np.array_equal(
        resize(np.full((1, 1, 1), 0.25, np.float32), 16, 16), np.full((16, 16, 1), 0.25)
    )


@pytest.mark.parametrize("shape", [(5, 5), (0, 5, 1), (1, 2, 3, 4, 5)])
def test_what_is_no_image(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput):
        resize(np.zeros(shape, np.float32), 16, 16)
