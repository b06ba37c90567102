"""Run lengths down the columns of a whole image, as COCO keeps masks, to regions and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, region_of

__all__ = ["columns_of_region", "region_of_columns"]


def region_of_columns(counts: Sequence[int], height: int, width: int) -> Region | None:
    """Return the region that run lengths describe; None if it has no pixel.

    Takes memory for the box of the region, not for the image.

    Parameters
    ----------
    counts
        Alternating lengths, the first of background; they add up to the pixels of the image.
    height, width
        Of the image.
    """
    ends = np.cumsum(np.asarray(counts, dtype=np.int64))
    # Of each run of the region: where it begins, and where the next of background does.
    stops = ends[1::2]
    starts = ends[::2][: len(stops)]
    starts, stops = starts[stops > starts], stops[stops > starts]
    if not len(starts):
        return None
    x1, x2 = int(starts[0] // height), int((stops[-1] - 1) // height) + 1
    # The columns from the first to the last, of which all others are empty.
    flat = np.zeros((x2 - x1) * height, dtype=np.int8)
    first = x1 * height
    np.add.at(flat, starts - first, 1)
    inner = stops - first
    np.subtract.at(flat, inner[inner < flat.size], 1)
    mask = np.cumsum(flat, dtype=np.int8).astype(bool).reshape(x2 - x1, height).T
    return region_of(mask, x1, 0)


def columns_of_region(region: Region, height: int, width: int) -> list[int]:
    """Return a region's run lengths down the columns of its image; see `region_of_columns`."""
    x1, y1, _x2, _y2 = region.box
    starts, stops = _runs(region.mask().T)
    columns = np.arange(region.width) + x1
    begin = columns[starts[0]] * height + y1 + starts[1]
    end = columns[stops[0]] * height + y1 + stops[1]
    # A run to the foot of the image goes on at the head of the next column.
    apart = np.append(True, begin[1:] != end[:-1])
    begin, end = begin[apart], end[np.append(apart[1:], True)]
    edges = np.stack([begin, end], axis=1).ravel()
    runs: list[int] = np.diff(edges, prepend=0).tolist()
    left = height * width - int(edges[-1])
    return [*runs, left] if left else runs


def _runs(lines: NDArray[np.bool_]) -> tuple[tuple[NDArray[np.intp], ...], ...]:
    """Return where runs begin and where they end, as (line, place), each within its line."""
    padded = np.pad(lines, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    return np.nonzero(change == 1), np.nonzero(change == -1)
