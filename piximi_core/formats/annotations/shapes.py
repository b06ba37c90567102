"""The ways in which files say where an object is, and how each becomes pixels of an image."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.columns import region_of_columns
from piximi_core.annotation.polygons import FARTHEST, TOO_FAR, fill_rings, fill_trace
from piximi_core.annotation.regions import Region, clip_region, filled_box, join_regions
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.coco_runs import expand
from piximi_core.messages import Message

__all__ = [
    "BoxShape",
    "CocoPolygons",
    "ColumnRuns",
    "JoinedPolygons",
    "PixelTrace",
    "Polygons",
    "Shape",
    "place",
    "reaches_out",
]

_MOST_OUTLINE = 50_000_000  # steps of a fifth of a pixel, as pycocotools walks them
_PART_LEFT_OUT = Message("A part of its outline has no area in any image and was left out.")


@dataclass(frozen=True)
class BoxShape:
    """A box without a mask: left, top, right, bottom; `relative` as shares of the image."""

    left: float
    top: float
    right: float
    bottom: float
    relative: bool = False


@dataclass(frozen=True, eq=False)
class Polygons:
    """One polygon: rings of corners (x, y), of which rings within rings are holes.

    `relative` as in `BoxShape`.
    """

    rings: Sequence[NDArray[np.float64]]
    relative: bool = False


@dataclass(frozen=True, eq=False)
class JoinedPolygons:
    """Polygons that are one object together: where they overlap, they are joined.

    Attributes
    ----------
    parts
        Of each polygon its outer ring ``[N, 2]`` of corners (x, y), then those of its holes. A
        ring without corners stands for one that the file does not give in numbers.
    """

    parts: Sequence[Sequence[NDArray[np.float64]]]


@dataclass(frozen=True, eq=False)
class CocoPolygons:
    """Polygons of which each is filled and all are joined, by the rules of pycocotools."""

    rings: Sequence[NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class PixelTrace:
    """A way from pixel to pixel ``[N, 2]`` (x, y), all of which belong to the object (Piximi)."""

    ring: NDArray[np.float64]


@dataclass(frozen=True)
class ColumnRuns:
    """A mask of the whole image as run lengths down its columns (COCO)."""

    height: int
    width: int
    counts: tuple[int, ...]


Shape = Region | BoxShape | Polygons | JoinedPolygons | CocoPolygons | PixelTrace | ColumnRuns


def place(
    shape: Shape, height: int, width: int, told: Callable[[str], None] = lambda _: None
) -> Region | None:
    """Return the pixels of an image of this size that a shape covers.

    Parameters
    ----------
    told
        Called with a sentence if a part of the shape was of no use.

    Returns
    -------
    Region or None
        None if it covers none.

    Raises
    ------
    BadInput
        What it says cannot be: numbers that are none, masks that do not fill their box.
    """
    if isinstance(shape, Region):
        if shape.width <= 0 or shape.height <= 0:
            return None
        # A box far larger than any image would need the memory that it claims.
        if shape.width * shape.height > 16 * max(height * width, 1_000_000):
            raise BadInput("Its box is far larger than the image.")
        region = clip_region(shape, height, width)
        return None if region is None or not region.mask().any() else region
    if isinstance(shape, ColumnRuns):
        return _from_columns(shape, height, width)
    if isinstance(shape, BoxShape):
        return _from_box(shape, height, width)
    if isinstance(shape, PixelTrace):
        return fill_trace(shape.ring, height, width)
    if isinstance(shape, JoinedPolygons):
        return _joined(shape, height, width, told)
    return _from_rings(shape, height, width, told)


def _from_rings(
    shape: Polygons | CocoPolygons, height: int, width: int, told: Callable[[str], None]
) -> Region | None:
    rings = _usable(shape.rings)
    if isinstance(shape, CocoPolygons) and len(rings) == len(shape.rings):
        return _by_pycocotools(rings, height, width, told)
    if len(rings) < len(shape.rings):
        told(_PART_LEFT_OUT)
    if isinstance(shape, CocoPolygons):
        return _by_pycocotools(rings, height, width, lambda _: None)
    scale = np.array([width, height]) if shape.relative else 1.0
    return fill_rings([ring * scale for ring in rings], height, width)


def reaches_out(shape: Shape, height: int, width: int) -> bool:
    """Whether a shape reaches over the border of the image by a pixel or more."""
    if isinstance(shape, ColumnRuns | PixelTrace):
        return False
    if isinstance(shape, Region):
        left, top, right, bottom = map(float, shape.box)
    elif isinstance(shape, BoxShape):
        left, top, right, bottom = shape.left, shape.top, shape.right, shape.bottom
    else:
        rings = (
            [ring for part in shape.parts for ring in part]
            if isinstance(shape, JoinedPolygons)
            else shape.rings
        )
        corners = np.concatenate(_usable(rings))
        left, top = corners.min(axis=0).tolist()
        right, bottom = corners.max(axis=0).tolist()
    if getattr(shape, "relative", False):
        left, right, top, bottom = left * width, right * width, top * height, bottom * height
    return left <= -1 or top <= -1 or right >= width + 1 or bottom >= height + 1


def _usable(rings: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Return the rings that can be filled: with three corners, all within reach.

    Raises
    ------
    BadInput
        There is none; the text says why.
    """
    long = [ring for ring in rings if len(ring) >= 3]
    if not long:
        raise BadInput("Its outline has fewer than three corners.")
    finite = [ring for ring in long if np.isfinite(ring).all()]
    if not finite:
        raise BadInput("Its outline holds values that are not numbers.")
    near = [ring for ring in finite if np.abs(ring).max() <= FARTHEST]
    if not near:
        raise BadInput.saying(TOO_FAR)
    return near


