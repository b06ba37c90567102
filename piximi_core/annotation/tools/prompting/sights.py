"""Which part of an image a network is shown when a person sees some of it."""

from __future__ import annotations

from math import floor

from piximi_core.annotation.regions import Box

__all__ = ["LEAST_SIDE", "WIDEST_SIDE", "crop_in_sight"]

LEAST_SIDE, WIDEST_SIDE = 256, 4096
"""The sides of a crop, in pixels of the image: each twice the one before."""
_STEPS = 4  # that a crop is moved by: so many make its side


def crop_in_sight(view: tuple[float, float, float, float], height: int, width: int) -> Box | None:
    """Return the crop around what is in sight; None where that is more than a network can see.

    A network takes seconds for a crop, so it changes seldom: its sides double, and it moves by
    quarters of them. Where it would be larger than the image it is the whole image.

    Parameters
    ----------
    view
        ``(x1, y1, x2, y2)`` in pixels of the image; what lies outside of it does not count.

    Examples
    --------
    >>> crop_in_sight((310, 300, 560, 420), 1000, 2000)
    (256, 256, 768, 768)
    """
    x1, x2 = _within(view[0], view[2], width)
    y1, y2 = _within(view[1], view[3], height)
    longest, side = max(x2 - x1, y2 - y1), LEAST_SIDE
    while longest > side - side // _STEPS:
        side *= 2
    left, right = _part(x1, width, side)
    top, bottom = _part(y1, height, side)
    is_small = max(right - left, bottom - top) <= WIDEST_SIDE
    return (left, top, right, bottom) if is_small else None


def _within(low: float, high: float, total: int) -> tuple[float, float]:
    low = min(max(low, 0.0), total - 1.0)
    return low, min(max(high, low + 1.0), float(total))


def _part(low: float, total: int, side: int) -> tuple[int, int]:
    if side >= total:
        return 0, total
    step = side // _STEPS
    start = min(floor(low / step) * step, total - side)
    return start, start + side
