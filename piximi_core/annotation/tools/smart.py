"""Objects from a box or a few clicks, by what the picture shows there.

Nothing is learned and nothing is downloaded: the object is what differs from its surroundings as
its middle does. Several opinions are asked, and what most of them say comes first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.annotation.regions import Box, filled_box, region_of
from piximi_core.annotation.tools.candidates import (
    Candidate,
    best_of,
    enlarged,
    opinions,
    reduced,
)
from piximi_core.annotation.tools.clicks import around_points, as_marked
from piximi_core.annotation.tools.points import checked_length, pixels_under
from piximi_core.annotation.tools.windows import around, clip_box, mask_in

__all__ = ["Candidate", "smart_box", "smart_click"]

Mask = NDArray[np.bool_]

# How far beyond a box its surroundings are looked at, as a share of its longer side and in pixels.
_MARGIN, _LEAST_MARGIN = 0.25, 3
# Windows that are longer are looked at in less detail, the more so where it is not known yet where
# the object ends.
_LONGEST, _ROUGHLY = 320, 160
# The window around clicks: the least, how it grows, how often, and its longest side.
_LEAST_RADIUS, _GROWTH, _GROWTHS, _WIDEST = 8.0, 2.0, 8, 1024
# How far beyond what was found the object may reach, as a share of its sides; it does so where it
# lies against a side of its box along more than a share of it. How often it is looked for there.
_WIDER, _AGAINST, _REFINED = 0.08, 0.2, 6


def smart_box(pixels: NDArray[Any], box: Box) -> list[Candidate]:
    """Return the objects that a box may have been drawn around, the best first.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers.
    box
        Around the object, tight or not; its corners may come in any order and lie outside.

    Returns
    -------
    list of Candidate
        At most three that differ, none reaching beyond the box; none where nothing stands out.
    """
    inside = clip_box(box, *pixels.shape[:2])
    if inside is None or not pixels.shape[2]:
        return []
    masks, window = _in_box(pixels, inside)
    return best_of(masks, *window[:2])


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
    first = None if found is None else region_of(found, *window[:2])
    if first is None:
        return []
    masks, crop = _grown_to_fit(pixels, first.box)
    corner = np.array(crop[:2])
    kept = [
        as_marked(mask, marked - corner, barred - corner) for mask in (*masks, mask_in(first, crop))
    ]
    return best_of([mask for mask in kept if mask is not None], *crop[:2])


def _grown_to_fit(pixels: NDArray[Any], box: Box) -> tuple[list[Mask], Box]:
    """Return the opinions about a box that is widened until the object does not fill it.

    What comes back is that of `_in_box`.
    """
    height, width = pixels.shape[:2]
    sides = (True, True, True, True)
    for _attempt in range(_REFINED):
        box = _widened(box, sides, height, width)
        masks, window = _in_box(pixels, box)
        if not masks:
            break
        x, y = window[:2]
        inner = masks[0][box[1] - y : box[3] - y, box[0] - x : box[2] - x]
        # In the order of the sides of a box.
        along = (inner[:, 0], inner[0], inner[:, -1], inner[-1])
        at_border = (box[0] == 0, box[1] == 0, box[2] == width, box[3] == height)
        left, top, right, bottom = (
            not is_last and float(side.mean()) > _AGAINST
            for side, is_last in zip(along, at_border, strict=True)
        )
        sides = (left, top, right, bottom)
        if not any(sides):
            break
    return masks, window


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


def _in_box(pixels: NDArray[Any], box: Box) -> tuple[list[Mask], Box]:
    """Return the opinions about a box, and the window that they are masks of."""
    left, top, right, bottom = box
    margin = max(_LEAST_MARGIN, round(_MARGIN * max(right - left, bottom - top)))
    window = around(box, margin, *pixels.shape[:2])
    x, y = window[:2]
    crop = pixels[y : window[3], x : window[2]]
    colours, step = reduced(crop, _LONGEST)
    sides = ((left - x) / step, (top - y) / step, (right - x) / step, (bottom - y) / step)
    allowed = mask_in(filled_box(box), window)
    masks = [enlarged(mask, step, crop.shape) & allowed for mask in opinions(colours, sides)]
    return [mask for mask in masks if mask.any()], window
