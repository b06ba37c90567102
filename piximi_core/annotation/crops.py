"""Cut an object out of its image: the box itself, or as Piximi cuts it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["blank_background", "cut_as_piximi", "cut_box"]

Box = tuple[int, int, int, int]
Pixels = NDArray[Any]

# Piximi reckons in float32, where a sample on the last pixel may come out a trifle beyond it.
_TRIFLE = 1e-3


def cut_box(pixels: Pixels, box: Box) -> Pixels:
    """Return the pixels ``[H, W, C]`` inside a box ``(x1, y1, x2, y2)``, the end exclusive."""
    x1, y1, x2, y2 = box
    return pixels[y1:y2, x1:x2]


def cut_as_piximi(pixels: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    """Return an object's pixels as Piximi samples them: stretched by a fraction of a pixel.

    Sample i of n lies at ``x1 + i * (x2 - x1) / (n - 1)``, so the last one lies on x2, a pixel
    outside the box, and is 0 where that is outside the image.

    Parameters
    ----------
    pixels
        float32 ``[H, W, C]``: the whole plane.
    box
        As in `cut_box`.
    """
    x1, y1, x2, y2 = box
    height, width = pixels.shape[:2]
    rows, row_share, rows_inside = _samples(y1, y2, height)
    columns, column_share, columns_inside = _samples(x1, x2, width)
    near = pixels[rows]
    far = pixels[np.minimum(rows + 1, height - 1)]
    lines = near + (far - near) * row_share[:, np.newaxis, np.newaxis]
    near = lines[:, columns]
    far = lines[:, np.minimum(columns + 1, width - 1)]
    cut = near + (far - near) * column_share[:, np.newaxis]
    inside = rows_inside[:, np.newaxis] & columns_inside
    return np.where(inside[..., np.newaxis], cut, np.float32(0)).astype(np.float32)


def _samples(
    start: int, end: int, side: int
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.bool_]]:
    """Return the pixel before each sample, how far beyond it the sample is, and which are inside.

    A single sample lies in the middle.
    """
    count = end - start
    at = np.linspace(start, end, count) if count > 1 else np.array([(start + end) / 2])
    inside = at <= side - 1 + _TRIFLE
    at = np.minimum(at, side - 1)
    before = np.floor(at).astype(np.intp)
    return before, (at - before).astype(np.float32), inside


def blank_background(crop: Pixels, mask: NDArray[np.bool_]) -> Pixels:
    """Return a crop ``[H, W, C]`` with 0 wherever its mask ``[H, W]`` is not set."""
    return np.where(mask[..., np.newaxis], crop, np.zeros((), crop.dtype))
