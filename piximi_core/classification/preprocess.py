"""Bringing images to the size that a network sees, in exactly Piximi's way."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from piximi_core.classification.resize_edges import steps_over_edge
from piximi_core.errors import BadInput

__all__ = ["resize"]

# Crops of this many output values are computed at a time, so that a long list stays within memory.
_CHUNK_VALUES = 2**26


def resize(images: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Stretch images by bilinear interpolation with aligned corners.

    Piximi calls ``tf.image.cropAndResize`` with the full box, and so do we: output sample i of n
    lies at ``i * (S - 1) / (n - 1)`` of an input side S. Any other resize gives other predictions
    there. Where rounding puts the last sample beyond the edge, which Piximi then reads as black,
    ours stays on the edge (see `resize_edges`).

    Parameters
    ----------
    images
        float32 [H, W, C], or [N, H, W, C] of equal size, in 0...1.
    height, width
        The wanted size in pixels.

    Returns
    -------
    ndarray
        float32 [height, width, C] or [N, height, width, C]; the input itself if it has the size
        already.

    Raises
    ------
    BadInput
        The array has another number of dimensions or an empty side.
    """
    images = np.asarray(images, dtype=np.float32)
    if images.ndim not in (3, 4) or 0 in images.shape[-3:]:
        raise BadInput(
            "Cannot resize an image of shape {shape}; it needs [H, W, C].", shape=images.shape
        )
    if images.shape[-3:-1] == (height, width):
        return images
    batch = images if images.ndim == 4 else images[np.newaxis]
    out = np.empty((len(batch), height, width, images.shape[-1]), np.float32)
    step = max(1, _CHUNK_VALUES // int(np.prod(out.shape[1:])))
    for start in range(0, len(batch), step):
        part = batch[start : start + step]
        out[start : start + len(part)] = _stretch(part, height, width)
    return out if images.ndim == 4 else out[0]


def _stretch(batch: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    boxes = np.tile(np.array([0, 0, 1, 1], np.float32), (len(batch), 1))
    numbers = np.arange(len(batch), dtype=np.int32)
    # On the CPU always: single pictures are not worth the way to a GPU, and results stay equal.
    with tf.device("/CPU:0"):
        resized = tf.image.crop_and_resize(batch, boxes, numbers, (height, width), "bilinear")
    result: NDArray[np.float32] = resized.numpy()
    # The last line of the image is what a sample on the edge reads; its corner is again one of
    # these cases, so each line is stretched in the same way.
    rows_over, columns_over = (
        steps_over_edge(side, target)
        for side, target in zip(batch.shape[1:3], (height, width), strict=True)
    )
    if rows_over or columns_over:
        result = result.copy()
    if rows_over:
        result[:, -1:] = _stretch(batch[:, -1:], 1, width)
    if columns_over:
        result[:, :, -1:] = _stretch(batch[:, :, -1:], height, 1)
    return result
