"""Magnetic scissors: a line between two points that keeps to the edges in the picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.points import checked_points
from piximi_core.annotation.tools.shapes import Point
from piximi_core.annotation.tools.tones import rescaled
from piximi_core.annotation.tools.windows import around, common_box

__all__ = ["cost", "trace"]

# What a step along the strongest edges costs beside one where there is none.
_LEAST = 0.02
# Percent of the pixels that are weaker than a strong edge.
_STRONG = 99.0
# How far beyond its two ends the line may swing, in pixels and as a share of their distance.
_MARGIN, _SWING, _FARTHEST = 16, 0.6, 160


def cost(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Return what it costs to lead a line over each pixel: little on edges, 1 elsewhere.

    An edge is where the gradient of one of the channels (Sobel) is large for that channel.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers.

    Returns
    -------
    ndarray
        float64 ``[H, W]``, above 0 up to 1, for `trace`.
    """
    from scipy.ndimage import sobel

    strength = np.zeros(pixels.shape[:2])
    for channel in np.moveaxis(rescaled(pixels), 2, 0):
        gradient = np.hypot(sobel(channel, axis=0), sobel(channel, axis=1))
        mean = float(gradient.mean()) if gradient.size else 0.0
        # In its own mean, so that a channel of mere noise does not drown one that has few edges.
        if mean > 0:
            strength = np.maximum(strength, gradient / mean)
    if not strength.any():
        return np.ones(pixels.shape[:2])
    strong = float(np.percentile(strength, _STRONG)) or float(strength.max())
    shares: NDArray[np.float64] = 1 - (1 - _LEAST) * np.minimum(strength / strong, 1)
    return shares


def trace(costs: NDArray[np.float64], start: Point, end: Point) -> NDArray[np.int64]:
    """Return the cheapest line of neighbouring pixels between two points.

    Mortensen and Barrett, "Intelligent scissors for image composition" (SIGGRAPH 1995), with the
    costs of `cost`. It is sought near the two points only, so that the time goes with their
    distance and not with the image.

    Parameters
    ----------
    costs
        float64 ``[H, W]``, above 0.
    start, end
        (x, y) in pixels; outside the image, the pixel at its border that is nearest.

    Returns
    -------
    ndarray
        Columns and rows int64 ``[N, 2]`` of the pixels from the first to the last, both included.

    Raises
    ------
    BadInput
        A point is no number, or lies beyond any image.
    """
    from skimage.graph import route_through_array

    height, width = costs.shape
    ends = np.clip(np.floor(checked_points([start, end])), 0, (width - 1, height - 1)).astype(int)
    (x1, y1), (x2, y2) = ends.tolist()
    distance = math.hypot(x2 - x1, y2 - y1)
    margin = min(math.ceil(max(_MARGIN, _SWING * distance)), _FARTHEST)
    box = common_box([(x1, y1, x1 + 1, y1 + 1), (x2, y2, x2 + 1, y2 + 1)])
    left, top, right, bottom = around(box, margin, height, width)
    route, _price = route_through_array(
        costs[top:bottom, left:right],
        (y1 - top, x1 - left),
        (y2 - top, x2 - left),
        fully_connected=True,
        geometric=True,
    )
    return np.array(route, dtype=np.int64)[:, ::-1] + (left, top)
