"""From a TIFF's stored numbers to plain intensities: palettes, alpha, white-is-zero, odd types."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from piximi_core.messages import Message

from ..picture import PixelArray
from ..request import ReadRequest
from ..values import Values
from .palettes import is_one_color

__all__ = ["plan_values"]

_WHITE_IS_ZERO, _PALETTE, _SEPARATED, _YCBCR = 0, 3, 5, 6
_JPEG_COMPRESSIONS = frozenset({6, 7, 33007, 34892})
_ALPHA = frozenset({1, 2})
_LAB = frozenset({8, 9, 10})


def plan_values(page: Any, samples: int, is_imagej: bool, request: ReadRequest) -> Values:
    """Plan how the numbers of a TIFF become those of a picture.

    Parameters
    ----------
    page
        tifffile's first page.
    samples
        How many samples the last axis of the data holds, 1 where it is no such axis.
    is_imagej
        ImageJ's colour table only says how to draw; its numbers are intensities.
    request
        For errors.

    Raises
    ------
    BadInput
        A colour space or a type of numbers that has no place in a picture.
    """
    values = Values(page.dtype, samples)
    photometric = int(page.photometric)
    _refuse_colors(photometric, page, request)
    if photometric == _PALETTE and page.colormap is not None:
        _plan_palette(values, np.asarray(page.colormap), is_imagej)
        values.make_plain(request)
        return values
    _plan_dropping_alpha(values, page)
    bits = int(page.bitspersample)
    if values.dtype.kind == "b":
        values.make_plain(request)
    elif values.dtype == np.uint8 and bits < 8 and photometric != _PALETTE:
        values.then(
            partial(_spread, bits=bits), Message("{bits}-bit values widened to 0…255", bits=bits)
        )
    if photometric == _WHITE_IS_ZERO and values.dtype.kind == "u":
        top = 255 if values.dtype.itemsize == 1 else 2**bits - 1
        note = Message("inverted, because low values are stored as white")
        values.then(partial(_inverted, top=top), note)
    if photometric == _SEPARATED:
        values.then(_cmyk_to_rgb, Message("print colours (CMYK) turned into RGB"), samples=3)
    values.make_plain(request)
    return values


def _refuse_colors(photometric: int, page: Any, request: ReadRequest) -> None:
    is_jpeg = int(page.compression) in _JPEG_COMPRESSIONS
    inks = int(page.samplesperpixel) - len(page.extrasamples)
    is_cmyk = photometric == _SEPARATED and inks == 4 and page.dtype.kind == "u" and not is_jpeg
    if (photometric == _SEPARATED and not is_cmyk) or photometric in _LAB:
        raise request.problem(
            Message("stores colours for print in a form we do not read; save it as RGB.")
        )
    if photometric == _YCBCR and not is_jpeg:
        raise request.problem(Message("stores its colours as YCbCr; save it as RGB."))


def _plan_palette(values: Values, table: PixelArray, is_imagej: bool) -> None:
    """Keep the index as the intensity where the table allows it, else look it up."""
    if is_imagej or is_one_color(table):
        values.notes.append(Message("colour table kept as the channel's colour, values as stored"))
        return
    colors = (table >> 8 if table.max() > 255 else table).astype(np.uint8)
    if (colors == colors[0]).all():
        note = Message("grey palette turned into its greys")
        values.then(lambda data: _looked_up(data, colors[0]), note, dtype=np.uint8)
    else:
        note = Message("palette turned into RGB")
        values.then(lambda data: _looked_up(data, colors.T), note, dtype=np.uint8, samples=3)


def _looked_up(data: PixelArray, entries: PixelArray) -> PixelArray:
    found: PixelArray = entries[data]
    return found


def _plan_dropping_alpha(values: Values, page: Any) -> None:
    """Leave out the samples that the file itself calls transparency."""
    extra = tuple(int(kind) for kind in page.extrasamples)
    samples = int(page.samplesperpixel)
    if not extra or values.samples != samples:
        return
    first = samples - len(extra)
    kept = [n for n in range(samples) if n < first or extra[n - first] not in _ALPHA]
    if len(kept) not in (0, samples):
        values.then(
            lambda data: data.take(kept, axis=-1),
            Message("alpha channel dropped"),
            samples=len(kept),
        )


def _spread(data: PixelArray, bits: int) -> PixelArray:
    """Spread 1 to 7 bits over 8, as PNG readers do."""
    spread: PixelArray = (data.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
    return spread


def _inverted(data: PixelArray, top: int) -> PixelArray:
    mirrored: PixelArray = np.asarray(top, data.dtype) - data
    return mirrored


def _cmyk_to_rgb(data: PixelArray) -> PixelArray:
    """Return what is left of white light after four inks, without a profile."""
    top = np.iinfo(data.dtype).max
    left = (top - data[..., :4]).astype(np.float64) / top
    rgb: PixelArray = np.rint(left[..., :3] * left[..., 3:] * top).astype(data.dtype)
    return rgb
