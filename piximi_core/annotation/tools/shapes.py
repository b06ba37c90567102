"""Rectangles, ellipses and polygons: the pixels whose centres lie inside; and single pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.annotation.polygons import fill_rings
from piximi_core.annotation.regions import Region, filled_box
from piximi_core.annotation.tools.points import checked_points, pixels_under
from piximi_core.annotation.tools.spans import region_of_spans

__all__ = ["Point", "ellipse", "pixel", "polygon", "rectangle"]

Point = tuple[float, float]

# An ellipse thinner than this, in pixels, is a line: its numbers have no room for a shape.
_THINNEST = 1e-9


def rectangle(start: Point, end: Point, height: int, width: int) -> Region | None:
    """Return the pixels of an image whose centres lie in a dragged box.

    A centre that lies on the left or upper side belongs to it, one on the other sides does not, so
    that boxes side by side share no pixel.

    Parameters
    ----------
    start, end
        Opposite corners (x, y) in pixels, in any order, inside the image or not.

    Returns
    -------
    Region or None
        None if it holds the centre of no pixel.

    Raises
    ------
    BadInput
        A corner is no number, or lies beyond any image.

    Examples
    --------
    >>> rectangle((3.2, 4.0), (1.0, 2.6), height=10, width=10).box
    (1, 3, 3, 4)
    """
    low, high = _sides(start, end)
    first, last = (
        np.clip(np.ceil(corner - 0.5), 0, (width, height)).astype(int) for corner in (low, high)
    )
    if (first >= last).any():
        return None
    return filled_box((int(first[0]), int(first[1]), int(last[0]), int(last[1])))


def pixel(point: Point, height: int, width: int) -> Region | None:
    """Return the pixel of an image that holds a point (x, y); None for one outside of it.

    Raises
    ------
    BadInput
        The point is no number, or lies beyond any image.

    Examples
    --------
    >>> pixel((3.9, 4.0), height=10, width=10).box
    (3, 4, 4, 5)
    """
    for x, y in pixels_under([point], height, width).tolist():
        return filled_box((x, y, x + 1, y + 1))
    return None


def ellipse(start: Point, end: Point, height: int, width: int) -> Region | None:
    """Return the pixels whose centres lie in the ellipse that touches the sides of a dragged box.

    Parameters
    ----------
    start, end
        Opposite corners of the box, as of `rectangle`.

    Returns
    -------
    Region or None
        None if it holds the centre of no pixel.

    Raises
    ------
    BadInput
        As `rectangle`.
    """
    low, high = _sides(start, end)
    (x, y), (across, down) = (low + high) / 2, (high - low) / 2
    if min(across, down) < _THINNEST:
        return None
    first, last = np.clip([np.floor(low[1]), np.ceil(high[1])], 0, height).astype(np.int64)
    rows = np.arange(first, last)
    share = 1 - ((rows + 0.5 - y) / down) ** 2
    rows, reach = rows[share >= 0], across * np.sqrt(share[share >= 0])
    lefts = np.clip(np.ceil(x - reach - 0.5), 0, width).astype(np.int64)
    rights = np.clip(np.floor(x + reach - 0.5) + 1, 0, width).astype(np.int64)
    return region_of_spans(rows, lefts, rights)


def polygon(points: ArrayLike, height: int, width: int) -> Region | None:
    """Return the pixels whose centres lie in a polygon or a freehand outline.

    Where it crosses itself, what it goes around twice is outside (the even-odd rule).

    Parameters
    ----------
    points
        Corners ``[N, 2]`` as (x, y) in pixels; closed by itself.

    Returns
    -------
    Region or None
        None for fewer than three corners, or if it holds the centre of no pixel.

    Raises
    ------
    BadInput
        As `rectangle`, and as `fill_rings`.
    """
    corners = checked_points(points)
    return fill_rings([corners], height, width) if len(corners) >= 3 else None


def _sides(start: Point, end: Point) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the upper left and the lower right corner of a dragged box."""
    corners = checked_points([start, end])
    return corners.min(axis=0), corners.max(axis=0)
