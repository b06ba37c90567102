"""Nuclei that are made up, some of them touching, with the pixels that are theirs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from piximi_core.annotation.regions import Box

SIDE = 160


def nuclei(seed: int, sign: float = 1, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture ``[H, W]`` and its labels: ellipses in pairs, blurred, uneven and noisy.

    Parameters
    ----------
    sign
        -1 for nuclei that are darker than their surroundings.
    """
    generator = np.random.default_rng(seed)
    row, column = np.indices((SIDE, SIDE)) + 0.5
    labels, bright = np.zeros((SIDE, SIDE), int), np.zeros((SIDE, SIDE))
    texture = ndimage.gaussian_filter(generator.normal(0, 1, (SIDE, SIDE)), 2)
    for pair in range(4):
        x, y = 45 + 70 * (pair % 2), 45 + 70 * (pair // 2)
        angle = generator.uniform(0, 2 * np.pi)
        axes = generator.uniform(8, 15, (2, 2))
        apart = axes.mean() * 0.95 * np.array([np.cos(angle), np.sin(angle)])
        for side, (long, short) in zip((-1, 1), axes, strict=True):
            turn = generator.uniform(0, np.pi)
            across, down = column - x - side * apart[0], row - y - side * apart[1]
            along = (across * np.cos(turn) + down * np.sin(turn)) / long
            beside = (down * np.cos(turn) - across * np.sin(turn)) / short
            own = (along**2 + beside**2 <= 1) & (labels == 0)
            labels[own] = labels.max() + 1
            bright[own] = generator.uniform(0.7, 1.2) * (1 + 0.6 * texture[own])
    uneven = ndimage.gaussian_filter(generator.normal(0, 1, (SIDE, SIDE)), 30)
    picture = 0.3 + sign * ndimage.gaussian_filter(bright, 1.2) + uneven
    return picture + generator.normal(0, noise, picture.shape), labels


def boxes(labels: np.ndarray, loose: float = 0, seed: int = 0) -> Iterator[tuple[int, Box]]:
    """Return each object's number and a box around it.

    Parameters
    ----------
    loose
        How far its sides may lie away from the object at most, as a share of their length.
    """
    generator = np.random.default_rng(seed)
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        low, high = np.array([columns.start, rows.start]), np.array([columns.stop, rows.stop])
        spare = np.round(generator.uniform(0, loose, (2, 2)) * (high - low)).astype(int)
        x1, y1 = np.maximum(low - spare[0], 0)
        x2, y2 = np.minimum(high + spare[1], SIDE)
        yield number, (int(x1), int(y1), int(x2), int(y2))
