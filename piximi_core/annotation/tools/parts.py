"""The connected parts of a region, and the holes in it.

Pixels that touch at a corner only are parts of their own, as the outlines have it; a hole is
background that no way leads out of without crossing such a corner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, region_of

__all__ = ["fill_holes", "keep_largest", "largest_part", "without_holes"]


def fill_holes(region: Region) -> Region:
    """Return a region with all holes filled."""
    return region_of(without_holes(region.mask()), *region.box[:2]) or region


def keep_largest(region: Region) -> Region:
    """Return the largest connected part of a region; of equal ones that of the first row."""
    return region_of(largest_part(region.mask()), *region.box[:2]) or region


def without_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask ``[H, W]`` with all holes filled."""
    from scipy.ndimage import label

    beyond, _count = label(~np.pad(mask, 1))
    filled: NDArray[np.bool_] = beyond[1:-1, 1:-1] != beyond[0, 0]
    return filled


def largest_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the largest connected part of a mask ``[H, W]``; nothing of one without pixels."""
    from scipy.ndimage import label

    parts, count = label(mask)
    if count <= 1:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    largest: NDArray[np.bool_] = parts == sizes.argmax()
    return largest
