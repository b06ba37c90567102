"""What stands out among the objects of a plane and is worth a second look.

All of them are looked at as spans of pixels in rows, sorted once: no two objects are compared, so
20,000 take a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region

__all__ = ["SMALL", "Findings", "look_at"]

SMALL = 20
"""Pixels below which an object is probably none."""

_Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Findings:
    """The objects that stand out, by their places in what was looked at, in its order.

    Attributes
    ----------
    border
        Those that touch the border of the image, where some of them may be cut.
    overlapping
        Those that share pixels with another one.
    small
        Those of fewer pixels than asked for; one of a single pixel is a point that counts.
    parts
        Those in several parts; pixels that touch at a corner only are parts of their own.
    """

    border: tuple[int, ...]
    overlapping: tuple[int, ...]
    small: tuple[int, ...]
    parts: tuple[int, ...]


@dataclass(frozen=True)
class _Spans:
    """Pixels of objects that follow each other in a row: int64 ``[N]`` each, sorted by the three.

    Attributes
    ----------
    owner
        The place of the object.
    row, start, end
        In pixels of the image, the end exclusive.
    """

    owner: _Numbers
    row: _Numbers
    start: _Numbers
    end: _Numbers


def look_at(regions: Sequence[Region], height: int, width: int, *, small: int = SMALL) -> Findings:
    """Return which objects of one kind in one plane stand out.

    Parameters
    ----------
    regions
        Their pixels.
    height, width
        Of the image, in pixels.
    small
        How many pixels an object should have.

    Examples
    --------
    >>> from piximi_core.annotation.regions import filled_box
    >>> look_at([filled_box((0, 0, 9, 9)), filled_box((8, 8, 20, 20))], 30, 30)
    Findings(border=(0,), overlapping=(0, 1), small=(), parts=())
    """
    count = len(regions)
    if not count:
        return Findings((), (), (), ())
    spans = _spans(regions)
    if not len(spans.owner):
        return Findings((), (), tuple(range(count)) if small > 0 else (), ())
    area = np.bincount(
        spans.owner, weights=(spans.end - spans.start).astype(np.float64), minlength=count
    )
    at_border = (
        (spans.row == 0) | (spans.row == height - 1) | (spans.start == 0) | (spans.end == width)
    )
    return Findings(
        _places(spans.owner[at_border]),
        _places(_overlapping(spans)),
        tuple(np.flatnonzero((area < small) & (area != 1)).tolist()),
        tuple(np.flatnonzero(_parts(spans, count) > 1).tolist()),
    )


def _places(owners: _Numbers) -> tuple[int, ...]:
    return tuple(np.unique(owners).tolist())


def _spans(regions: Sequence[Region]) -> _Spans:
    """Return the rows' spans of all objects."""
    lengths = np.fromiter((len(region.runs) for region in regions), np.int64, len(regions))
    runs = np.fromiter(
        chain.from_iterable(region.runs for region in regions), np.int64, int(lengths.sum())
    )
    boxes = np.array([region.box for region in regions], np.int64)
    owner = np.repeat(np.arange(len(regions)), lengths)
    first = np.cumsum(lengths) - lengths  # where each object's runs begin
    ends = np.cumsum(runs)
    before = np.concatenate([[0], ends])[first]
    ends -= before[owner]
    # Every second run is the object's, counted from its own first.
    drawn = ((np.arange(len(runs)) - first[owner]) % 2 == 1) & (runs > 0)
    owner, ends = owner[drawn], ends[drawn]
    starts = ends - runs[drawn]
    left, top = boxes[owner, 0], boxes[owner, 1]
    across = boxes[owner, 2] - left
    # A run that goes on in the next row is a span in each.
    high, low = starts // across, (ends - 1) // across
    copies = low - high + 1
    of = np.repeat(np.arange(len(owner)), copies)
    row = high[of] + np.arange(len(of)) - np.repeat(np.cumsum(copies) - copies, copies)
    return _Spans(
        owner[of],
        row + top[of],
        np.maximum(starts[of] - row * across[of], 0) + left[of],
        np.minimum(ends[of] - row * across[of], across[of]) + left[of],
    )


def _overlapping(spans: _Spans) -> _Numbers:
    """Return the owners of spans that share pixels with another; a span never does with its own."""
    low, wide = spans.start.min(), spans.end.max() - spans.start.min() + 1
    line = (spans.row - spans.row.min()) * wide - low
    starts, ends = line + spans.start, line + spans.end
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    reached = np.maximum.accumulate(ends)
    met = np.zeros(len(starts), bool)
    met[1:] = starts[1:] < reached[:-1]  # by one that begins before it
    met[:-1] |= starts[1:] < ends[:-1]  # by the next one that begins
    owners: _Numbers = spans.owner[order][met]
    return owners


def _parts(spans: _Spans, count: int) -> _Numbers:
    """Return of how many parts each object is."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(spans.owner)
    # Each row of each object is a line of its own, with an empty one behind its last.
    fresh = np.ones(n, bool)
    fresh[1:] = (np.diff(spans.owner) != 0) | (np.diff(spans.row) != 0)
    jump = np.ones(n, np.int64)
    jump[1:] = np.where(np.diff(spans.owner) != 0, 2, np.minimum(np.diff(spans.row), 2))
    line = np.cumsum(np.where(fresh, jump, 0))
    low, wide = spans.start.min(), spans.end.max() - spans.start.min() + 1
    starts, ends = line * wide + spans.start - low, line * wide + spans.end - low
    # Below a span lie those that end behind its start and begin before its end, side by side.
    first = np.searchsorted(ends, starts + wide, side="right")
    last = np.searchsorted(starts, ends + wide, side="left")
    met = np.maximum(last - first, 0)
    above = np.repeat(np.arange(n), met)
    below = np.arange(len(above)) - np.repeat(np.cumsum(met) - met, met) + np.repeat(first, met)
    # Runs that meet in a row are one, however they are written down.
    beside = np.flatnonzero(starts[1:] == ends[:-1])
    one, other = np.concatenate([above, beside]), np.concatenate([below, beside + 1])
    links = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(n, n))
    _count, part = connected_components(links, directed=False)
    pairs = np.unique(np.stack([spans.owner, part]), axis=1)
    parts: _Numbers = np.bincount(pairs[0], minlength=count)
    return parts
