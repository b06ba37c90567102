"""Files to add and to predict: pictures like those of a microscope, which compress as such do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["write_labelled_pictures", "write_pictures"]

_CANVAS = 1024


def write_pictures(
    folder: Path, count: int, side: int, channels: int, seed: int = 11
) -> list[Path]:
    """Write 8-bit PNGs of blurred spots on an uneven ground with a camera's noise.

    Parameters
    ----------
    folder
        Where they go; made if missing.
    count
        How many.
    side
        Height and width in pixels, at most 1024.
    channels
        1 or 3.
    seed
        Another one, other pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    scene, grain = _scene(random, channels), _grain(random, channels)
    paths = []
    for number in range(count):
        # Another view of one large scene under other noise: no two files are alike.
        y, x, v, u = random.integers(0, _CANVAS - side + 1, 4)
        view = scene[y : y + side, x : x + side] + grain[v : v + side, u : u + side]
        pixels = np.clip(view, 0, 255).astype(np.uint8)
        pixels[0, :4, 0] = np.frombuffer(np.uint32(number).tobytes(), np.uint8)
        path = folder / f"cell_{number:05d}.png"
        Image.fromarray(pixels[..., 0] if channels == 1 else pixels).save(path, compress_level=3)
        paths.append(path)
    return paths


def write_labelled_pictures(
    folder: Path, count: int, categories: tuple[str, ...], side: int, channels: int
) -> None:
    """Write pictures other than those of `write_pictures`, in one folder for each category."""
    paths = write_pictures(folder, count, side, channels, seed=12)
    for category in categories:
        (folder / category).mkdir()
    for number, path in enumerate(paths):
        path.rename(folder / categories[number % len(categories)] / path.name)


def _scene(random: np.random.Generator, channels: int) -> NDArray[np.float32]:
    """Draw 1500 soft spots on a slope, ``[1024, 1024, channels]``."""
    axis = np.arange(_CANVAS, dtype=np.float32)
    scene = np.empty((_CANVAS, _CANVAS, channels), np.float32)
    scene[...] = (20 + 20 * axis[:, np.newaxis, np.newaxis] / _CANVAS) + 10 * random.random(
        channels, dtype=np.float32
    )
    for _ in range(1500):
        y, x = random.integers(0, _CANVAS, 2)
        radius = int(random.integers(4, 16))
        top, left = max(0, y - 3 * radius), max(0, x - 3 * radius)
        bottom, right = y + 3 * radius, x + 3 * radius
        rows = np.exp(-(((axis[top:bottom] - y) / radius) ** 2))
        columns = np.exp(-(((axis[left:right] - x) / radius) ** 2))
        spot = rows[:, np.newaxis] * columns
        color = random.integers(40, 160, channels).astype(np.float32)
        scene[top:bottom, left:right] += spot[..., np.newaxis] * color
    return scene


def _grain(random: np.random.Generator, channels: int) -> NDArray[np.float32]:
    noise = random.normal(0, 2, (_CANVAS, _CANVAS, channels))
    return np.asarray(np.rint(noise), np.float32)
