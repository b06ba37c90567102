"""The pixels of a box that are brighter, or darker, than a level."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box, Region, region_of
from piximi_core.annotation.tools.tones import mean_tone
from piximi_core.annotation.tools.windows import clip_box

__all__ = ["otsu", "propose_level", "threshold"]

# As many pixels give the level of all: sorting more would be felt.
_ENOUGH = 500_000


def threshold(pixels: NDArray[Any], box: Box, level: float, above: bool = True) -> Region | None:
    """Return the pixels of a box whose mean over the channels lies above a level, or not above it.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers.
    box
        Its corners may come in any order and lie outside the image.
    level
        In the units of the pixels. What is exactly at the level is not above it.
    above
        False for the rest: what is darker than the level, or at it. Pixels that are no numbers are
        in neither.

    Returns
    -------
    Region or None
        None if there are none.
    """
    inside = clip_box(box, *pixels.shape[:2])
    if inside is None:
        return None
    left, top, right, bottom = inside
    tone = mean_tone(pixels[top:bottom, left:right])
    return region_of(tone > level if above else tone <= level, left, top)


def propose_level(pixels: NDArray[Any], box: Box) -> float:
    """Return the level that divides a box into bright and dark best, as `threshold` takes it.

    Parameters
    ----------
    pixels, box
        As of `threshold`.

    Returns
    -------
    float
        In the units of the pixels; where all are equal their value, where there are none 0.
    """
    inside = clip_box(box, *pixels.shape[:2])
    if inside is None:
        return 0.0
    left, top, right, bottom = inside
    # Every so many rows and columns of a large box, evenly.
    step = max(1, round(((bottom - top) * (right - left) / _ENOUGH) ** 0.5))
    tone = mean_tone(pixels[top:bottom:step, left:right:step])
    level, _separation = otsu(tone[np.isfinite(tone)])
    return level


def otsu(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the level between two groups of numbers, and how well it separates them, 0…1.

    Otsu, "A threshold selection method from gray-level histograms" (IEEE Transactions on Systems,
    Man, and Cybernetics, 1979), with the numbers themselves for a histogram: the separation is the
    share of their variance that lies between the groups.

    Parameters
    ----------
    values
        float64 ``[N]``, finite.

    Returns
    -------
    level, separation
        Half-way between the groups. Of equal numbers their value and 0; of none, 0 and 0.
    """
    if not len(values):
        return 0.0, 0.0
    ordered = np.sort(values)
    lowest, highest = float(ordered[0]), float(ordered[-1])
    if lowest == highest:
        return lowest, 0.0
    # On a scale from 0 to 1, so that no square runs over.
    shares = (ordered / 2 - lowest / 2) / (highest / 2 - lowest / 2)
    cuts = np.flatnonzero(shares[1:] > shares[:-1]) + 1
    if not len(cuts):
        return lowest, 0.0
    below = np.cumsum(shares)[cuts - 1]
    total, count = float(shares.sum()), len(shares)
    apart = below / cuts - (total - below) / (count - cuts)
    between = cuts * (count - cuts) * apart**2 / count**2
    best = int(between.argmax())
    low, high = float(ordered[cuts[best] - 1]), float(ordered[cuts[best]])
    level = low / 2 + high / 2
    variance = float(shares.var())
    separation = float(between[best]) / variance if variance > 0 else 0.0
    # Between neighbours there may be no number left.
    return (level if low <= level < high else low), min(separation, 1.0)
