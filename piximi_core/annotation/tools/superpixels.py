"""Superpixels: small patches of about one colour, to be picked instead of single pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.annotation.regions import Region, region_of
from piximi_core.annotation.tools.points import checked_length, pixels_under
from piximi_core.annotation.tools.tones import rescaled

__all__ = ["pick", "superpixels"]

# How much a patch's roundness counts beside its colour, whose scale is that of one channel 0…1:
# with less, noise makes a few patches swallow the others.
_COMPACTNESS = 0.4
_SMOOTHED = 0.5  # pixels, of a Gaussian, for the same reason


def superpixels(pixels: NDArray[Any], size: float) -> NDArray[np.int32]:
    """Return the superpixel of each pixel, int32 ``[H, W]`` from 0 without gaps.

    Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods" (IEEE
    Transactions on Pattern Analysis and Machine Intelligence, 2012), as scikit-image has it, on
    channels that are brought to one scale.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers: best the part of the image that is seen, for the time goes
        with its pixels.
    size
        About the side of a superpixel, in pixels.

    Raises
    ------
    BadInput
        The size is no number, or longer than any image.
    """
    from skimage.segmentation import slic

    height, width, channels = pixels.shape
    side = max(checked_length(size), 1.0)
    wanted = round(height * width / side**2)
    if wanted <= 1 or not channels:
        return np.zeros((height, width), dtype=np.int32)
    # Over many channels the differences add up.
    colours = rescaled(pixels) / channels**0.5
    labels = slic(
        colours,
        n_segments=wanted,
        compactness=_COMPACTNESS,
        sigma=_SMOOTHED,
        max_num_iter=10,
        start_label=0,
        channel_axis=-1,
        convert2lab=False,
    )
    _numbers, dense = np.unique(labels, return_inverse=True)
    numbered: NDArray[np.int32] = dense.reshape(height, width).astype(np.int32)
    return numbered


def pick(labels: NDArray[np.int32], points: ArrayLike) -> Region | None:
    """Return all superpixels under some points as one region; None if no point lies in the image.

    Parameters
    ----------
    labels
        As `superpixels` gives them.
    points
        ``[N, 2]`` as (x, y) in pixels of the labels.

    Raises
    ------
    BadInput
        A point is no number, or lies beyond any image.
    """
    columns, rows = pixels_under(points, *labels.shape).T
    if not len(rows):
        return None
    is_picked = np.zeros(int(labels.max()) + 1, dtype=bool)
    is_picked[labels[rows, columns]] = True
    return region_of(is_picked[labels])
