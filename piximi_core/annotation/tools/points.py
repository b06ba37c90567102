"""Points as they come from a person's hand, checked before anything is reckoned with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.annotation.polygons import FARTHEST, TOO_FAR
from piximi_core.annotation.regions import Box
from piximi_core.errors import BadInput

__all__ = ["checked_length", "checked_points", "pixels_under", "points_in"]


def checked_points(points: ArrayLike) -> NDArray[np.float64]:
    """Return points as float64 ``[N, 2]``.

    Raises
    ------
    BadInput
        One of them is no number, or lies beyond any image.
    """
    found = np.array(points, dtype=np.float64).reshape(-1, 2)
    # A comparison that NaN fails too.
    if not (np.abs(found) <= FARTHEST).all():
        raise BadInput.saying(TOO_FAR)
    return found


def checked_length(length: float) -> float:
    """Return a length in pixels, 0 for a negative one.

    Raises
    ------
    BadInput
        It is no number, or longer than any image.
    """
    if not abs(length) <= FARTHEST:
        raise BadInput.saying(TOO_FAR)
    return max(float(length), 0.0)


def pixels_under(points: ArrayLike, height: int, width: int) -> NDArray[np.int64]:
    """Return the pixels that hold some points, columns and rows ``[N, 2]``.

    Points outside the image are left out.

    Raises
    ------
    BadInput
        As `checked_points`.
    """
    found: NDArray[np.int64] = np.floor(checked_points(points)).astype(np.int64)
    return points_in(found, (0, 0, width, height))


def points_in(pixels: NDArray[np.int64], box: Box) -> NDArray[np.int64]:
    """Return those of some pixels, columns and rows ``[N, 2]``, that lie in a box."""
    columns, rows = pixels.T
    x1, y1, x2, y2 = box
    found: NDArray[np.int64] = pixels[(columns >= x1) & (columns < x2) & (rows >= y1) & (rows < y2)]
    return found
