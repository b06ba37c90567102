"""Proposals beside what a person has drawn: what is there stays, and is not found a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from piximi_core.annotation.regions import Box, Region, region_of
from piximi_core.annotation.tools.parts import largest_part
from piximi_core.annotation.tools.windows import mask_in, overlap

__all__ = ["Places", "beside"]

_CELL = 256  # pixels: a region is looked for among those near it
# What shares more with an object, of either's pixels, is that object.
_SAME = 0.2


class Places:
    """Regions that can be looked up by where they are."""

    def __init__(self, regions: Iterable[Region] = ()) -> None:
        self._cells: dict[tuple[int, int], list[Region]] = defaultdict(list)
        for region in regions:
            self.add(region)

    def add(self, region: Region) -> None:
        """Add a region."""
        for cell in _cells(region.box):
            self._cells[cell].append(region)

    def near(self, box: Box) -> list[Region]:
        """Return the regions whose box meets a box, each once."""
        there = {id(one): one for cell in _cells(box) for one in self._cells.get(cell, ())}
        return [one for one in there.values() if overlap(one.box, box)]


def beside(regions: Sequence[Region], there: Places) -> list[Region | None]:
    """Return what of each region may be proposed beside what is there, None for nothing.

    One that shares more than a fifth of its pixels with an object, or of the object's, is that
    object once more. What shares less loses those pixels; then the largest part stays.
    """
    return [_left(region, there.near(region.box)) for region in regions]


def _left(region: Region, near: Sequence[Region]) -> Region | None:
    if not near:
        return region
    mask = region.mask()
    is_taken = np.zeros_like(mask)
    for other in near:
        shared = mask & mask_in(other, region.box)
        count = int(shared.sum())
        if count > _SAME * min(region.area, other.area):
            return None
        is_taken |= shared
    if not is_taken.any():
        return region
    if is_taken.sum() > _SAME * region.area:
        return None
    return region_of(largest_part(mask & ~is_taken), *region.box[:2])


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    x1, y1, x2, y2 = box
    for column in range(x1 // _CELL, (x2 - 1) // _CELL + 1):
        for row in range(y1 // _CELL, (y2 - 1) // _CELL + 1):
            yield column, row
