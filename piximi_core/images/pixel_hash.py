"""A short name for pixels: equal for equal numbers, whatever file they came in."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["pixel_hash"]


def pixel_hash(pixels: NDArray[np.generic]) -> str:
    """Return the SHA-256 of an image's shape, type and numbers.

    A PNG that was packed again and a TIFF of the same numbers have the same; eight bits and
    sixteen, or one channel and three, have not.

    Parameters
    ----------
    pixels
        ``[Z, H, W, C]`` in the file's own type. Bytes are taken as on a little-endian machine, in
        the order of the axes.
    """
    plain = pixels.dtype.newbyteorder("<")
    digest = hashlib.sha256(f"{pixels.shape}{plain.str}".encode())
    for plane in pixels:
        digest.update(np.ascontiguousarray(plane, dtype=plain).data)
    return digest.hexdigest()
