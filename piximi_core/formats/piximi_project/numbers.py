"""Native whole numbers to the floats of a Piximi project, and back without losing one.

Piximi keeps ``raw / (2^depth - 1)`` as float32, depth being 8 or 16. A float32 lies within
6e-8 of the fraction, so that times 65,535 it is within 0.004 of the whole number it came from.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.images import to_unit

__all__ = ["Restored", "finite_json", "from_unit", "is_number", "sixteen_bit", "to_stored"]

# Further from a whole number than float32 rounding explains.
_OFF = 0.02
_DEEPEST = 20


class Restored:
    """Turns floats, block after block, into the whole numbers they came from.

    Parameters
    ----------
    size
        How many values there are in all.
    depth
        8 or 16.

    Attributes
    ----------
    outside, between
        Whether values lay outside 0 to 1, or between the whole numbers of this depth.
    """

    def __init__(self, size: int, depth: int) -> None:
        self._values = np.zeros(size, np.uint8 if depth == 8 else np.uint16)
        self._at = 0
        self._top = 2**depth - 1
        self.outside = False
        self.between = False

    def take(self, block: NDArray[np.floating[Any]]) -> None:
        """Add the next values, in order."""
        scaled = block.ravel().astype(np.float32, copy=False) * np.float32(self._top)
        # Counted on the rounded values: a comparison with NaN is never true.
        whole = np.rint(scaled)
        with np.errstate(invalid="ignore"):
            if not bool(np.all(np.abs(scaled - whole) <= _OFF)):
                self.between = True
            if not (whole.size == 0 or (whole.min() >= 0 and whole.max() <= self._top)):
                self.outside = True
                whole = np.clip(np.nan_to_num(whole, nan=0.0), 0, self._top)
        self._values[self._at : self._at + whole.size] = whole
        self._at += whole.size

    def array(self, shape: tuple[int, ...]) -> NDArray[Any]:
        """Return all values; those never taken are 0."""
        return self._values.reshape(shape)


def from_unit(values: NDArray[np.floating[Any]], depth: int) -> NDArray[Any]:
    """Return the whole numbers of 8 or 16 bit that became these floats.

    Examples
    --------
    >>> from_unit(to_stored(np.arange(256, dtype=np.uint8)), 8).tolist() == list(range(256))
    True
    """
    restored = Restored(values.size, depth)
    restored.take(values)
    return restored.array(values.shape)


def to_stored(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Return 8 or 16 bit numbers as the little-endian float32 that Piximi keeps."""
    return np.divide(pixels, np.float32(2 ** (8 * pixels.itemsize) - 1), dtype="<f4")


def sixteen_bit(
    pixels: NDArray[Any], bit_depth: int, float_range: tuple[float, float] | None
) -> NDArray[Any]:
    """Return any picture's numbers as 8 or 16 bit ones that a network sees alike.

    uint8 and uint16 stay as they are, signed 16 bit is shifted by 32,768, all others are scaled
    so that 0 and 1 of `to_unit` become 0 and 65,535.
    """
    if pixels.dtype in (np.uint8, np.uint16):
        return pixels
    if pixels.dtype == np.int16:
        return (pixels.astype(np.int32) + 32768).astype(np.uint16)
    unit = to_unit(pixels, bit_depth, float_range).astype(np.float64)
    scaled: NDArray[Any] = np.rint(unit * 65535).astype(np.uint16)
    return scaled


def is_number(found: Any) -> bool:
    """Whether a value of JSON is a finite number; a whole one may be too long for a float."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return isinstance(found, int) or math.isfinite(found)


def finite_json(found: Any, depth: int = 0) -> Any:
    """Return a value of JSON as every JSON writer takes it: what is not a number is None.

    Python reads NaN and 1e999, halves of surrogate pairs, and lists that are deeper than it writes.

    Examples
    --------
    >>> finite_json({"accuracy": float("nan"), "confusionMatrix": [[1, 0]]})
    {'accuracy': None, 'confusionMatrix': [[1, 0]]}
    """
    if depth > _DEEPEST:
        return None
    if isinstance(found, dict):
        return {_text(key): finite_json(value, depth + 1) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [finite_json(value, depth + 1) for value in found]
    if isinstance(found, str):
        return _text(found)
    return None if isinstance(found, float) and not math.isfinite(found) else found


def _text(found: Any) -> str:
    return str(found).encode("utf-8", "replace").decode()
