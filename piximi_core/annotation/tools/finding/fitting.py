"""What the box itself says: a person draws it so that the object nearly touches its sides.

That prior is from Lempitsky, Kohli, Rother and Sharp, "Image segmentation with a bounding box
prior" (ICCV, 2009). Here it decides where a blurred outline runs, and nothing else: of the outlines
that the picture allows, the one that touches all four sides. Where none does, the box is a loose
one, and says no more than where to look.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.finding.evidence import (
    BESIDE,
    ground_beside,
    likeness_between,
)
from piximi_core.annotation.tools.finding.opinions import by_level, part_in_the_middle, rounded

__all__ = ["fitted"]

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]

# Where the outline may lie on the way from the ground beside an object to its own tone.
_LEVELS = (0.27, 0.3, 0.33, 0.36, 0.39, BESIDE, 0.45, 0.48, 0.52)
# How far from a side an object still touches it: in pixels, and as a share of the box's length; how
# many times as far it may be once its outline is smoothed.
_NEAR, _NEARLY, _STILL = 0.75, 0.03, 1.5
# What a level costs that lies 0.1 from the usual one; a mask that only just touches costs 1.
_UNUSUAL = 0.1


def fitted(tone: Numbers, roughly: Mask, away: Numbers, inside: Mask) -> Mask | None:
    """Return the outline of an object that touches all sides of its box.

    Parameters
    ----------
    tone
        float64 ``[H, W]``, brighter in the object.
    roughly
        bool ``[H, W]``: the object, roughly.
    away, inside
        The box, as of `evidence.from_middle`.

    Returns
    -------
    ndarray or None
        bool ``[H, W]``, within the box; None if no outline that the picture allows does so.
    """
    beside = ground_beside(tone, roughly)
    if beside is None:
        return None
    # What is cut off from its neighbours once holds the outlines of all levels.
    own = by_level(likeness_between(tone, *beside, _LEVELS[0]), away, inside)
    found, least = None, math.inf
    for level in _LEVELS:
        mask = own & (likeness_between(tone, *beside, level) > 0)
        gaps = _gaps(mask, inside)
        cost = float(np.mean(gaps**2)) + _UNUSUAL * ((level - BESIDE) / 0.1) ** 2
        if gaps.max() <= 1 and cost < least:
            found, least = mask, cost
    if found is None:
        return None
    # Without what is noise beside it, which may be all that touched.
    found = rounded(part_in_the_middle(found, away)) & inside
    return found if _gaps(found, inside).max() <= _STILL else None


def _gaps(mask: Mask, inside: Mask) -> Numbers:
    """Return how far a mask stays away from the four sides of a box; it touches up to 1."""
    found = []
    for axis in (0, 1):
        taken = np.flatnonzero(mask.any(axis=axis) & inside.any(axis=axis))
        first, last = np.flatnonzero(inside.any(axis=axis))[[0, -1]].tolist()
        near = max(_NEAR, _NEARLY * (last + 1 - first))
        gaps = (taken[0] - first, last - taken[-1]) if len(taken) else (math.inf, math.inf)
        found += [gap / near for gap in gaps]
    return np.array(found)
