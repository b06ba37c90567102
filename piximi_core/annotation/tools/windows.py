"""Masks of a part of the image, as large as the work at hand needs and no larger."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box, Region

__all__ = ["around", "clip_box", "common_box", "mask_in", "overlap"]


def clip_box(box: Box, height: int, width: int) -> Box | None:
    """Return what of a box lies inside the image, None if nothing does.

    Its corners may come in any order, as a person drags them.
    """
    (left, right), (top, bottom) = sorted(box[::2]), sorted(box[1::2])
    return overlap((left, top, right, bottom), (0, 0, width, height))


def overlap(one: Box, other: Box) -> Box | None:
    """Return the box that lies in both of two boxes, None if there is none."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def common_box(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around one or more boxes."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def around(box: Box, margin: int, height: int, width: int) -> Box:
    """Return a box that is wider by a margin on each side, but not wider than the image."""
    x1, y1, x2, y2 = box
    return (
        max(x1 - margin, 0),
        max(y1 - margin, 0),
        min(x2 + margin, width),
        min(y2 + margin, height),
    )


def mask_in(region: Region | None, window: Box) -> NDArray[np.bool_]:
    """Return which pixels of a window belong to a region, bool ``[H, W]`` of the window's size.

    Parameters
    ----------
    region
        What lies outside the window is cut; None is a region without pixels.
    """
    left, top, right, bottom = window
    painted = np.zeros((bottom - top, right - left), dtype=bool)
    shared = None if region is None else overlap(region.box, window)
    if region is None or shared is None:
        return painted
    x1, y1, x2, y2 = shared
    inner = region.mask()[
        y1 - region.box[1] : y2 - region.box[1], x1 - region.box[0] : x2 - region.box[0]
    ]
    painted[y1 - top : y2 - top, x1 - left : x2 - left] = inner
    return painted
