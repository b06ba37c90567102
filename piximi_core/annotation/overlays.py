"""Outlines of objects in a small picture: which colour each of its pixels has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box

__all__ = ["FIRST_COLOR", "RIM", "Outlined", "draw_outlines"]

RIM = 1
"""What pixels beside a line hold, so that light lines are seen on light ground; 0 is nothing."""
FIRST_COLOR = 2
"""What pixels of a line of the first colour hold."""

_TINY = 5  # pixels of the small picture; what is no larger is drawn as its box


class Outlined(NamedTuple):
    """An object whose outline is to be drawn.

    Attributes
    ----------
    box
        ``(x1, y1, x2, y2)`` in pixels of the image, the end exclusive.
    mask
        Inside the box, as run lengths by spaces, the first of background.
    color
        The number of its colour, from 0.
    """

    box: Box
    mask: str
    color: int


def draw_outlines(
    found: Iterable[Outlined], height: int, width: int, longest: int, thick: int = 2
) -> NDArray[np.uint16]:
    """Draw outlines, the later ones over the earlier, inside of what they go around.

    Parameters
    ----------
    height, width
        Of the image, in pixels.
    longest
        The longer side of the small picture, in its pixels; the image may be smaller.
    thick
        Pixels of the small picture that a line has.

    Returns
    -------
    NDArray
        uint16 ``[H, W]``: 0, `RIM`, or `FIRST_COLOR` and the number of the colour. However small an
        object is, one pixel is its.
    """
    scale = longest / max(height, width)
    drawn = np.zeros((max(1, round(height * scale)), max(1, round(width * scale))), dtype=np.uint16)
    for box, mask, color in found:
        x1, x2 = _span(box[0] * scale, box[2] * scale, drawn.shape[1])
        y1, y2 = _span(box[1] * scale, box[3] * scale, drawn.shape[0])
        part = drawn[y1:y2, x1:x2]
        if max(x2 - x1, y2 - y1) <= _TINY:
            part[:] = FIRST_COLOR + color
            continue
        inside = _sampled(box, mask, (x1, y1, x2, y2), scale)
        if inside.any():
            part[inside & ~_core(inside, thick)] = FIRST_COLOR + color
        else:  # a line thinner than a pixel, between those that are looked at
            part[(y2 - y1) // 2, (x2 - x1) // 2] = FIRST_COLOR + color
    drawn[_beside(drawn > 0)] = RIM
    return drawn


def _span(start: float, end: float, size: int) -> tuple[int, int]:
    """Return the pixels that a length touches, at least one of those that there are."""
    first = min(max(0, int(np.floor(start))), size - 1)
    return first, min(max(first + 1, int(np.ceil(end))), size)


def _sampled(box: Box, mask: str, part: Box, scale: float) -> NDArray[np.bool_]:
    """Return which pixels of a part of the small picture have their middle in the mask.

    The mask itself is never unpacked: of a large one only few pixels are asked for.
    """
    height, width = box[3] - box[1], box[2] - box[0]
    xs = np.floor((np.arange(part[0], part[2]) + 0.5) / scale).astype(np.int64) - box[0]
    ys = np.floor((np.arange(part[1], part[3]) + 0.5) / scale).astype(np.int64) - box[1]
    ends = np.cumsum(np.fromiter(map(int, mask.split()), np.int64))
    run = np.searchsorted(ends, ys[:, np.newaxis] * width + xs, side="right")
    there = ((ys >= 0) & (ys < height))[:, np.newaxis] & ((xs >= 0) & (xs < width))
    found: NDArray[np.bool_] = (run % 2 == 1) & there
    return found


def _core(inside: NDArray[np.bool_], thick: int) -> NDArray[np.bool_]:
    """Return what lies deeper inside than a line is thick."""
    padded = np.pad(inside, thick)
    core = inside.copy()
    height, width = inside.shape
    for step in range(-thick, thick + 1):
        core &= padded[thick + step : thick + step + height, thick : thick + width]
        core &= padded[thick : thick + height, thick + step : thick + step + width]
    return core


def _beside(lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels that touch a line from outside."""
    near = lines.copy()
    near[1:] |= lines[:-1]
    near[:-1] |= lines[1:]
    near[:, 1:] |= lines[:, :-1]
    near[:, :-1] |= lines[:, 1:]
    return near & ~lines
