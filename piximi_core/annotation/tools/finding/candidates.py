"""What may be meant by a box or a click: opinions about an object, and which is believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools.finding.evidence import (
    Sides,
    contrast,
    from_middle,
    likeness,
    likeness_nearby,
)
from piximi_core.annotation.tools.finding.fitting import fitted
from piximi_core.annotation.tools.finding.opinions import by_edges, by_level, part_in_the_middle
from piximi_core.annotation.tools.tones import rescaled

__all__ = ["Candidate", "Thoughts", "enlarged", "opinions", "ranked", "reduced"]

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]

# How much is smoothed, as a share of the box's shorter side and in pixels.
_FINE, _LEAST_FINE, _MOST_FINE = 0.04, 0.5, 2.0
# The core of an object, and where its surroundings begin, from the middle of its box.
_CORE, _SURROUNDINGS = 0.5, 1.05
# The outline's level of objects that fade towards it.
_FADED = 0.35
# How many candidates are shown, and how much two may have in common to be worth showing both.
_MOST, _SAME = 3, 0.97


@dataclass(frozen=True)
class Candidate:
    """An object that may be meant.

    Attributes
    ----------
    region
        Its pixels.
    score
        0…1: how far the opinions agree with it.
    """

    region: Region
    score: float


@dataclass(frozen=True)
class Thoughts:
    """What may be the object in a box.

    Attributes
    ----------
    masks
        The opinions, each bool ``[H, W]`` within the box; none where its middle does not stand out.
    fitted
        The one that touches all sides of the box, None if there is none or nobody asked for it.
    """

    masks: list[Mask]
    fitted: Mask | None = None


def opinions(colours: Numbers, box: Sides, closely: bool = True, fills: bool = False) -> Thoughts:
    """Return what may be the object in a box.

    Parameters
    ----------
    colours
        float64 ``[H, W, C]``, each channel 0…1: a crop that shows some of the surroundings.
    box
        ``(x1, y1, x2, y2)`` in pixels of the crop.
    closely
        Whether to look at the ground beside what was found at first, which takes as long again.
    fills
        Whether a person drew the box, so that the object nearly touches its sides; asked closely
        only.
    """
    from scipy.ndimage import gaussian_filter

    away, inside = from_middle((colours.shape[0], colours.shape[1]), box)
    core, surroundings = away <= max(_CORE, float(away.min())), away > _SURROUNDINGS
    if not surroundings.any():
        return Thoughts([])
    shorter = min(box[2] - box[0], box[3] - box[1])
    sigma = min(max(_FINE * shorter, _LEAST_FINE), _MOST_FINE)
    tone = gaussian_filter(contrast(colours, core, surroundings), sigma)
    alike = likeness(tone, core, surroundings)
    faded = likeness(tone, core, surroundings, _FADED)
    if alike is None or faded is None:
        return Thoughts([])
    found = [
        by_level(alike, away, inside),
        by_edges(alike, away, inside),
        by_level(faded, away, inside),
    ]
    found = [mask for mask in found if mask.any()]
    most = _in_most(found, away)
    if most is None:
        return Thoughts(found)
    if closely:
        found = [*_nearby(tone, most, away, inside), *found]
        most = _in_most(found, away)
    if most is None:
        return Thoughts(found)
    touching = fitted(tone, most, away, inside) if closely and fills else None
    return Thoughts([most, *found], touching)


def _nearby(tone: Numbers, roughly: Mask, away: Numbers, inside: Mask) -> list[Mask]:
    """Return opinions by the ground beside an object that is roughly known; none if none is seen.

    One look: another beside what it found changes next to nothing, and draws blurred objects in.
    """
    alike = likeness_nearby(tone, roughly)
    if alike is None:
        return []
    found = (by_level(alike, away, inside), by_edges(alike, away, inside))
    return [mask for mask in found if mask.any()]


def _in_most(masks: Sequence[Mask], away: Numbers) -> Mask | None:
    """Return what lies in more than half of three masks or more, None if nothing does."""
    if len(masks) < 3:
        return None
    most = part_in_the_middle(np.sum(masks, axis=0) > len(masks) / 2, away)
    return most if most.any() else None


def ranked(masks: Sequence[Mask], first: Mask | None = None) -> list[tuple[Mask, float]]:
    """Return the masks that the others agree with most, the best first, and how far they do, 0…1.

    Of masks ``[H, W]`` that are about the same only one comes back, and no more than three at all.

    Parameters
    ----------
    first
        A mask that comes before the others, however far they agree with it.
    """
    agreed = [[_in_common(one, other) for other in masks if other is not one] for one in masks]
    scores = [sum(each) / len(each) if each else 1.0 for each in agreed]
    ordered = [(masks[n], scores[n]) for n in sorted(range(len(masks)), key=lambda n: -scores[n])]
    if first is not None:
        ordered.insert(0, (first, max(scores, default=1.0)))
    kept: list[tuple[Mask, float]] = []
    for mask, score in ordered:
        if all(_in_common(mask, other) < _SAME for other, _score in kept):
            kept.append((mask, score))
    return kept[:_MOST]


def reduced(pixels: NDArray[Any], longest: int) -> tuple[Numbers, int]:
    """Return pixels ``[H, W, C]`` in as much detail as is needed, each channel brought to 0…1.

    Parameters
    ----------
    longest
        The longest side that comes back, in pixels.

    Returns
    -------
    colours
        float64 ``[H', W', C]``: means of blocks.
    step
        The side of a block.
    """
    step = max(math.ceil(max(pixels.shape[:2]) / longest), 1)
    if step > 1:
        missing = [-side % step for side in pixels.shape[:2]]
        padded = np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
        with np.errstate(invalid="ignore", over="ignore"):
            # Row by row of the blocks: five times as fast as a mean over two axes.
            rows = sum((padded[first::step] for first in range(step)), np.zeros(()))
            blocks = sum((rows[:, first::step] for first in range(step)), np.zeros(()))
            pixels = blocks / step**2
    return rescaled(pixels), step


def enlarged(mask: Mask, step: int, shape: tuple[int, ...]) -> Mask:
    """Return a mask of blocks as one of pixels, with outlines that are straight between blocks."""
    from scipy.ndimage import zoom

    if step == 1:
        return mask
    fine = zoom(mask.astype(np.float64), step, order=1, mode="nearest", grid_mode=True)
    larger: Mask = fine[: shape[0], : shape[1]] > 0.5
    return larger


def _in_common(one: Mask, other: Mask) -> float:
    """Return the share of the pixels of two masks that both have."""
    whole = int((one | other).sum())
    return int((one & other).sum()) / whole if whole else 1.0
