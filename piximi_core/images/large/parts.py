"""A picture that is read piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..picture import PixelArray

__all__ = ["Box", "Parts", "strips"]

Box = tuple[int, int, int, int]
"""``(x1, y1, x2, y2)``, the end exclusive."""

_STRIP_BYTES = 48_000_000


@dataclass(frozen=True, eq=False)
class Parts:
    """A picture in its own numbers, read by boxes.

    Attributes
    ----------
    planes, height, width, channels, dtype
        As of a `Picture`.
    read
        Gives a box of a plane, ``[H, W, C]``; the box lies inside the picture.
    rows
        How many rows are stored together: fewer are no quicker to read.
    scattered
        Whether a small box costs about what it holds. A box of packed strips costs whole rows.
    channel_colors, window
        As of a `Picture`.
    smaller
        The same picture in less detail, each about half as wide as the one before, where the file
        itself holds such.
    """

    planes: int
    height: int
    width: int
    channels: int
    dtype: np.dtype[Any]
    read: Callable[[int, Box], PixelArray]
    rows: int = 1
    scattered: bool = True
    channel_colors: tuple[str, ...] | None = None
    window: tuple[tuple[float, float], ...] | None = None
    smaller: tuple[Parts, ...] = ()

    @property
    def plane_bytes(self) -> int:
        """How many bytes one plane takes in memory."""
        return self.height * self.width * self.channels * self.dtype.itemsize

    def cut(self, plane: int, box: Box) -> PixelArray:
        """Return what of a box lies in a plane, ``[H, W, C]``; perhaps nothing.

        Raises
        ------
        IndexError
            There is no such plane.
        """
        if not 0 <= plane < self.planes:
            raise IndexError(plane)
        left, right = (min(max(side, 0), self.width) for side in box[::2])
        top, bottom = (min(max(side, 0), self.height) for side in box[1::2])
        if left >= right or top >= bottom:
            return np.zeros((max(0, bottom - top), max(0, right - left), self.channels), self.dtype)
        return self.read(plane, (left, top, right, bottom))

    def whole(self, plane: int) -> PixelArray:
        """Return a plane; only for pictures that are known to be small."""
        return self.cut(plane, (0, 0, self.width, self.height))


def strips(parts: Parts, most: int = _STRIP_BYTES) -> Iterator[tuple[int, int, PixelArray]]:
    """Give a picture from the top down: plane, first row, and the pixels ``[H, W, C]``.

    All strips but the last of a plane have an even number of rows.

    Parameters
    ----------
    most
        How many bytes a strip may take, unless more of them are stored together.
    """
    together = parts.rows if parts.rows % 2 == 0 else 2 * parts.rows
    fitting = most // max(1, parts.width * parts.channels * parts.dtype.itemsize)
    rows = max(together, fitting // together * together)
    for plane in range(parts.planes):
        for top in range(0, parts.height, rows):
            bottom = min(parts.height, top + rows)
            yield plane, top, parts.read(plane, (0, top, parts.width, bottom))
