"""Brush strokes: the pixels whose centres a round brush passes over, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.annotation.polygons import TOO_OFTEN
from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools.parts import fill_holes
from piximi_core.annotation.tools.points import checked_length, checked_points
from piximi_core.annotation.tools.spans import join_spans, region_of_spans
from piximi_core.errors import BadInput

__all__ = ["closed_stroke", "stroke"]

Numbers = NDArray[np.float64]
Positions = NDArray[np.int64]

# A centre at exactly the brush's radius belongs to the stroke, whatever the last bit says; and what
# falls by less than this is level.
_TRIFLE = 1e-9
# Below this share of its length, a piece of the path goes along the rows or along the columns.
_STRAIGHT = 1e-12
# Spans looked at together, and spans of a stroke: what fits into memory, and what no hand draws.
_BLOCK, _MOST_SPANS = 500_000, 50_000_000


def stroke(path: ArrayLike, radius: float, height: int, width: int) -> Region | None:
    """Return the pixels whose centres lie within the radius of a path.

    Each piece of the path, drawn with a round brush, is convex: it meets a row of pixels in one
    span. The stroke is the union of these spans, so the work goes with the length of the path
    times the radius, whatever the size of the image.

    Parameters
    ----------
    path
        Points ``[N, 2]`` as (x, y) in pixels, joined by straight lines; a single one is a disc.
    radius
        In pixels. A brush that reaches no centre, as every one below 0.5 may, marks the pixels
        that the path leads through.

    Returns
    -------
    Region or None
        None if nothing of it lies in the image.

    Raises
    ------
    BadInput
        The path or the radius is no number or leads beyond any image, or the path goes to and fro
        more often than any hand does.

    Examples
    --------
    >>> stroke([(1.5, 1.5)], radius=1, height=3, width=3).mask().astype(int).tolist()
    [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    """
    points, reach = checked_points(path), checked_length(radius) + _TRIFLE
    if not len(points):
        return None
    # A hand that rests gives the same point again and again.
    moved = np.concatenate([[True], (points[1:] != points[:-1]).any(axis=1)])
    points = points[moved]
    starts, ends = (points[:-1], points[1:]) if len(points) > 1 else (points, points)
    pieces = np.concatenate([starts, ends], axis=1)
    if radius >= 0.5:
        low, high = _from_top_to_bottom(pieces)
        first, last = np.ceil(low - reach - 0.5), np.floor(high + reach - 0.5) + 1
        found = _painted(
            pieces, first, last, height, width, lambda part, rows: _brushed(part, rows, reach)
        )
        if found is not None:
            return found
    # The points for themselves too: one may lie on the border of a pixel that no piece enters.
    pieces = np.concatenate([pieces, np.concatenate([points, points], axis=1)])
    low, high = _from_top_to_bottom(pieces)
    first = np.floor(low)
    last = np.maximum(np.ceil(high), first + 1)
    return _painted(pieces, first, last, height, width, _led_through)


def closed_stroke(path: ArrayLike, radius: float, height: int, width: int) -> Region | None:
    """Return a stroke, filled if it comes back to where it began.

    It does so when its end lies within twice the radius of its start; it is then closed by a
    straight line, and all that is enclosed belongs to it.

    Parameters
    ----------
    path, radius
        As of `stroke`.

    Returns
    -------
    Region or None
        None if nothing of it lies in the image.

    Raises
    ------
    BadInput
        As `stroke`.
    """
    points = checked_points(path)
    if len(points) < 3 or np.hypot(*(points[-1] - points[0])) > 2 * checked_length(radius):
        return stroke(points, radius, height, width)
    ring = stroke(np.concatenate([points, points[:1]]), radius, height, width)
    return None if ring is None else fill_holes(ring)


def _from_top_to_bottom(pieces: Numbers) -> tuple[Numbers, Numbers]:
    """Return the least and the greatest y of each piece."""
    return np.minimum(pieces[:, 1], pieces[:, 3]), np.maximum(pieces[:, 1], pieces[:, 3])


def _painted(
    pieces: Numbers,
    first: Numbers,
    last: Numbers,
    height: int,
    width: int,
    spans: Callable[[Numbers, Positions], tuple[Numbers, Numbers]],
) -> Region | None:
    """Return the region of the spans that pieces of a path ``[N, 4]`` have in their rows."""
    tops, bottoms = (np.clip(rows, 0, height).astype(np.int64) for rows in (first, last))
    counts = np.maximum(bottoms - tops, 0)
    if counts.sum() > _MOST_SPANS:
        raise BadInput.saying(TOO_OFTEN)
    # A column more than the image has, so that spans of different rows never meet.
    stride = width + 1
    found: list[tuple[Positions, Positions]] = []
    for block in _blocks(counts):
        piece = np.repeat(np.arange(block.start, block.stop), counts[block])
        begun = np.cumsum(counts[block]) - counts[block]
        rows = np.arange(len(piece)) - np.repeat(begun, counts[block]) + tops[piece]
        left, right = spans(pieces[piece], rows)
        lefts, rights = (np.clip(side, 0, width).astype(np.int64) for side in (left, right))
        filled = rights > lefts
        if filled.any():
            before = rows[filled] * stride
            found.append(join_spans(before + lefts[filled], before + rights[filled]))
    if not found:
        return None
    starts, ends = (np.concatenate(sides) for sides in zip(*found, strict=True))
    return region_of_spans(starts // stride, starts % stride, ends - starts // stride * stride)


def _blocks(counts: Positions) -> Iterator[slice]:
    """Return slices of pieces with about as many spans as fit into memory together."""
    block = np.cumsum(counts) // _BLOCK
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=-1))
    return (slice(int(start), int(end)) for start, end in pairwise(edges))


def _brushed(pieces: Numbers, rows: Positions, reach: float) -> tuple[Numbers, Numbers]:
    """Return first and end of the columns whose centres lie within reach, a row of each piece."""
    x1, y1, x2, y2 = pieces.T
    down = rows + 0.5 - y1
    length = np.hypot(x2 - x1, y2 - y1)
    with np.errstate(invalid="ignore", divide="ignore"):
        along, across = (x2 - x1) / length, (y2 - y1) / length
    # Between the two ends of the piece, seen along it, and within reach, seen across it.
    low_a, high_a = _between(along, down * across, np.zeros_like(length), length)
    low_b, high_b = _between(across, -down * along, np.full_like(length, -reach), reach)
    low, high = np.maximum(low_a, low_b), np.minimum(high_a, high_b)
    left = np.where(low <= high, x1 + low, np.inf)
    right = np.where(low <= high, x1 + high, -np.inf)
    # The discs around its ends.
    for x, y in ((x1, y1), (x2, y2)):
        square = reach**2 - (rows + 0.5 - y) ** 2
        half = np.where(square >= 0, np.sqrt(np.maximum(square, 0)), -np.inf)
        left, right = np.minimum(left, x - half), np.maximum(right, x + half)
    return np.ceil(left - 0.5), np.floor(right - 0.5) + 1


def _between(
    slope: Numbers, offset: Numbers, low: Numbers, high: Numbers | float
) -> tuple[Numbers, Numbers]:
    """Return from where to where ``low <= slope * x + offset <= high``; a point has no slope."""
    is_flat = ~(np.abs(slope) > _STRAIGHT)
    steep = np.where(is_flat, 1.0, slope)
    ends = np.stack([(low - offset) / steep, (high - offset) / steep])
    holds = (low <= offset) & (offset <= high)
    start = np.where(is_flat, np.where(holds, -np.inf, np.inf), ends.min(axis=0))
    return start, np.where(is_flat, np.where(holds, np.inf, -np.inf), ends.max(axis=0))


def _led_through(pieces: Numbers, rows: Positions) -> tuple[Numbers, Numbers]:
    """Return first and end of the columns that pieces lead through, a row of each piece."""
    x1, y1, x2, y2 = pieces.T
    is_level = np.abs(y2 - y1) < _TRIFLE
    fall = np.where(is_level, 1.0, y2 - y1)
    shares = [np.clip((edge - y1) / fall, 0, 1) for edge in (rows, rows + 1)]
    begin, end = (x1 + share * (x2 - x1) for share in shares)
    begin, end = np.where(is_level, x1, begin), np.where(is_level, x2, end)
    first = np.floor(np.minimum(begin, end))
    return first, np.maximum(np.ceil(np.maximum(begin, end)), first + 1)