def _joined(
    shape: JoinedPolygons, height: int, width: int, told: Callable[[str], None]
) -> Region | None:
    """Fill each polygon by itself and join them; one without its outer ring has no inside."""
    filled: list[Region | None] = []
    first: BadInput | None = None
    is_whole = all(shape.parts)
    for outer, *holes in (part for part in shape.parts if part):
        try:
            rings = _usable([outer])
            for hole in holes:
                try:
                    rings += _usable([hole])
                except BadInput:
                    is_whole = False
            filled.append(fill_rings(rings, height, width))
        except BadInput as error:
            first, is_whole = first or error, False
    if not filled:
        raise first or BadInput("It has no area.")
    if not is_whole:
        told(_PART_LEFT_OUT)
    return join_regions([region for region in filled if region is not None])


def _from_box(shape: BoxShape, height: int, width: int) -> Region | None:
    edges = (shape.left, shape.top, shape.right, shape.bottom)
    if not all(map(math.isfinite, edges)):
        raise BadInput("Its box holds values that are not numbers.")
    if shape.relative:
        edges = (edges[0] * width, edges[1] * height, edges[2] * width, edges[3] * height)
    # Halves go up, so that neighbouring boxes still meet (round() would go to even numbers).
    x1, y1, x2, y2 = (math.floor(edge + 0.5) for edge in edges)
    x1, y1, x2, y2 = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
    return filled_box((x1, y1, x2, y2)) if x1 < x2 and y1 < y2 else None


def _from_columns(shape: ColumnRuns, height: int, width: int) -> Region | None:
    if (shape.height, shape.width) != (height, width):
        raise BadInput(
            "Its mask is made for {width} x {height} pixels, but the image has "
            "{width_2} x {height_2}.",
            width=shape.width,
            height=shape.height,
            width_2=width,
            height_2=height,
        )
    if any(count < 0 for count in shape.counts) or sum(shape.counts) != height * width:
        raise BadInput(
            "Its run lengths do not add up to the {pixels:,} pixels of the image.",
            pixels=height * width,
        )
    return region_of_columns(shape.counts, height, width)


def _by_pycocotools(
    rings: Sequence[NDArray[np.float64]], height: int, width: int, told: Callable[[str], None]
) -> Region | None:
    # It takes memory for every fifth of a pixel that the outline is long.
    short = [ring for ring in rings if 5 * _length(ring) <= _MOST_OUTLINE]
    if not short or 5 * sum(map(_length, short)) > _MOST_OUTLINE:
        raise BadInput.saying(TOO_FAR)
    if len(short) < len(rings):
        told(_PART_LEFT_OUT)
    from pycocotools import mask as coco_mask

    flat = [ring.ravel().tolist() for ring in short]
    encoded: Any = coco_mask.merge(coco_mask.frPyObjects(flat, height, width))
    # Its own decoder warns with NumPy 2; the text it makes is the same.
    return region_of_columns(expand(encoded["counts"].decode("ascii")), height, width)


def _length(ring: NDArray[np.float64]) -> float:
    """Return how many pixels pycocotools walks along a ring."""
    return float(np.abs(np.diff(ring, axis=0, append=ring[:1])).max(axis=1).sum())
