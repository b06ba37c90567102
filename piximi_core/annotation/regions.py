"""A region of an image: its box and the mask inside, as Piximi keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.run_lengths import decode_mask, encode_mask

__all__ = [
    "Box",
    "Region",
    "clip_region",
    "filled_box",
    "join_regions",
    "moved_region",
    "region_of",
    "tightened",
]

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Region:
    """Some pixels of an image.

    Attributes
    ----------
    box
        ``(x1, y1, x2, y2)`` in pixels, the end exclusive.
    runs
        The mask inside the box as run lengths; see `run_lengths`.
    """

    box: Box
    runs: tuple[int, ...]

    @property
    def height(self) -> int:
        """The box's height in pixels."""
        return self.box[3] - self.box[1]

    @property
    def width(self) -> int:
        """The box's width in pixels."""
        return self.box[2] - self.box[0]

    @property
    def area(self) -> int:
        """How many pixels belong to it."""
        return sum(self.runs[1::2])

    def mask(self) -> NDArray[np.bool_]:
        """Return the mask of the box, bool ``[H, W]``.

        Raises
        ------
        BadInput
            The runs do not fill the box exactly.
        """
        return decode_mask(self.runs, self.height, self.width)


def region_of(mask: NDArray[np.bool_], x: int = 0, y: int = 0) -> Region | None:
    """Return the region of a mask whose upper left pixel lies at (x, y), in its tightest box.

    Returns
    -------
    Region or None
        None for a mask without a pixel.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    inner = mask[top:bottom, left:right]
    return Region((x + left, y + top, x + right, y + bottom), tuple(encode_mask(inner)))


def filled_box(box: Box) -> Region:
    """Return the region of all pixels of a box."""
    return Region(box, (0, (box[2] - box[0]) * (box[3] - box[1])))


def moved_region(region: Region, dx: int, dy: int) -> Region:
    """Return a region so many pixels farther right and down, wherever that is."""
    x1, y1, x2, y2 = region.box
    return Region((x1 + dx, y1 + dy, x2 + dx, y2 + dy), region.runs)


def clip_region(region: Region, height: int, width: int) -> Region | None:
    """Return what of a region lies inside an image of this size; None if nothing does.

    A region that is wholly inside comes back as it is, its box as wide as it was.
    """
    x1, y1, x2, y2 = region.box
    if x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height:
        return region
    left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
    if left >= right or top >= bottom:
        return None
    return region_of(region.mask()[top - y1 : bottom - y1, left - x1 : right - x1], left, top)


def join_regions(regions: Sequence[Region]) -> Region | None:
    """Return the pixels that lie in any of some regions; None if there are none."""
    if len(regions) <= 1:
        return regions[0] if regions else None
    edges = np.array([region.box for region in regions])
    (left, top), (right, bottom) = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    whole = np.zeros((bottom - top, right - left), bool)
    for region in regions:
        x1, y1, x2, y2 = region.box
        whole[y1 - top : y2 - top, x1 - left : x2 - left] |= region.mask()
    return region_of(whole, int(left), int(top))


def tightened(region: Region) -> Region:
    """Return a region in its tightest box, so that equal pixels make equal regions.

    Piximi and others keep boxes that are wider than the mask. One that is tight, or empty, comes
    back as it is.
    """
    edges = np.cumsum(region.runs)
    starts, ends = edges[::2][: len(edges) // 2], edges[1::2]
    drawn = ends > starts
    if not drawn.any() or region.width <= 0:
        return region
    starts, last = starts[drawn], ends[drawn] - 1
    is_high = starts[0] < region.width and last[-1] >= region.width * (region.height - 1)
    # A run that goes on in the next row touches both sides.
    wraps = bool((starts // region.width != last // region.width).any())
    is_wide = wraps or (
        (starts % region.width).min() == 0 and (last % region.width).max() == region.width - 1
    )
    if is_high and is_wide:
        return region
    return region_of(region.mask(), *region.box[:2]) or region
