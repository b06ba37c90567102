"""Two ways from evidence to an object: by the level of the tone, and by the edges."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.parts import without_holes

__all__ = ["by_edges", "by_level", "part_in_the_middle", "round_parts", "rounded"]

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]
Numbers = NDArray[np.float64]

# A waist is where the distance to the outline falls by this share of the largest one. In how many
# pixels along a side the distances are compared.
_WAIST, _ENOUGH = 0.12, 128
# Parts belong to the object that lie in the box's ellipse, a little widened, by more than half.
_ELLIPSE, _HALF = 1.05, 0.5
# How far from the middle of the box what looks like the object is its own for certain.
_OWN = 0.85
# Where an object is taken for granted, and how near to the background a pixel is one of it.
_CORE, _SURE = 0.5, -0.9
# What is finer than this share of an object's radius is noise at its outline.
_FINE = 0.1


def by_level(alike: Numbers, away: Numbers, inside: Mask) -> Mask:
    """Return the object as what looks like it, cut at the waists where others touch it.

    Of its round parts those are kept that lie in the box. What looks like it beyond the box belongs
    to others, and what of these reaches into the box is cut off at the waist too.

    Parameters
    ----------
    alike
        float64 ``[H, W]`` as of `evidence.likeness`.
    away, inside
        The box, as of `evidence.from_middle`.

    Returns
    -------
    ndarray
        bool ``[H, W]``.
    """
    from skimage.segmentation import watershed

    filled = without_holes(alike > 0)
    parts = round_parts(filled)
    sizes = np.bincount(parts.ravel())
    held = np.bincount(parts[away <= _ELLIPSE], minlength=len(sizes))
    belongs = held > _HALF * sizes
    belongs[0] = False
    kept = belongs[parts] if belongs.any() else filled
    kept = part_in_the_middle(kept & inside, away)
    seeds = np.zeros(alike.shape, dtype=np.int32)
    seeds[filled & ~inside] = 2
    seeds[kept & (away <= _OWN)] = 1
    if not (seeds == 1).any():
        return kept
    own = watershed(-_depth(filled), seeds, mask=filled) == 1
    return part_in_the_middle(kept & own, away)


def round_parts(mask: Mask) -> Labels:
    """Return the parts into which a mask falls at its waists, int32 ``[H, W]`` from 1 on.

    Watershed on the distance to the outline, as in Vincent and Soille, "Watersheds in digital
    spaces" (IEEE Transactions on Pattern Analysis and Machine Intelligence, 1991).
    """
    from scipy.ndimage import label
    from skimage.morphology import h_maxima
    from skimage.segmentation import watershed

    if mask.all() or not mask.any():
        return mask.astype(np.int32)
    depth = _depth(mask)
    # Where it is deepest shows in less detail too, and is found sooner.
    step = math.ceil(max(mask.shape) / _ENOUGH)
    shallow = depth[::step, ::step]
    tops = np.zeros(mask.shape, dtype=np.int32)
    tops[::step, ::step], _count = label(
        h_maxima(shallow, _WAIST * float(depth.max())), np.ones((3, 3))
    )
    parts: Labels = watershed(-depth, tops, mask=mask).astype(np.int32)
    return parts


def _depth(mask: Mask) -> Numbers:
    """Return how far inside of a mask its pixels lie, float64 ``[H, W]``, a little smoothed.

    What reaches the border of the crop goes on beyond it.
    """
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    depth = distance_transform_edt(np.pad(mask, 1, mode="edge"))[1:-1, 1:-1]
    smooth: Numbers = gaussian_filter(depth, 1)
    return smooth


def by_edges(alike: Numbers, away: Numbers, inside: Mask) -> Mask:
    """Return the object as what lies within the strongest edges between its middle and its box.

    Watershed on the gradient, from the middle and from what is background or outside the box.

    Parameters
    ----------
    alike, away, inside
        As of `by_level`.

    Returns
    -------
    ndarray
        bool ``[H, W]``.
    """
    from scipy.ndimage import sobel
    from skimage.segmentation import watershed

    core = away <= max(_CORE, float(away.min()))
    seeds = np.zeros(alike.shape, dtype=np.int32)
    seeds[~inside | (alike <= _SURE)] = 2
    seeds[core & ((alike > 0) | (away <= _CORE / 2))] = 1
    edges = np.hypot(sobel(alike, axis=0), sobel(alike, axis=1))
    found: Mask = watershed(edges, seeds) == 1
    return rounded(part_in_the_middle(found & inside, away))


def part_in_the_middle(mask: Mask, away: Numbers) -> Mask:
    """Return the connected part that has most pixels near the middle of a box, without holes."""
    from scipy.ndimage import label

    parts, count = label(mask)
    if not count:
        return mask
    weights = np.bincount(parts.ravel(), weights=np.exp(-((away / 0.6) ** 2)).ravel())
    weights[0] = -1
    return without_holes(parts == weights.argmax())


def rounded(mask: Mask) -> Mask:
    """Return a mask without what is noise at its outline; the mask itself if nothing else is left.

    It goes on beyond the crop as it is at the border.
    """
    from scipy.ndimage import gaussian_filter

    sigma = _FINE * math.sqrt(float(mask.sum()) / math.pi)
    smooth: Mask = gaussian_filter(mask.astype(np.float64), sigma, mode="nearest") > 0.5
    return smooth if smooth.any() else mask
