"""The connected pixels around a point that have about its colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, region_of
from piximi_core.annotation.tools.points import pixels_under
from piximi_core.annotation.tools.shapes import Point

__all__ = ["flood"]


def flood(
    pixels: NDArray[Any], seed: Point, tolerance: float, connectivity: int = 1
) -> Region | None:
    """Return the connected pixels around a point whose colour differs little from its own.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers.
    seed
        The point (x, y) in pixels.
    tolerance
        The largest difference that belongs to the region: the mean over the channels of how far
        they lie from the pixel under the point, in the units of the pixels.
    connectivity
        1 goes on to the four neighbours that share a side with a pixel, 2 to those at its corners
        too.

    Returns
    -------
    Region or None
        None if the point lies outside the image, or its pixel is no number.

    Raises
    ------
    BadInput
        The point is no number, or lies beyond any image.
    """
    from scipy.ndimage import find_objects, generate_binary_structure, label

    height, width, channels = pixels.shape
    under = pixels_under([seed], height, width)
    if not len(under):
        return None
    column, row = under[0]
    away = np.zeros((height, width))
    # Infinite ones are no distance from one another.
    with np.errstate(invalid="ignore"):
        for channel in range(channels):
            values = pixels[..., channel].astype(np.float64)
            away += np.abs(values - values[row, column])
        alike = away / max(channels, 1) <= max(tolerance, 0)
    parts, _count = label(alike, generate_binary_structure(2, 2 if connectivity > 1 else 1))
    number = int(parts[row, column])
    if not number:
        return None
    window = find_objects(parts, max_label=number)[number - 1]
    return region_of(parts[window] == number, window[1].start, window[0].start)
