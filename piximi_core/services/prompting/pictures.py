"""The picture that a network is shown: what a person sees of the file, in 8-bit RGB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.tones import rescaled
from piximi_core.images import CHANNEL_COLORS, render

__all__ = ["LONGEST_SIDE", "picture_of"]

LONGEST_SIDE = 2048
"""In pixels: a network sees half of it, and to draw more takes seconds."""


def picture_of(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Return what a network is shown of a crop, uint8 ``[H', W', 3]``.

    A photograph is shown as it is. All else is stretched channel by channel, so that faint objects
    are seen whatever the range of the file; several channels have their usual colours.

    Parameters
    ----------
    pixels
        ``[H, W, C]``, native numbers of the channels that are seen. Every n-th of a large crop is
        taken.
    """
    step = -(-max(pixels.shape[:2]) // LONGEST_SIDE)
    seen = pixels[::step, ::step]
    count = seen.shape[2]
    if seen.dtype == np.uint8 and count == 3:
        photograph: NDArray[np.uint8] = np.ascontiguousarray(seen)
        return photograph
    tones = rescaled(seen).astype(np.float32)
    if count == 1:
        return render(tones, [(0.0, 1.0)], ["#ffffff"])
    colors = [CHANNEL_COLORS[at] if at < len(CHANNEL_COLORS) else "#ffffff" for at in range(count)]
    return render(tones, [(0.0, 1.0)] * count, colors)
