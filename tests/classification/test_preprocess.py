"""Resizing against SciPy's interpolation and hand computation."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import map_coordinates

from piximi_core.classification.preprocess import resize
from piximi_core.classification.resize_edges import (
    AGREEING_SIDES,
    Backend,
    black_lines,
    steps_over_edge,
)
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


@pytest.mark.parametrize("target", [21, 28, 48, 64, 100, 128])
def test_no_line_is_black_whatever_the_size(target: int) -> None:
    for side in range(8, 513):
        column = np.ones((side, 2, 1), np.float32)
        assert (resize(column, target, 3) == 1).all(), side
        assert (resize(column.transpose(1, 0, 2), 3, target) == 1).all(), side


def test_only_the_black_lines_are_mended() -> None:
    """The corner as well; all else is bit for bit what TensorFlow gives."""
    image = np.random.default_rng(4).random((56, 111, 3), np.float32) + 0.5
    with tf.device("/CPU:0"):
        plain = tf.image.crop_and_resize(image[None], [[0.0, 0, 1, 1]], [0], (28, 28)).numpy()[0]
    assert not plain[-1].any()
    assert not plain[:, -1].any()
    found = resize(image, 28, 28)
    assert np.array_equal(found[:-1, :-1], plain[:-1, :-1])
    assert np.allclose(found, aligned_corners(image, 28, 28), atol=2e-5)
    assert np.array_equal(found[-1, -1], image[-1, -1])


@pytest.mark.parametrize("target", [20, 28, 48, 64, 100, 300])
def test_which_sizes_go_black_is_foreseen(target: int) -> None:
    for side in range(8, 513):
        ones = np.ones((1, side, 1, 1), np.float32)
        with tf.device("/CPU:0"):
            seen = tf.image.crop_and_resize(ones, [[0.0, 0, 1, 1]], [0], (target, 1)).numpy()
        assert steps_over_edge(side, target) == (seen[0, -1, 0, 0] == 0), side


def test_how_many_images_get_a_black_line() -> None:
    assert black_lines([(56, 30), (28, 28), (29, 56), (56, 56), (55, 55)], 28, 28) == 3
    assert black_lines([], 28, 28) == 0


@pytest.mark.parametrize("backend", get_args(Backend))
@pytest.mark.parametrize("target", AGREEING_SIDES)
def test_proposed_sides_agree(target: int, backend: Backend) -> None:
    assert not any(steps_over_edge(side, target, backend) for side in range(1, 1017))


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
