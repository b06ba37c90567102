"""An object between two planes, from what it is in each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, clip_region, moved_region, region_of
from piximi_core.annotation.tools.windows import common_box, mask_in

__all__ = ["interpolate"]

# Regions that share less than this of the smaller one have moved rather than changed their shape.
_MOVED = 0.5


def interpolate(
    before: Region, after: Region, share: float, height: int, width: int
) -> Region | None:
    """Return the region between two planes: where the mean signed distance lies inside.

    The mean of signed distances is that of Raya and Udupa, "Shape-based interpolation of
    multidimensional objects" (IEEE Transactions on Medical Imaging, 1990). Of regions that hardly
    overlap it would leave little or nothing, so these are laid on one another first, and the
    result is moved the share of the way.

    Parameters
    ----------
    before, after
        The object in the two planes.
    share
        How far on the way from `before`, 0, to `after`, 1.
    height, width
        Of the image, in pixels.

    Returns
    -------
    Region or None
        None if nothing of it is left, or lies inside the image.
    """
    share = min(max(share, 0.0), 1.0)
    box = common_box([before.box, after.box])
    masks = [mask_in(region, box) for region in (before, after)]
    areas = [int(mask.sum()) for mask in masks]
    if not all(areas):
        return None
    if (masks[0] & masks[1]).sum() < _MOVED * min(areas):
        way = [round(float(end - start)) for start, end in zip(*map(_middle, masks), strict=True)]
        there = [round(share * step) for step in way]
        back = [step - gone for step, gone in zip(way, there, strict=True)]
        before, after = _moved(before, there), _moved(after, [-step for step in back])
        box = common_box([before.box, after.box])
        masks = [mask_in(region, box) for region in (before, after)]
    distances = [_signed_distance(mask) for mask in masks]
    middle = region_of((1 - share) * distances[0] + share * distances[1] > 0, *box[:2])
    return None if middle is None else clip_region(middle, height, width)


def _middle(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the mean row and column of a mask's pixels."""
    rows, columns = np.nonzero(mask)
    return np.array([rows.mean(), columns.mean()])


def _moved(region: Region, step: list[int]) -> Region:
    down, across = step
    return moved_region(region, across, down)


def _signed_distance(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how far each pixel lies from the outline, in pixels; positive inside the mask."""
    from scipy.ndimage import distance_transform_edt

    padded = np.pad(mask, 1)
    distance: NDArray[np.float64] = distance_transform_edt(padded) - distance_transform_edt(~padded)
    # The outline runs half a pixel from the centres on both of its sides.
    return (distance - np.sign(distance) / 2)[1:-1, 1:-1]
