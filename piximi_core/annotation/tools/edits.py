"""What a person does to an object that is drawn already.

The edits that take more thought live in modules of their own; all of them are found here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import (
    Region,
    clip_region,
    join_regions,
    moved_region,
    region_of,
    tightened,
)
from piximi_core.annotation.tools.interpolating import interpolate
from piximi_core.annotation.tools.parts import fill_holes, keep_largest
from piximi_core.annotation.tools.points import checked_length
from piximi_core.annotation.tools.splitting import split
from piximi_core.annotation.tools.windows import around, mask_in

__all__ = [
    "fill_holes",
    "grow",
    "interpolate",
    "keep_largest",
    "merge",
    "move",
    "shrink",
    "smooth",
    "split",
]

Mask = NDArray[np.bool_]

# A centre at exactly the distance asked for is near enough, whatever the last bit says.
_TRIFLE = 1e-9


def merge(regions: Sequence[Region]) -> Region | None:
    """Return the pixels of some regions as one region; None if there are none."""
    joined = join_regions(regions)
    return tightened(joined) if joined is not None and joined.area else None


def move(region: Region, dx: int, dy: int, height: int, width: int) -> Region | None:
    """Return a region moved by whole pixels, cut at the image; None if nothing of it is inside."""
    return clip_region(moved_region(region, dx, dy), height, width)


def grow(region: Region, pixels: float, height: int, width: int) -> Region:
    """Return the pixels of an image whose centres lie within a distance of a centre of a region.

    Parameters
    ----------
    pixels
        The distance in pixels; 0 or less changes nothing.

    Raises
    ------
    BadInput
        The distance is no number, or longer than any image.
    """
    reach = min(checked_length(pixels), math.hypot(height, width))
    if reach < 1:
        return region
    window = around(region.box, math.ceil(reach), height, width)
    return region_of(_grown(mask_in(region, window), reach), *window[:2]) or region


def shrink(region: Region, pixels: float) -> Region | None:
    """Return the pixels of a region whose centres lie farther than a distance from all others.

    The border of the image counts as that of the region.

    Parameters
    ----------
    pixels
        The distance in pixels; 0 or less changes nothing.

    Returns
    -------
    Region or None
        None if nothing is left.

    Raises
    ------
    BadInput
        As `grow`.
    """
    reach = checked_length(pixels)
    if reach < 1:
        return region
    kept = ~_grown(~np.pad(region.mask(), 1), reach)
    return region_of(kept[1:-1, 1:-1], *region.box[:2])


def smooth(region: Region, radius: float, height: int, width: int) -> Region:
    """Return a region without what is finer than a disc: points that stick out, gaps and notches.

    It is opened and then closed by the disc. The image is taken to go on beyond its border as it
    is at the border, so that objects that are cut there stay cut straight.

    Parameters
    ----------
    radius
        Of the disc, in pixels; below 1 it changes nothing.

    Returns
    -------
    Region
        The region as it was if nothing else would be left of it.

    Raises
    ------
    BadInput
        The radius is no number, or longer than any image.
    """
    reach = min(checked_length(radius), max(region.height, region.width))
    if reach < 1:
        return region
    margin = math.ceil(reach) + 1
    window = around(region.box, margin, height, width)
    # Beyond the image, so far that what is made up there for the one disc does not reach inside.
    mask = np.pad(mask_in(region, window), 2 * margin, mode="edge")
    opened = _grown(~_grown(~mask, reach), reach)
    closed = ~_grown(~_grown(opened, reach), reach)
    inner = closed[2 * margin : -2 * margin, 2 * margin : -2 * margin]
    return region_of(inner, *window[:2]) or region


def _grown(mask: Mask, reach: float) -> Mask:
    """Return the pixels within reach of those of a mask ``[H, W]``, by their exact distances."""
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return mask
    near: Mask = distance_transform_edt(~mask) <= reach + _TRIFLE
    return near
