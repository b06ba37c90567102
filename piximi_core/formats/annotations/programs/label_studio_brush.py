"""The run lengths of Label Studio's brush: a stream of bits, as thi.ng packs them.

A head says how many values there are, of how many bits each, and how long the four sizes of runs
are. Then each run begins with whether one value is repeated, and with the size of its length. The
values are red, green, blue and opacity of each pixel; what is opaque belongs to the object.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from piximi_core.annotation.regions import Region, region_of
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.plain_json import numbers

__all__ = ["brush_mask"]

_MOST_PIXELS = 100_000_000


class _Bits:
    """Bits of bytes, taken from the front."""

    def __init__(self, content: bytes) -> None:
        self._bits = np.unpackbits(np.frombuffer(content, np.uint8))
        self._at = 0

    def take(self, count: int) -> int:
        """Return the number that the next bits are."""
        bits = self._bits[self._at : self._at + count]
        if len(bits) < count:
            raise BadInput("Its brush mask ends too early.")
        self._at += count
        number = 0
        for bit in bits.tolist():
            number = number << 1 | bit
        return number

    def take_many(self, count: int, size: int) -> Any:
        """Return so many numbers of so many bits each, as an array."""
        bits = self._bits[self._at : self._at + count * size]
        if len(bits) < count * size:
            raise BadInput("Its brush mask ends too early.")
        self._at += count * size
        weights = 1 << np.arange(size - 1, -1, -1)
        return bits.reshape(count, size) @ weights


def brush_mask(rle: Any, width: int, height: int) -> Region:
    """Return the pixels that a brush has painted in an image of this size.

    Raises
    ------
    BadInput
        It is no such list of bytes, or not for an image of this size.
    """
    listed = numbers(rle)
    if not (0 < width * height <= _MOST_PIXELS):
        raise BadInput("Its brush mask has no size that can be.")
    if any(byte != int(byte) or not 0 <= byte <= 255 for byte in listed):
        raise BadInput("Its brush mask is no list of bytes.")
    bits = _Bits(bytes(map(int, listed)))
    count, size = bits.take(32), bits.take(5) + 1
    lengths = [bits.take(4) + 1 for _ in range(4)]
    if count != 4 * width * height:
        raise BadInput("Its brush mask is made for an image of another size.")
    values = np.zeros(count, np.uint32)
    at = 0
    while at < count:
        repeated = bits.take(1)
        end = at + 1 + bits.take(lengths[bits.take(2)])
        if end > count:
            raise BadInput("Its brush mask is longer than the image.")
        values[at:end] = bits.take(size) if repeated else bits.take_many(end - at, size)
        at = end
    region = region_of(values.reshape(height, width, 4)[:, :, 3] > 0)
    if region is None:
        raise BadInput("Its brush mask is empty.")
    return region
