"""Regions from spans of pixels in rows, without a mask: the work goes with what was drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region

__all__ = ["join_spans", "region_of_spans"]

Positions = NDArray[np.int64]


def join_spans(starts: Positions, ends: Positions) -> tuple[Positions, Positions]:
    """Return what lies in any of some spans as spans that do not meet, in order.

    Parameters
    ----------
    starts, ends
        int64 ``[N]``, the end exclusive and beyond its start.
    """
    order = np.argsort(starts, kind="stable")
    starts = starts[order]
    reached = np.maximum.accumulate(ends[order])
    apart = starts[1:] > reached[:-1]
    return (
        starts[np.concatenate([[True], apart])],
        reached[np.concatenate([apart, [True]])],
    )


def region_of_spans(rows: Positions, lefts: Positions, rights: Positions) -> Region | None:
    """Return the region of spans of pixels, which may overlap; None if none holds a pixel.

    Parameters
    ----------
    rows, lefts, rights
        int64 ``[N]``: the row of each span, its first column, and the column after its last. One
        whose end is not beyond its start holds nothing.
    """
    filled = rights > lefts
    rows, lefts, rights = rows[filled], lefts[filled], rights[filled]
    if not len(rows):
        return None
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(lefts.min()), int(rights.max())
    before = (rows - top) * (right - left) - left
    starts, ends = join_spans(before + lefts, before + rights)
    edges = np.stack([starts, ends], axis=1).ravel()
    runs = np.diff(edges, prepend=0, append=(bottom - top) * (right - left)).tolist()
    # Nothing lies behind a span that ends in the last corner.
    return Region((left, top, right, bottom), tuple(runs if runs[-1] else runs[:-1]))
