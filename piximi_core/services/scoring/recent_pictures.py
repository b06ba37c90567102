"""The pictures read last, decoded: many objects of one image read its file once.

Of one that is too large to be kept, only the boxes of the objects are read if its format allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np
from cachetools import LRUCache

from piximi_core.annotation import cut_box
from piximi_core.images import Description, Picture, PixelSize, open_parts, read_picture
from piximi_core.images.large.parts import Box, Parts
from piximi_core.images.picture import PixelArray
from piximi_core.images.rendering import finite_range
from piximi_core.images.request import TooLarge, allowed_bytes

__all__ = ["Boxes", "RecentPictures", "open_planes"]

_KEPT_BYTES = 256_000_000
_KEPT_RANGES = 1000
_STRIP_BYTES = 48_000_000

_Key = tuple[Path, int | None]


_Range = tuple[float, float]


@dataclass(frozen=True)
class Boxes:
    """A picture of which boxes are read.

    Attributes
    ----------
    planes, height, width, bit_depth, pixel_size
        As of a `Picture`.
    cut
        Gives what of a box ``(x1, y1, x2, y2)`` lies in a plane, ``[H, W, C]``, native values.
    finite_range
        Gives the smallest and the largest finite value of a plane.
    """

    planes: int
    height: int
    width: int
    bit_depth: int
    pixel_size: PixelSize | None
    cut: Callable[[int, Box], PixelArray]
    finite_range: Callable[[int], _Range]

    @classmethod
    def of(cls, picture: Picture) -> Boxes:
        """Read them from a picture that is decoded."""
        return cls(
            picture.planes,
            picture.height,
            picture.width,
            picture.bit_depth,
            picture.pixel_size,
            lambda plane, box: cut_box(picture.pixels[plane], box),
            lambda plane: finite_range(picture.pixels[plane]),
        )

    @classmethod
    def in_parts(cls, found: Description, parts: Parts, ranges: Callable[[int], _Range]) -> Boxes:
        """Read them from a file that is open; the ranges are those of its planes."""
        size = parts.planes, parts.height, parts.width
        return cls(*size, found.bit_depth, found.pixel_size, parts.cut, ranges)

    def plane(self, number: int) -> PixelArray:
        """Return a plane ``[H, W, C]``; the last one beyond the end."""
        return self.cut(min(number, self.planes - 1), (0, 0, self.width, self.height))


@contextmanager
def open_planes(path: Path, *, name: str, channels: int | None) -> Iterator[Boxes]:
    """Give the planes of a picture, one at a time where all together are too large to be decoded.

    Parameters
    ----------
    path, name, channels
        As of `read_picture`.

    Raises
    ------
    BadInput
        As `read_picture`, now or while planes are read.
    """
    try:
        whole = Boxes.of(read_picture(path, name=name, channels=channels))
    except TooLarge as error:
        # Only then: whoever reads many small files is not to open each of them twice.
        too_large = error
    else:
        yield whole
        return
    with open_parts(path, name=name, channels=channels) as (found, parts):
        if parts is None or parts.plane_bytes > allowed_bytes():
            raise too_large
        yield Boxes.in_parts(found, parts, partial(_range_of, parts))


class RecentPictures:
    """Reads pictures, and keeps the last ones while some work goes on; for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: LRUCache[_Key, Picture] = LRUCache(
            _KEPT_BYTES, getsizeof=lambda picture: picture.pixels.nbytes
        )
        self._ranges: LRUCache[tuple[_Key, int], _Range] = LRUCache(_KEPT_RANGES)
        # Threads that want the same picture wait for each other instead of reading it twice.
        self._reading = [Lock() for _ in range(16)]

    @contextmanager
    def boxes(self, path: Path, *, name: str, channels: int | None) -> Iterator[Boxes]:
        """Give the boxes of a picture; the arguments are those of `read_picture`.

        Raises
        ------
        BadInput
            As `read_picture`, now or while boxes are read.
        """
        key = (path, channels)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            with open_parts(path, name=name, channels=channels) as (found, parts):
                if parts is not None and _is_large(parts):
                    ranges = partial(self._range, key, parts)
                    yield Boxes.in_parts(found, parts, ranges)
                    return
            kept = self.read(path, name=name, channels=channels)
        yield Boxes.of(kept)

    def _range(self, key: _Key, parts: Parts, plane: int) -> _Range:
        with self._lock:
            found = self._ranges.get((key, plane))
        if found is None:
            found = _range_of(parts, plane)
            with self._lock:
                self._ranges[key, plane] = found
        return found

    def read(self, path: Path, *, name: str, channels: int | None) -> Picture:
        """Return a picture as `read_picture` does; the arguments are its own."""
        key = (path, channels)
        with self._reading[hash(key) % len(self._reading)]:
            with self._lock:
                found = self._kept.get(key)
                if found is not None:
                    return found
            picture = read_picture(path, name=name, channels=channels)
            with self._lock, suppress(ValueError):  # it alone is larger than what is kept
                self._kept[key] = picture
            return picture


def _is_large(parts: Parts) -> bool:
    """Whether it is not decoded as a whole: it could not be kept, or not be decoded at all."""
    return parts.planes * parts.plane_bytes > min(_KEPT_BYTES, allowed_bytes())


def _range_of(parts: Parts, plane: int) -> _Range:
    """Return the smallest and the largest finite value of a plane, read strip by strip."""
    row = max(1, parts.plane_bytes // max(1, parts.height))
    rows = max(1, _STRIP_BYTES // row // parts.rows) * parts.rows
    low, high = np.inf, -np.inf
    for top in range(0, parts.height, rows):
        strip = parts.cut(plane, (0, top, parts.width, top + rows))
        if np.isfinite(strip).any():
            lowest, highest = finite_range(strip)
            low, high = min(low, lowest), max(high, highest)
    return (float(low), float(high)) if low <= high else (0.0, 0.0)
