"""How a crop of an image lies in the square picture that a network looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIDE", "Frame", "fitted", "padded", "squashed"]

SIDE = 1024
"""The sides of the picture that a network looks at, in pixels, unless its file says otherwise."""


@dataclass(frozen=True)
class Frame:
    """A crop of an image in the picture of a network.

    Attributes
    ----------
    crop
        Height and width of the crop, in pixels of the image.
    inner
        How high and wide it lies in the picture, in its upper left corner, in pixels of it.
    outer
        Height and width of the picture; what is not covered is black.
    """

    crop: tuple[int, int]
    inner: tuple[int, int]
    outer: tuple[int, int]

    def points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points ``[N, 2]``, (x, y) in pixels of the crop, in those of the picture."""
        (height, width), (down, across) = self.crop, self.inner
        return points * (across / width, down / height)


def fitted(height: int, width: int, outer: tuple[int, int] = (SIDE, SIDE)) -> Frame:
    """Return how a crop lies in a picture that it fills as far as its shape allows.

    Examples
    --------
    >>> fitted(300, 600).inner
    (512, 1024)
    """
    scale = min(outer[0] / height, outer[1] / width)
    # Halves are rounded up, as the networks were taught.
    inner = tuple(
        min(max(int(side * scale + 0.5), 1), most)
        for side, most in zip((height, width), outer, strict=True)
    )
    return Frame((height, width), (inner[0], inner[1]), outer)


def squashed(height: int, width: int, outer: tuple[int, int] = (SIDE, SIDE)) -> Frame:
    """Return how a crop lies in a picture that it fills, whatever becomes of its shape."""
    return Frame((height, width), outer, outer)


def padded(picture: NDArray[np.float32], outer: tuple[int, int]) -> NDArray[np.float32]:
    """Return a picture ``[H, W, C]`` with zeros to the right and below."""
    down, across = outer[0] - picture.shape[0], outer[1] - picture.shape[1]
    return np.pad(picture, ((0, down), (0, across), (0, 0)))
