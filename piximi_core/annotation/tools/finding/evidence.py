"""How much each pixel of a crop looks like an object that is marked in it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.threshold import otsu

__all__ = [
    "BESIDE",
    "Sides",
    "contrast",
    "from_middle",
    "ground_beside",
    "likeness",
    "likeness_between",
    "likeness_nearby",
]

Mask = NDArray[np.bool_]
Sides = tuple[float, float, float, float]
Numbers = NDArray[np.float64]

# Share of the variance that is added to each channel, so that channels that say the same share the
# work instead of cancelling each other.
_SHRINKAGE = 0.1
# Percent of the background's pixels that are darker than its usual tone: what is brighter may be
# other objects.
_BACKGROUND = 25
# The level lies no nearer to the object's own tone than this share of the way.
_HIGHEST_LEVEL = 0.7
# What is this much brighter than the object, in its own contrasts, is another one.
_TOO_BRIGHT = 2.0
# The inner part of an object that is roughly known, as a share of its greatest depth. Where the
# ground around it begins and ends, from its outline, as shares of its radius and in pixels.
_INNER = 0.5
_GAP, _LEAST_GAP, _FAR, _LEAST_FAR = 0.15, 1.5, 0.8, 4.0
# How far the ground is averaged over, likewise; the fewest pixels that tell of it.
_SPREAD, _LEAST_SPREAD, _FEWEST = 0.6, 2.0, 5
# Where its outline lies on the way from the ground beside it to its own tone: a blurred edge is
# half-way, and a little is gone because the inner part of what is round is brighter than all of it.
BESIDE = 0.42
# The ground lies at least this share of the contrast below the object, whatever shines into it.
_LEAST_CONTRAST = 0.2


def from_middle(shape: tuple[int, int], box: Sides) -> tuple[Numbers, Mask]:
    """Return how far pixels lie from the middle of a box, and which lie inside.

    Parameters
    ----------
    shape
        Height and width of the crop, in pixels.
    box
        ``(x1, y1, x2, y2)`` in pixels of the crop, which need not be whole.

    Returns
    -------
    away
        float64 ``[H, W]``: 0 in the middle, 1 on the ellipse that touches the box's sides.
    inside
        bool ``[H, W]``: the box.
    """
    x1, y1, x2, y2 = box
    rows, columns = np.arange(shape[0])[:, np.newaxis], np.arange(shape[1])
    down = (rows + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    across = (columns + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2)
    return np.hypot(across, down), (np.abs(across) <= 1) & (np.abs(down) <= 1)


def contrast(colours: Numbers, is_object: Mask, is_background: Mask) -> Numbers:
    """Return the mixture of channels that tells object from background best, brighter in the first.

    Fisher's linear discriminant, with the covariances pooled and shrunk.

    Parameters
    ----------
    colours
        float64 ``[H, W, C]``, each channel 0…1.
    is_object, is_background
        Some pixels ``[H, W]`` of each, at least one.

    Returns
    -------
    ndarray
        float64 ``[H, W]``.
    """
    groups = [colours[marked] for marked in (is_object, is_background)]
    means = [group.mean(axis=0) for group in groups]
    around = [group - mean for group, mean in zip(groups, means, strict=True)]
    scatter = sum((each.T @ each / len(each) for each in around), np.zeros((colours.shape[2],) * 2))
    own = np.trace(scatter) / max(len(scatter), 1) * _SHRINKAGE
    weights = np.linalg.solve(scatter + np.eye(len(scatter)) * (own + 1e-6), means[0] - means[1])
    tone: Numbers = colours @ weights
    return tone


def likeness(
    tone: Numbers, is_object: Mask, is_background: Mask, share: float | None = None
) -> Numbers | None:
    """Return how much each pixel looks like the object, from -1 to 1; its outline is at 0.

    Parameters
    ----------
    tone
        float64 ``[H, W]``, brighter in the object.
    is_object, is_background
        Some pixels ``[H, W]`` of each, at least one.
    share
        Where the outline's level lies on the way from the background's tone to the object's; None
        for the level that divides the pixels best.

    Returns
    -------
    ndarray or None
        float64 ``[H, W]``; None if the object is no brighter than the background.
    """
    bright = float(np.median(tone[is_object]))
    dark = float(np.percentile(tone[is_background], _BACKGROUND))
    if bright - dark <= 1e-9 * max(abs(bright), abs(dark)):
        return None
    if share is None:
        # What is brighter than the object would draw the level up.
        level, _separation = otsu(np.minimum(tone, bright).ravel())
        level = min(level, dark + _HIGHEST_LEVEL * (bright - dark))
    else:
        level = dark + share * (bright - dark)
    return _measured(tone, dark, bright, level)


def likeness_nearby(tone: Numbers, mask: Mask) -> Numbers | None:
    """Return how much each pixel looks like an object that is roughly known, from -1 to 1.

    Its outline is at 0, as in `likeness`, but each pixel is measured by the ground beside it: on
    one side of an object that may be brighter than on the other, where a neighbour shines into it
    or the light is uneven.

    Parameters
    ----------
    tone
        float64 ``[H, W]``, brighter in the object.
    mask
        bool ``[H, W]``: the object, roughly.

    Returns
    -------
    ndarray or None
        float64 ``[H, W]``; None where there is no `ground_beside` it.
    """
    beside = ground_beside(tone, mask)
    return None if beside is None else likeness_between(tone, *beside, BESIDE)


def likeness_between(tone: Numbers, ground: Numbers, bright: float, share: float) -> Numbers:
    """Return how much each pixel looks like an object, from -1 to 1; its outline is at 0.

    Parameters
    ----------
    tone, ground, bright
        As of `ground_beside`.
    share
        Where the outline lies on the way from the ground's tone to the object's.
    """
    return _measured(tone, ground, bright, ground + share * (bright - ground))


def _measured(
    tone: Numbers, ground: Numbers | float, bright: float, level: Numbers | float
) -> Numbers:
    """Return how far tones lie above a level, 1 at the object's own; what is too bright is none."""
    above = (tone - level) / (bright - level)
    too_bright = (bright + _TOO_BRIGHT * (bright - ground) - tone) / (bright - level)
    alike: Numbers = np.clip(np.minimum(above, too_bright), -1, 1)
    return alike


