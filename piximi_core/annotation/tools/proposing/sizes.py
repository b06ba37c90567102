"""How large the objects are that one is about to look for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.proposing.find import Wanted, propose
from piximi_core.annotation.tools.proposing.working import band, clean_tone, reduced

__all__ = ["diameter_of", "propose_diameter"]

_LONGEST = 384  # blocks of a side: sizes show in little detail
_SIZES = 14
_LEAST, _USUAL = 6.0, 20.0  # pixels
_SHARE = 0.25  # of the shorter side: larger ones are outlined by hand
_STRONGEST = 98.0  # percent
# So many objects that are found at the first guess tell better than the guess; the middle of a
# large plane tells as much as all of it.
_SEVERAL, _ENOUGH = 5, 1024


def diameter_of(areas: Sequence[float]) -> float | None:
    """Return the diameter of a disc as large as the median of some areas in pixels, or None."""
    return 2 * (float(np.median(areas)) / np.pi) ** 0.5 if len(areas) else None


def propose_diameter(pixels: NDArray[Any]) -> float:
    """Return about which diameter in pixels the objects of a plane ``[H, W, C]`` have.

    The median of those that are found at the size at which discs, bright or dark, stand out most;
    20 where nothing does.
    """
    top, left = (max(0, (side - _ENOUGH) // 2) for side in pixels.shape[:2])
    middle = pixels[top : top + _ENOUGH, left : left + _ENOUGH]
    first = _most_striking(middle)
    if first is None:
        return _USUAL
    found = propose(middle, Wanted(first))
    seen = diameter_of([region.area for region in found]) if len(found) >= _SEVERAL else None
    return float(round(seen or first))


def _most_striking(pixels: NDArray[Any]) -> float | None:
    """Return the diameter at which discs stand out most; None where nothing does."""
    tone = clean_tone(pixels)
    if tone is None:
        return None
    step = max(1, -(-max(tone.shape) // _LONGEST))
    coarse = reduced(tone, step)
    largest = _SHARE * min(tone.shape)
    least = max(_LEAST, 3.0 * step)
    if largest <= least:
        return None
    sizes = np.geomspace(least, largest, _SIZES)
    answers = [
        float(np.percentile(np.abs(band(coarse, size / step)), _STRONGEST)) for size in sizes
    ]
    return float(sizes[int(np.argmax(answers))])
