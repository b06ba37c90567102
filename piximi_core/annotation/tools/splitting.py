"""Cut an object apart along a line."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.annotation.regions import Region, region_of
from piximi_core.annotation.tools.brush import stroke
from piximi_core.annotation.tools.windows import mask_in

__all__ = ["split"]

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

# Pixels that a wavering line encloses with itself are no part that a person meant to cut off.
_CRUMB, _CRUMB_SHARE = 4, 0.01


def split(region: Region, path: ArrayLike, width_px: float = 1) -> list[Region]:
    """Return the parts into which a line cuts a region, the largest first.

    No pixel is lost: those on the line, and parts that the line does not cut, go to the part that
    is nearest.

    Parameters
    ----------
    path
        The line's points ``[N, 2]`` as (x, y) in pixels. It may begin and end anywhere.
    width_px
        The width of the line in pixels: wider lines find the way through objects that meet at
        corners or in ragged rows.

    Returns
    -------
    list of Region
        The region alone if the line does not separate it.

    Raises
    ------
    BadInput
        As `stroke`.
    """
    from scipy.ndimage import distance_transform_edt

    x, y, right, bottom = region.box
    mask = region.mask()
    moved = np.array(path, dtype=np.float64).reshape(-1, 2) - (x, y)
    line = stroke(moved, width_px / 2, bottom - y, right - x)
    if line is None:
        return [region]
    parts = _cut(mask, mask_in(line, (0, 0, right - x, bottom - y)))
    if parts is None:
        return [region]
    nearest = distance_transform_edt(parts == 0, return_distances=False, return_indices=True)
    owners = np.where(mask, parts[tuple(nearest)], 0)
    found = [region_of(owners == number, x, y) for number in np.unique(owners[mask])]
    return sorted((part for part in found if part is not None), key=lambda part: -part.area)


def _cut(mask: Mask, line: Mask) -> Labels | None:
    """Return numbers from 1 on for the parts that a line makes, None if it does not separate.

    Pixels without a part have 0.
    """
    from scipy.ndimage import label

    left = mask & ~line
    whole, count = label(mask)
    pieces, _count = label(left)
    is_part = _is_part(pieces)
    origin = np.zeros(len(is_part), dtype=np.int64)
    origin[pieces[left]] = whole[left]
    # What was connected before and is in several pieces now.
    several = np.bincount(origin[is_part], minlength=count + 1) > 1
    is_part &= several[origin]
    if is_part.any():
        return np.where(is_part[pieces], pieces, 0).astype(np.int32)
    # The line may also lead between parts that were not connected before.
    sides, _count = label(~line)
    sides[~left] = 0
    is_part = _is_part(sides)
    return np.where(is_part[sides], sides, 0).astype(np.int32) if is_part.sum() > 1 else None


def _is_part(labels: Labels) -> NDArray[np.bool_]:
    """Return for each number whether its pixels are more than a crumb; 0 has none."""
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    enough: NDArray[np.bool_] = sizes >= min(_CRUMB, max(_CRUMB_SHARE * sizes.max(), 1))
    return enough