def ground_beside(tone: Numbers, mask: Mask) -> tuple[Numbers, float] | None:
    """Return the tone of the ground beside an object that is roughly known, and its own.

    Parameters
    ----------
    tone
        float64 ``[H, W]``, brighter in the object.
    mask
        bool ``[H, W]``: the object, roughly.

    Returns
    -------
    ground
        float64 ``[H, W]``, everywhere darker than the object.
    bright
        The tone of the object.

    None if too little is seen of what lies around it, or if the object is no brighter than that.
    """
    from scipy.ndimage import distance_transform_edt

    if mask.all() or not mask.any():
        return None
    radius = math.sqrt(float(mask.sum()) / math.pi)
    depth = distance_transform_edt(np.pad(mask, 1, mode="edge"))[1:-1, 1:-1]
    beyond = distance_transform_edt(~mask)
    ring = (beyond > max(_GAP * radius, _LEAST_GAP)) & (beyond <= max(_FAR * radius, _LEAST_FAR))
    if not ring.any():
        return None
    bright = float(np.median(tone[depth >= _INNER * depth.max()]))
    dark = float(np.percentile(tone[ring], _BACKGROUND))
    if bright - dark <= 1e-9 * max(abs(bright), abs(dark)):
        return None
    # What is as bright as the object is another one, and no ground.
    is_ground = ring & (tone < (bright + dark) / 2)
    if int(is_ground.sum()) < _FEWEST:
        return None
    # The mean of what is ground around each pixel; far from all of it, that of the whole.
    usual, weight = float(tone[is_ground].mean()), 1e-6
    sigma = max(_SPREAD * radius, _LEAST_SPREAD)
    total = _spread(np.where(is_ground, tone - usual, 0.0), sigma)
    ground = usual + total / (_spread(is_ground.astype(np.float64), sigma) + weight)
    ground = np.minimum(ground, bright - _LEAST_CONTRAST * (bright - dark))
    return ground, bright


def _spread(values: Numbers, sigma: float) -> Numbers:
    """Return values ``[H, W]`` averaged over so many pixels, nearly as a Gaussian does.

    Twice a box of the same variance: its time does not grow with the distance, as a Gaussian's.
    """
    from scipy.ndimage import uniform_filter

    side = round(math.sqrt(6 * sigma**2 + 1))
    once = uniform_filter(values, side, mode="nearest")
    twice: Numbers = uniform_filter(once, side, mode="nearest")
    return twice
