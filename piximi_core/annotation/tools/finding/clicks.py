"""What lies under a few clicks, before it is known how large it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box
from piximi_core.annotation.tools.finding.candidates import enlarged, reduced
from piximi_core.annotation.tools.finding.opinions import round_parts
from piximi_core.annotation.tools.parts import without_holes
from piximi_core.annotation.tools.points import points_in
from piximi_core.annotation.tools.threshold import otsu

__all__ = ["around_points", "as_marked", "bent"]

Mask = NDArray[np.bool_]
Columns = NDArray[np.int64]

# Groups that are separated less than this, as the level of Otsu tells, are one group and noise.
_SEPARATED = 0.7
# How often what reaches out of the window is looked at more closely.
_LEVELS = 4
# How near to an outline a point draws it over, as a share of the object's radius; how far along
# the outline, likewise and in pixels. A click lies in the middle of what is wrong: the outline goes
# as far beyond it again.
_NEAR, _ALONG, _LEAST_ALONG, _BEYOND = 0.5, 0.5, 2.0, 2.0
# Variance of the noise of a channel without any; the channels are 0…1.
_LEAST_NOISE = 1e-4


def around_points(
    pixels: NDArray[Any], window: Box, marked: Columns, barred: Columns, longest: int
) -> tuple[Mask | None, bool]:
    """Return what lies under some points, and whether all of it is in the window.

    It is what differs less from the colour under the points than the rest; where that reaches the
    window's sides, the same is asked of what differs less.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers.
    window
        Where to look: a box in the image that holds the marked points.
    marked, barred
        Columns and rows ``[N, 2]`` of pixels of the object, at least one, and of pixels that are
        not.
    longest
        In how much detail to look: the longest side of the window, in pixels.

    Returns
    -------
    mask
        bool ``[H, W]`` of the window's size; None if nothing differs from the points.
    is_whole
        False if it reaches a side of the window that is not one of the image.
    """
    from scipy.ndimage import gaussian_filter

    x, y = window[:2]
    crop = pixels[y : window[3], x : window[2]]
    colours, step = reduced(crop, longest)
    smooth = gaussian_filter(colours, (1, 1, 0))
    # In units of its noise, so that a channel that shows nothing says little.
    noise = np.mean((colours - smooth) ** 2, axis=(0, 1)) + _LEAST_NOISE
    near, far = (marked - (x, y)) // step, (barred - (x, y)) // step
    own = np.median(smooth[near[:, 1], near[:, 0]], axis=0)
    away = np.sqrt(np.mean((smooth - own) ** 2 / noise, axis=2))
    values = away.ravel()
    found: Mask | None = None
    for _level in range(_LEVELS):
        level, separation = otsu(values)
        if separation < _SEPARATED:
            break
        parts = round_parts(without_holes(away <= level))
        wanted = np.setdiff1d(parts[near[:, 1], near[:, 0]], [0])
        held = as_marked(bent(without_holes(np.isin(parts, wanted)), near, far), near, far)
        if held is None:
            break
        found = held
        if not _reaches_out(found, window, pixels.shape):
            return enlarged(found, step, crop.shape), True
        values = values[values <= level]
    return None if found is None else enlarged(found, step, crop.shape), False


def as_marked(mask: Mask, marked: Columns, barred: Columns) -> Mask | None:
    """Return the parts of a mask that hold marked pixels, cut off from barred ones.

    Parameters
    ----------
    mask
        bool ``[H, W]``.
    marked, barred
        Columns and rows ``[N, 2]`` in pixels of the mask; the marked ones lie in it.

    Returns
    -------
    ndarray or None
        bool ``[H, W]``; None if a marked pixel is not in it.
    """
    from scipy.ndimage import distance_transform_edt, label
    from skimage.segmentation import watershed

    held = _within(marked, mask)
    if len(held) < len(marked):
        return None
    barred = _within(barred, mask)
    if len(barred):
        seeds = np.zeros(mask.shape, dtype=np.int32)
        seeds[barred[:, 1], barred[:, 0]] = 2
        seeds[marked[:, 1], marked[:, 0]] = 1
        # Along the waist between them, if there is one.
        depth = distance_transform_edt(np.pad(mask, 1, mode="edge"))[1:-1, 1:-1]
        mask = watershed(-depth, seeds, mask=mask) == 1
    parts, _count = label(mask)
    kept: Mask = np.isin(parts, np.setdiff1d(parts[marked[:, 1], marked[:, 0]], [0]))
    return kept


def bent(mask: Mask, marked: Columns, barred: Columns) -> Mask:
    """Return a mask whose outline is drawn over marked pixels beside it, and back over barred ones.

    So a click corrects an outline that runs a little wrong, where the picture says nothing else.

    Parameters
    ----------
    mask
        bool ``[H, W]``.
    marked, barred
        Columns and rows ``[N, 2]`` in pixels of the mask. Those far from the outline change
        nothing.
    """
    from scipy.ndimage import distance_transform_edt

    if mask.all() or not mask.any():
        return mask
    radius = math.sqrt(float(mask.sum()) / math.pi)
    # How far inside a pixel lies, half a pixel at the outline; negative outside.
    depth = distance_transform_edt(mask) - distance_transform_edt(~mask)
    depth -= np.sign(depth) / 2
    rows, columns = np.ogrid[: mask.shape[0], : mask.shape[1]]
    drawn = np.zeros(mask.shape)
    for points, others, side in ((marked, barred, 1), (barred, marked, -1)):
        # Where a point of the other sort is nearer, that one decides.
        nearest = np.full(mask.shape, np.inf)
        for column, row in others:
            nearest = np.minimum(nearest, (rows - row) ** 2 + (columns - column) ** 2)
        for column, row in points_in(points, (0, 0, mask.shape[1], mask.shape[0])):
            missing = -side * float(depth[row, column])
            if not 0 < missing <= _NEAR * radius:
                continue
            along = max(_ALONG * radius, _LEAST_ALONG)
            square = (rows - row) ** 2 + (columns - column) ** 2
            pull = side * _BEYOND * missing * np.exp(-square / (2 * along**2))
            pull[square >= nearest] = 0
            drawn = np.where(np.abs(pull) > np.abs(drawn), pull, drawn)
    moved: Mask = depth + drawn > 0
    return moved


def _within(points: Columns, mask: Mask) -> Columns:
    """Return those of some columns and rows ``[N, 2]`` that lie in a mask."""
    inside = points_in(points, (0, 0, mask.shape[1], mask.shape[0]))
    held: Columns = inside[mask[inside[:, 1], inside[:, 0]]]
    return held


def _reaches_out(mask: Mask, window: Box, shape: tuple[int, ...]) -> bool:
    """Whether a mask touches a side of its window that is not one of the image."""
    left, top, right, bottom = window
    sides = (
        (left > 0, mask[:, 0]),
        (top > 0, mask[0]),
        (right < shape[1], mask[:, -1]),
        (bottom < shape[0], mask[-1]),
    )
    return any(is_open and side.any() for is_open, side in sides)
