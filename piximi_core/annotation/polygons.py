"""Polygons to masks: a pixel belongs to a polygon that holds its centre."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, join_regions, region_of
from piximi_core.errors import BadInput
from piximi_core.messages import Message

__all__ = ["FARTHEST", "TOO_FAR", "TOO_OFTEN", "fill_rings", "fill_trace"]

FARTHEST = 100_000_000
"""No corner of an outline lies farther away, in pixels: beyond it numbers lose their pixels, and
pycocotools' C code its fifths of them."""

TOO_FAR = Message("The outline is too long to be that of an object in this image.")
TOO_OFTEN = Message("The outline goes to and fro too often to be that of an object.")

# Crossings of outlines with rows of pixels; more is no outline of anything.
_MOST_CROSSINGS = 20_000_000


def fill_rings(rings: Sequence[NDArray[np.float64]], height: int, width: int) -> Region | None:
    """Return the pixels of an image whose centres lie within the rings.

    Rings within rings are holes (the even-odd rule); what lies outside the image is cut.

    Parameters
    ----------
    rings
        Corners ``[N, 2]`` as (x, y) in pixels, where (0, 0) is the upper left corner of the
        image; closed by themselves.

    Returns
    -------
    Region or None
        None if no pixel's centre is inside.

    Raises
    ------
    BadInput
        The rings cross the image more often than any outline does, or lead beyond any image.
    """
    starts = np.concatenate(rings)
    # A comparison that NaN fails too.
    if not (np.abs(starts) <= FARTHEST).all():
        raise BadInput.saying(TOO_FAR)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    # From top to bottom, so that an edge walked in both directions cancels to the last bit.
    swap = starts[:, 1] > ends[:, 1]
    starts[swap], ends[swap] = ends[swap], starts[swap]
    first = np.clip(np.ceil(starts[:, 1] - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(ends[:, 1] - 0.5), 0, height).astype(np.int64)
    counts = last - first
    if counts.sum() > _MOST_CROSSINGS:
        raise BadInput.saying(TOO_OFTEN)
    if not counts.any():
        return None
    top, bottom = int(first[counts > 0].min()), int(last[counts > 0].max())
    across = np.clip(np.stack([starts[:, 0], ends[:, 0]]), 0, width)
    left, right = int(np.floor(across.min())), int(np.ceil(across.max()))
    edges = np.repeat(np.arange(len(counts)), counts)
    rows = np.arange(len(edges)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edges]
    (x1, y1), (x2, y2) = starts[edges].T, ends[edges].T
    crossing = x1 + (rows + 0.5 - y1) * (x2 - x1) / (y2 - y1)
    columns = np.clip(np.ceil(crossing - 0.5), left, right).astype(np.int64) - left
    crossed = np.zeros((bottom - top, right - left + 1), dtype=np.int64)
    np.add.at(crossed, (rows - top, columns), 1)
    inside = np.cumsum(crossed[:, :-1], axis=1) % 2 == 1
    return region_of(inside, left, top)


def fill_trace(pixels: NDArray[np.float64], height: int, width: int) -> Region | None:
    """Return the pixels of an image that lie on a trace from pixel to pixel, or inside of it.

    Parameters
    ----------
    pixels
        Columns and rows ``[N, 2]`` of neighbouring pixels, closed by itself.

    Returns
    -------
    Region or None
        None if none of them lies in the image.

    Raises
    ------
    BadInput
        As `fill_rings`.
    """
    inner = fill_rings([pixels + 0.5], height, width)
    inside = (pixels >= 0).all(axis=1) & (pixels < (width, height)).all(axis=1)
    columns, rows = pixels[inside].astype(np.int64).T
    rim: Region | None = None
    if len(rows):
        left, top = int(columns.min()), int(rows.min())
        drawn = np.zeros((int(rows.max()) - top + 1, int(columns.max()) - left + 1), bool)
        drawn[rows - top, columns - left] = True
        rim = region_of(drawn, left, top)
    return join_regions([region for region in (inner, rim) if region is not None])
