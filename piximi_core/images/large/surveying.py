"""What has to be known of a whole picture, gathered while it passes by in strips."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..description import bit_depth_of
from ..levels import COUNTED, Levels, measure_levels
from ..picture import Picture, PixelArray
from ..rendering import Range, channel_ranges, display_ranges
from .parts import Parts, strips

__all__ = ["Sampling", "Survey", "survey"]

_OVERVIEW = 1024  # pixels of its longest side


class Sampling:
    """Gathers ranges of channels, and every n-th pixel of every n-th row, from strips.

    Parameters
    ----------
    parts
        The picture whose strips will come.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        pixels = parts.planes * parts.height * parts.width
        self._every = max(1, math.ceil(math.sqrt(pixels / COUNTED)))
        shape = (math.ceil(side / self._every) for side in (parts.height, parts.width))
        self._sample = np.zeros((parts.planes, *shape, parts.channels), parts.dtype)
        self._ranges: list[Range | None] = [None] * parts.channels

    def add(self, plane: int, top: int, pixels: PixelArray) -> None:
        """Take in a strip ``[H, W, C]``."""
        every = self._every
        first = -top % every
        rows = pixels[first::every, ::every]
        at = (top + first) // every
        self._sample[plane, at : at + len(rows)] = rows
        for channel, found in enumerate(channel_ranges(pixels)):
            if pixels.dtype.kind == "f" and not np.isfinite(pixels[..., channel]).any():
                continue
            before = self._ranges[channel]
            wider = (min(before[0], found[0]), max(before[1], found[1])) if before else found
            self._ranges[channel] = wider

    @property
    def extents(self) -> tuple[Range, ...]:
        """Each channel's smallest and largest finite value so far."""
        return tuple(found or (0.0, 0.0) for found in self._ranges)

    @property
    def _picture(self) -> Picture:
        parts = self._parts
        depth = bit_depth_of(parts.dtype)
        return Picture(self._sample, depth, None, (), parts.channel_colors, parts.window)

    @property
    def shown(self) -> tuple[Range, ...]:
        """The range at which each channel is shown at first, as `display_ranges` of the whole."""
        return display_ranges(self._picture, self.extents)

    @property
    def levels(self) -> Levels:
        """The histograms, as `measure_levels` of the whole."""
        return measure_levels(self._picture, self.extents, self._every)


@dataclass(frozen=True, eq=False)
class Survey:
    """What an import wants to know of a picture.

    Attributes
    ----------
    overview
        The picture in less detail, ``[1, H, W, C]``: the first plane's means of blocks.
    shown, extents
        As of `Sampling`.
    pixel_hash
        As `images.pixel_hash` of the whole.
    beyond
        How many values lie outside a range that was asked about.
    """

    overview: Picture
    shown: tuple[Range, ...]
    extents: tuple[Range, ...]
    pixel_hash: str
    beyond: int = 0


def survey(
    parts: Parts,
    float_range: Range | None = None,
    watch: Callable[[], None] = lambda: None,
) -> Survey:
    """Look once at every pixel.

    Parameters
    ----------
    float_range
        Count the values outside of it.
    watch
        Called after each strip; what it raises ends the survey.
    """
    sampling = Sampling(parts)
    plain = parts.dtype.newbyteorder("<")
    shape = (parts.planes, parts.height, parts.width, parts.channels)
    digest = hashlib.sha256(f"{shape}{plain.str}".encode())
    overview = _Overview(parts)
    beyond = 0
    for plane, top, pixels in strips(parts):
        digest.update(np.ascontiguousarray(pixels, dtype=plain).data)
        sampling.add(plane, top, pixels)
        if plane == 0:
            overview.add(top, pixels)
        if float_range is not None:
            low, high = float_range
            beyond += int(np.count_nonzero((pixels < low) | (pixels > high)))
        watch()
    depth = bit_depth_of(parts.dtype)
    small = Picture(overview.pixels, depth, None, (), parts.channel_colors, parts.window)
    return Survey(small, sampling.shown, sampling.extents, digest.hexdigest(), beyond)


class _Overview:
    """Means of blocks, summed up strip by strip; the last row and column may have smaller ones."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._side = math.ceil(max(parts.height, parts.width) / _OVERVIEW)
        height, width = (math.ceil(side / self._side) for side in (parts.height, parts.width))
        self._sums: NDArray[np.float64] = np.zeros((height, width, parts.channels))

    def add(self, top: int, pixels: PixelArray) -> None:
        side = self._side
        columns = np.arange(0, pixels.shape[1], side)
        done = 0
        while done < len(pixels):
            row = (top + done) // side
            rows = pixels[done : (row + 1) * side - top]
            # Along the rows first, which lie together; few numbers are left then.
            sums = rows.sum(axis=0, dtype=np.float64)
            self._sums[row] += np.add.reduceat(sums, columns, axis=0)
            done += len(rows)

    @property
    def pixels(self) -> PixelArray:
        """``[1, H, W, C]`` in the picture's own numbers."""
        height, width = self._parts.height, self._parts.width
        counts = np.multiply.outer(_lengths(height, self._side), _lengths(width, self._side))
        means = self._sums / counts[..., np.newaxis]
        if self._parts.dtype.kind != "f":
            means = np.rint(means)
        shrunk: PixelArray = means.astype(self._parts.dtype)[np.newaxis]
        return shrunk


def _lengths(side: int, block: int) -> NDArray[np.int64]:
    """Return how many pixels each block along a side has."""
    return np.diff([*range(0, side, block), side])
