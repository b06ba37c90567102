"""The ways in which files say where an object is, and how each becomes pixels of an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.columns import region_of_columns
from piximi_core.annotation.polygons import fill_rings
from piximi_core.annotation.regions import Region, clip_region, filled_box
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.coco_runs import expand

__all__ = ["BoxShape", "CocoPolygons", "ColumnRuns", "Polygons", "Shape", "place", "reaches_out"]

_MOST_OUTLINE = 50_000_000  # steps of a fifth of a pixel, as pycocotools walks them


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
    """Rings of corners (x, y); rings within rings are holes. `relative` as in `BoxShape`."""

    rings: Sequence[NDArray[np.float64]]
    relative: bool = False


@dataclass(frozen=True, eq=False)
class CocoPolygons:
    """Polygons of which each is filled and all are joined, by the rules of pycocotools."""

    rings: Sequence[NDArray[np.float64]]


@dataclass(frozen=True)
class ColumnRuns:
    """A mask of the whole image as run lengths down its columns (COCO)."""

    height: int
    width: int
    counts: tuple[int, ...]


Shape = Region | BoxShape | Polygons | CocoPolygons | ColumnRuns


def place(shape: Shape, height: int, width: int) -> Region | None:
    """Return the pixels of an image of this size that a shape covers.

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
    rings = _finite(shape.rings)
    if isinstance(shape, Polygons):
        scale = np.array([width, height]) if shape.relative else 1.0
        return fill_rings([ring * scale for ring in rings], height, width)
    return _by_pycocotools(rings, height, width)


def reaches_out(shape: Shape, height: int, width: int) -> bool:
    """Whether a shape reaches over the border of the image by a pixel or more."""
    if isinstance(shape, ColumnRuns):
        return False
    if isinstance(shape, Region):
        left, top, right, bottom = map(float, shape.box)
    elif isinstance(shape, BoxShape):
        left, top, right, bottom = shape.left, shape.top, shape.right, shape.bottom
    else:
        corners = np.concatenate(list(shape.rings))
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    if getattr(shape, "relative", False):
        left, right, top, bottom = left * width, right * width, top * height, bottom * height
    return left <= -1 or top <= -1 or right >= width + 1 or bottom >= height + 1


def _finite(rings: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    kept = [ring for ring in rings if len(ring) >= 3]
    if not kept:
        raise BadInput("Its outline has fewer than three corners.")
    if not all(np.isfinite(ring).all() for ring in kept):
        raise BadInput("Its outline holds values that are not numbers.")
    return kept


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
            f"Its mask is made for {shape.width} x {shape.height} pixels, but the image has "
            f"{width} x {height}."
        )
    if any(count < 0 for count in shape.counts) or sum(shape.counts) != height * width:
        raise BadInput(
            f"Its run lengths do not add up to the {height * width:,} pixels of the image."
        )
    return region_of_columns(shape.counts, height, width)


def _by_pycocotools(rings: Sequence[NDArray[np.float64]], height: int, width: int) -> Region | None:
    # It takes memory for every fifth of a pixel that the outline is long.
    length = sum(float(np.abs(np.diff(ring, axis=0, append=ring[:1])).max(axis=1).sum())
                 for ring in rings)  # fmt: skip
    if 5 * length > _MOST_OUTLINE:
        raise BadInput("The outline is too long to be that of an object in this image.")
    from pycocotools import mask as coco_mask

    flat = [ring.ravel().tolist() for ring in rings]
    encoded: Any = coco_mask.merge(coco_mask.frPyObjects(flat, height, width))
    # Its own decoder warns with NumPy 2; the text it makes is the same.
    return region_of_columns(expand(encoded["counts"].decode("ascii")), height, width)
