"""From a TIFF's stored numbers to plain intensities: palettes, alpha, white-is-zero, odd types."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..picture import PixelArray
from ..request import ReadRequest

__all__ = ["is_one_color", "to_plain_values"]

_WHITE_IS_ZERO, _PALETTE, _SEPARATED, _YCBCR = 0, 3, 5, 6
_JPEG_COMPRESSIONS = frozenset({6, 7, 33007, 34892})
_ALPHA = frozenset({1, 2})
_LAB = frozenset({8, 9, 10})


def to_plain_values(
    data: PixelArray,
    axes: str,
    page: Any,
    is_imagej: bool,
    request: ReadRequest,
    notes: list[str],
) -> tuple[PixelArray, str]:
    """Return data of a type a `Picture` may hold, with its axes.

    Parameters
    ----------
    data, axes
        As tifffile gave them, one letter per axis.
    page
        tifffile's first page.
    is_imagej
        ImageJ's colour table only says how to draw; its numbers are intensities.
    request, notes
        For errors, and for what was changed.
    """
    photometric = int(page.photometric)
    if photometric == _SEPARATED or photometric in _LAB:
        raise request.problem("stores print colours (CMYK or Lab); save it as RGB.")
    if photometric == _YCBCR and int(page.compression) not in _JPEG_COMPRESSIONS:
        raise request.problem("stores its colours as YCbCr; save it as RGB.")
    if photometric == _PALETTE and page.colormap is not None:
        table = np.asarray(page.colormap)
        if is_imagej or is_one_color(table):
            notes.append("colour table kept as the channel's colour, values as stored")
        else:
            notes.append("palette turned into RGB")
            return _look_up(data, table), axes + "S"
        return _plain_type(data, request, notes), axes
    data = _without_alpha(data, axes, page, notes)
    bits = int(page.bitspersample)
    data = _widened(data, bits, notes) if photometric != _PALETTE else data
    if photometric == _WHITE_IS_ZERO and data.dtype.kind in "ub":
        notes.append("inverted, because low values are stored as white")
        top = 255 if data.dtype.itemsize == 1 else 2**bits - 1
        data = (top - data.astype(np.int64)).astype(data.dtype)
    return _plain_type(data, request, notes), axes


def is_one_color(table: NDArray[np.unsignedinteger[Any]]) -> bool:
    """Whether a colour table is one colour from dark to bright, so that its index is a grey.

    Parameters
    ----------
    table
        ``[3, entries]``.
    """
    entries = table.astype(np.float64)
    brightest = entries[:, int(entries.sum(axis=0).argmax())]
    top = float(brightest.max())
    if top == 0:
        return True
    strength = entries[int(brightest.argmax())] / top
    is_rising = bool(np.all(np.diff(strength) >= 0))
    # One step of 8 bits of slack for tables that were rounded.
    straight = np.abs(entries - np.outer(brightest, strength)).max() <= 65535 / 255 + 1
    return is_rising and bool(straight)


def _look_up(data: PixelArray, table: PixelArray) -> PixelArray:
    """Return 8-bit RGB through a palette of 16-bit entries."""
    colors = (table >> 8).astype(np.uint8) if table.max() > 255 else table.astype(np.uint8)
    looked_up: PixelArray = colors.T[data]
    return looked_up


def _without_alpha(data: PixelArray, axes: str, page: Any, notes: list[str]) -> PixelArray:
    """Drop the samples the file itself calls transparency."""
    extra = tuple(int(kind) for kind in page.extrasamples)
    samples = int(page.samplesperpixel)
    if not extra or "S" not in axes:
        return data
    place = axes.index("S")
    if data.shape[place] != samples:
        return data
    first = samples - len(extra)
    kept = [n for n in range(samples) if n < first or extra[n - first] not in _ALPHA]
    if len(kept) in (0, samples):
        return data
    notes.append("alpha channel dropped")
    colors: PixelArray = np.take(data, kept, axis=place)
    return colors


def _widened(data: PixelArray, bits: int, notes: list[str]) -> PixelArray:
    """Spread 1 to 7 bit values over 8 bits, as PNG readers do."""
    if data.dtype.kind == "b":
        notes.append("1-bit values widened to 0 and 255")
        return data.astype(np.uint8) * np.uint8(255)
    if data.dtype == np.uint8 and bits < 8:
        notes.append(f"{bits}-bit values widened to 0…255")
        spread: PixelArray = (data.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
        return spread
    return data


def _plain_type(data: PixelArray, request: ReadRequest, notes: list[str]) -> PixelArray:
    """Return native byte order, at most 32 bits, or refuse."""
    kind, width = data.dtype.kind, data.dtype.itemsize
    if kind == "f":
        if width > 4:
            notes.append("64-bit floats stored as 32-bit")
            with np.errstate(over="ignore"):
                return data.astype(np.float32)
        return data.astype(np.float32, copy=False)
    if kind == "b":
        return data.astype(np.uint8)
    if kind not in "ui":
        raise request.problem("stores complex numbers; save its magnitude as 16 bit or float.")
    if width <= 4:
        return data.astype(data.dtype.newbyteorder("="), copy=False)
    narrow = np.dtype(np.uint32 if kind == "u" else np.int32)
    limits = np.iinfo(narrow)
    if data.min() < limits.min or data.max() > limits.max:
        raise request.problem("stores 64-bit integers beyond 32 bits; save it as 16 or 32 bit.")
    notes.append("64-bit integers stored as 32-bit")
    return data.astype(narrow)
