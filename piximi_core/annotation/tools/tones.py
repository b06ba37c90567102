"""Pixels of any kind as numbers that the tools can reckon with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["in_bytes", "mean_tone", "of_channels", "rescaled"]

Pixels = NDArray[Any]

# Percent of the pixels of a channel that may lie beyond each end of its scale: hot and dead ones.
_BEYOND = 0.5


def of_channels(pixels: Pixels, channels: Sequence[int]) -> Pixels:
    """Return some channels of pixels ``[H, W, C]``; all where none of them is there."""
    there = [channel for channel in channels if 0 <= channel < pixels.shape[-1]]
    chosen: Pixels = pixels[..., there] if there else pixels
    return chosen


def mean_tone(pixels: Pixels) -> NDArray[np.float64]:
    """Return the mean over the channels of pixels ``[H, W, C]``, float64 ``[H, W]``.

    Reckoned channel by channel, so that large pictures are not doubled in memory, and in float64,
    so that integers do not run over. A pixel that is no number in one channel is none here.
    """
    total = np.zeros(pixels.shape[:2])
    count = max(pixels.shape[2], 1)
    # Infinite ones of both signs make no number.
    with np.errstate(invalid="ignore"):
        for channel in range(pixels.shape[2]):
            total += pixels[..., channel]
        total /= count
    return total


def in_bytes(pixels: Pixels, low: float, high: float) -> NDArray[np.uint8]:
    """Return pixels ``[H, W, C]`` as three tones 0…255, uint8 ``[H, W, 3]``.

    Each third channel, from the first, the second and the third on, goes into the mean of one tone:
    up to three channels are kept apart. A tone without a channel is 0, and so is what is no number.

    Parameters
    ----------
    low, high
        The values that become 0 and 255; what lies beyond is as they are.

    Raises
    ------
    ValueError
        They are no range.
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError("The range has no width.")
    tones = np.zeros((*pixels.shape[:2], 3), np.uint8)
    for tone in range(min(3, pixels.shape[2])):
        # Halves, because the whole range may be more than the largest number.
        shares = (mean_tone(pixels[..., tone::3]) / 2 - low / 2) / (high / 2 - low / 2)
        tones[..., tone] = np.rint(np.nan_to_num(np.clip(shares, 0, 1) * 255, nan=0.0))
    return tones


def rescaled(pixels: Pixels) -> NDArray[np.float64]:
    """Return pixels ``[H, W, C]`` with each channel brought to 0…1, float64 of the same shape.

    What is no number becomes 0, and so does a channel that is the same everywhere. A few pixels
    that are far brighter or darker than all others do not count for the scale.
    """
    scaled = np.zeros(pixels.shape)
    for channel in range(pixels.shape[2]):
        values = pixels[..., channel].astype(np.float64)
        is_number = np.isfinite(values)
        if not is_number.any():
            continue
        low, high = np.percentile(values[is_number], (_BEYOND, 100 - _BEYOND))
        if low == high:
            low, high = values[is_number].min(), values[is_number].max()
        # Halves, because the whole range may be more than the largest number.
        span = high / 2 - low / 2
        if span > 0:
            shares = (np.where(is_number, values, low) / 2 - low / 2) / span
            scaled[..., channel] = np.clip(shares, 0, 1)
    return scaled
