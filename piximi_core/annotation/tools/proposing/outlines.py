"""Whole objects: what is brighter than the ground, cut apart where it is narrow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.proposing.working import Working, blurred, enlarged, reduced
from piximi_core.annotation.tools.threshold import otsu

__all__ = ["find_outlines"]

Numbers = NDArray[np.float32]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

# All in diameters: how much the picture and the depth in it are smoothed; how far the ground is
# looked for.
_SMOOTHING, _DEPTH, _GROUND = 1 / 12, 1 / 24, 3.0
# How far apart the middles of two objects lie at least, and how deep in one a middle lies.
_APART, _DEEP = 0.5, 0.15
# An object that is dimmer than most ends where it has this share of its own brightness.
_OWN_SHARE = 0.5
# How many deviations of the ground's noise an object is brighter than it: its mean, and its edge.
_CONTRAST, _EDGE = 3.3, 3.0
_TRIFLE = np.float32(1e-6)
_ENOUGH = 300_000  # pixels that give the level of all


def find_outlines(look: Working) -> Labels:
    """Return the number of the object that each pixel of the plane lies in, int32 ``[H, W]``.

    0 is the ground. Smoothed by the diameter, above the level of Otsu over the local ground (lower
    where an object is dim), and cut apart by the watershed of the distance from the ground.
    """
    nothing = np.zeros((look.height, look.width), dtype=np.int32)
    above = _above_ground(look)
    if above is None:
        return nothing
    mask = _without_crumbs(above > 0, look.diameter)
    if not mask.any():
        return nothing
    labels = _cut_apart(mask, look.diameter)
    if look.step == 1:
        return labels
    # The level runs between the blocks; where crumbs and holes were taken away, around them.
    above = np.where(mask, np.maximum(above, _TRIFLE), np.minimum(above, -_TRIFLE))
    whole = np.repeat(np.repeat(labels, look.step, axis=0), look.step, axis=1)
    fine = enlarged(above, look.step, look.height, look.width) > 0
    within: Labels = np.where(fine, whole[: look.height, : look.width], 0)
    return within


def _above_ground(look: Working) -> Numbers | None:
    """Return how far each block lies above the level of objects; None where nothing stands out."""
    from scipy.ndimage import maximum_filter

    over = blurred(look.tone, look.diameter * _SMOOTHING)
    over -= _ground(over, look.diameter)
    some = over.ravel()[:: max(1, over.size // _ENOUGH)].astype(np.float64)
    level, _separation = otsu(some)
    ground, bright = some[some <= level], some[some > level]
    if not len(bright):
        return None
    usual = float(np.median(ground))
    noise = 1.4826 * float(np.median(np.abs(ground - usual)))
    # The two halves of mere noise lie two and a half deviations apart.
    if bright.mean() - ground.mean() <= _CONTRAST * ground.std():
        return None
    peak = maximum_filter(over, size=max(3, round(look.diameter)), mode="nearest")
    own = usual + _OWN_SHARE * (peak - usual)
    above: Numbers = over - np.clip(own, min(usual + _EDGE * noise, level), level)
    return above


def _ground(smooth: Numbers, diameter: float) -> Numbers:
    """Return the tone that the ground has at each block, objects taken away."""
    from scipy.ndimage import grey_opening

    step = max(1, int(diameter // 4))
    coarse = reduced(smooth, step)
    across = max(3, round(_GROUND * diameter / step)) | 1
    opened = grey_opening(coarse, size=(across, across), mode="nearest")
    even = blurred(opened, across / 4)
    height, width = smooth.shape
    ground: Numbers = enlarged(even, step, height, width)
    return ground


def _without_crumbs(mask: Mask, diameter: float) -> Mask:
    """Return a mask without threads and specks, and with small holes filled."""
    from scipy.ndimage import binary_opening, label

    if diameter >= 8:
        mask = binary_opening(mask, iterations=max(1, round(diameter / 16)))
    holes, count = label(~mask)
    if count > 1:
        sizes = np.bincount(holes.ravel())
        is_small = sizes < diameter**2
        is_small[0] = False
        mask = mask | is_small[holes]
    return mask


def _cut_apart(mask: Mask, diameter: float) -> Labels:
    from scipy.ndimage import distance_transform_edt, label, maximum_filter
    from skimage.segmentation import watershed

    deep = blurred(distance_transform_edt(mask).astype(np.float32), diameter * _DEPTH)
    size = max(3, round(_APART * diameter)) | 1
    is_middle = (deep == maximum_filter(deep, size=size, mode="nearest")) & mask
    is_middle &= deep >= _DEEP * diameter
    seeds, _count = label(is_middle, np.ones((3, 3), bool))
    labels: Labels = watershed(-deep, seeds.astype(np.int32), mask=mask)
    return labels
