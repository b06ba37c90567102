"""The plane of an object whose file does not say: the one whose pixels it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["plane_of_crop"]

# How much nearer than the first plane another has to be, so that noise moves nothing.
_NEARER = 4


def plane_of_crop(
    image: NDArray[Any], crop: NDArray[Any], box: tuple[int, int, int, int]
) -> int | None:
    """Return the plane of an image that an object was cut out of.

    Parameters
    ----------
    image
        ``[Z, H, W, C]``.
    crop
        The object's own pixels, ``[1, h, w, C]``.
    box
        Where it lies, ``(x1, y1, x2, y2)``.

    Returns
    -------
    int or None
        The first of the nearest planes; None where the crop is not of that box, and where no
        plane is clearly nearer than the first, in which Piximi puts every object.
    """
    x1, y1, x2, y2 = box
    if crop.shape[1:] != (y2 - y1, x2 - x1, image.shape[3]) or not crop.size:
        return None
    # Piximi's own crops hold in their last row and column what lies beyond the box.
    rows, columns = max(1, y2 - y1 - 1), max(1, x2 - x1 - 1)
    wanted = crop[0, :rows, :columns].astype(np.int64)
    away = [
        float(np.abs(plane[y1 : y1 + rows, x1 : x1 + columns].astype(np.int64) - wanted).mean())
        for plane in image
    ]
    nearest = int(np.argmin(away))
    return nearest if nearest and away[nearest] * _NEARER < away[0] else None
