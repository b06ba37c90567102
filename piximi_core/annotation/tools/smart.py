"""Objects from a box or a few clicks, by what the picture shows there.

Nothing is learned and nothing is downloaded: the object is what differs from its surroundings as
its middle does. Several opinions are asked, and what most of them say comes first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.annotation.regions import Box, Region, filled_box, region_of
from piximi_core.annotation.tools.finding.candidates import (
    Candidate,
    Thoughts,
    enlarged,
    opinions,
    ranked,
    reduced,
)
from piximi_core.annotation.tools.finding.clicks import around_points, as_marked, bent
from piximi_core.annotation.tools.points import checked_length, pixels_under, points_in
from piximi_core.annotation.tools.windows import around, clip_box, mask_in

__all__ = ["Candidate", "smart_box", "smart_click"]

Mask = NDArray[np.bool_]
Columns = NDArray[np.int64]

_NONE: Columns = np.empty((0, 2), dtype=np.int64)
# How far beyond a box its surroundings are looked at, as a share of its longer side and in pixels.
_MARGIN, _LEAST_MARGIN = 0.25, 3
# Windows that are longer are looked at in less detail, the more so where it is not known yet where
# the object ends.
_LONGEST, _ROUGHLY = 320, 160
# The window around clicks: the least, how it grows, how often, and its longest side.
_LEAST_RADIUS, _GROWTH, _GROWTHS, _WIDEST = 8.0, 2.0, 8, 1024
# How far beyond what was found the object may reach, as a share of its sides; it does so where it
# lies against a side of its box along more than a share of it. How often it is looked for there.
_WIDER, _AGAINST, _REFINED = 0.1, 0.2, 4


def smart_box(pixels: NDArray[Any], box: Box) -> list[Candidate]:
    """Return the objects that a box may have been drawn around, the best first.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers.
    box
        Around the object, tight or not; its corners may come in any order and lie outside. Where
        an outline that the picture allows touches all its sides, it is taken for tight.

    Returns
    -------
    list of Candidate
        At most three that differ, none reaching beyond the box; none where nothing stands out.
    """
    inside = clip_box(box, *pixels.shape[:2])
    if inside is None or not pixels.shape[2]:
        return []
    look = _look_at(pixels, inside, fills=True)
    masks = ranked(look.thoughts.masks, look.thoughts.fitted)
    regions = [(look.region(mask), score) for mask, score in masks]
    return [Candidate(region, score) for region, score in regions if region is not None]


def smart_click(
    pixels: NDArray[Any], inside: ArrayLike, outside: ArrayLike = (), radius: float = 24
) -> list[Candidate]:
    """Return the objects that lie under some points, the best first.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers.
    inside
        Points ``[N, 2]`` as (x, y) in pixels that lie in the object.
    outside
        Points that do not.
    radius
        How far around the points it is looked for first, in pixels. Where it reaches farther, the
        window grows.

    Returns
    -------
    list of Candidate
        At most three that differ, each with all points inside and none of those outside; none
        where nothing stands out.

    Raises
    ------
    BadInput
        A point or the radius is no number, or leads beyond any image.
    """
    height, width = pixels.shape[:2]
    marked, barred = pixels_under(inside, height, width), pixels_under(outside, height, width)
    reach = max(checked_length(radius), _LEAST_RADIUS)
    if not len(marked) or not pixels.shape[2]:
        return []
    (left, top), (right, bottom) = marked.min(axis=0).tolist(), (marked.max(axis=0) + 1).tolist()
    for _attempt in range(_GROWTHS):
        window = around((left, top, right, bottom), math.ceil(reach), height, width)
        found, is_whole = around_points(pixels, window, marked, barred, _ROUGHLY)
        if is_whole or max(window[2] - window[0], window[3] - window[1]) >= _WIDEST:
            break
        reach *= _GROWTH
    first = None if found is None or not is_whole else region_of(found, *window[:2])
    # What goes on beyond the window, or from side to side, is the ground that objects lie on.
    if first is None or first.box == (0, 0, width, height):
        return []
    look = _grown_to_fit(pixels, first.box)
    (x, y), step = look.window[:2], look.step
    near, far = (marked - (x, y)) // step, (barred - (x, y)) // step
    masks = [*look.thoughts.masks, mask_in(first, look.window)[::step, ::step]]
    drawn = (bent(mask, near, far) for mask in masks)
    held = [kept for mask in drawn if (kept := as_marked(mask, near, far)) is not None]
    regions = [(look.region(mask, marked, barred), score) for mask, score in ranked(held)]
    return [Candidate(region, score) for region, score in regions if region is not None]


@dataclass(frozen=True)
class _Look:
    """What is thought of a box.

    Attributes
    ----------
    thoughts
        The opinions, bool ``[H, W]``: pixels of the window, or blocks of them.
    step
        The side of a block, in pixels.
    window, box
        What was looked at, and the box that no object reaches beyond.
    """

    thoughts: Thoughts
    step: int
    window: Box
    box: Box

    def region(self, mask: Mask, marked: Columns = _NONE, barred: Columns = _NONE) -> Region | None:
        """Return the region of a mask of blocks, with marked pixels and without barred ones."""
        x, y, right, bottom = self.window
        allowed = mask_in(filled_box(self.box), self.window)
        fine = enlarged(mask, self.step, (bottom - y, right - x)) & allowed
        for points, holds in ((barred, False), (marked, True)):
            columns, rows = (points_in(points, self.box) - (x, y)).T
            fine[rows, columns] = holds
        return region_of(fine, x, y)


def _grown_to_fit(pixels: NDArray[Any], box: Box) -> _Look:
    """Return what is thought of a box that is widened until the object does not fill it."""
    height, width = pixels.shape[:2]
    wider = _widened(box, (True, True, True, True), height, width)
    look = _look_at(pixels, wider, roughly=True)
    for _attempt in range(_REFINED):
        if not look.thoughts.masks:
            break
        box, step = look.box, look.step
        left, top = ((box[axis] - look.window[axis]) // step for axis in (0, 1))
        right, bottom = (-((look.window[axis] - box[2 + axis]) // step) for axis in (0, 1))
        inner = look.thoughts.masks[0][top:bottom, left:right]
        # In the order of the sides of a box.
        along = (inner[:, 0], inner[0], inner[:, -1], inner[-1])
        is_last = (box[0] == 0, box[1] == 0, box[2] == width, box[3] == height)
        west, north, east, south = (
            not last and float(side.mean()) > _AGAINST
            for side, last in zip(along, is_last, strict=True)
        )
        if not (west or north or east or south):
            break
        wider = _widened(box, (west, north, east, south), height, width)
        look = _look_at(pixels, wider, roughly=True)
    return _look_at(pixels, look.box)


def _widened(box: Box, sides: tuple[bool, bool, bool, bool], height: int, width: int) -> Box:
    """Return a box with some sides moved outwards, but not out of the image."""
    x1, y1, x2, y2 = box
    across, down = max(1, round(_WIDER * (x2 - x1))), max(1, round(_WIDER * (y2 - y1)))
    left, top, right, bottom = sides
    return (
        max(x1 - across * left, 0),
        max(y1 - down * top, 0),
        min(x2 + across * right, width),
        min(y2 + down * bottom, height),
    )


def _look_at(pixels: NDArray[Any], box: Box, roughly: bool = False, fills: bool = False) -> _Look:
    left, top, right, bottom = box
    margin = max(_LEAST_MARGIN, round(_MARGIN * max(right - left, bottom - top)))
    window = around(box, margin, *pixels.shape[:2])
    x, y = window[:2]
    longest = _ROUGHLY if roughly else _LONGEST
    colours, step = reduced(pixels[y : window[3], x : window[2]], longest)
    sides = ((left - x) / step, (top - y) / step, (right - x) / step, (bottom - y) / step)
    thoughts = opinions(colours, sides, closely=not roughly, fills=fills)
    return _Look(thoughts, step, window, box)
