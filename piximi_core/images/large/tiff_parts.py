"""TIFF by boxes: only the strips and tiles that a box touches are read and unpacked."""

from __future__ import annotations

import math
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import numpy as np

from piximi_core.messages import Message

from ..layout import Layout, to_stack
from ..picture import PixelArray
from ..request import ReadRequest
from ..values import Values
from .parts import Box, Parts

__all__ = ["can_be_read_in_parts", "tiff_parts"]

_SEGMENT_BYTES = 64_000_000
"""How many bytes a strip or tile may take: one of a whole plane is no part."""
_REMEMBERED_BYTES = 64_000_000
_JPEG_COMPRESSIONS = frozenset({6, 7, 33007, 34892})
_NARROW = 2048  # pixels: tiles up to this width, of which a small box touches few

ReadFrame = Callable[[int, Box], PixelArray]


def can_be_read_in_parts(series: Any, pages: Sequence[Any] | None) -> bool:
    """Whether all frames of a series are stored so that a box can be read for itself.

    Parameters
    ----------
    pages
        The pages to read one by one, None to leave it to the series.
    """
    page = series.keyframe
    axes = "".join(series.get_axes(squeeze=False))
    shape = tuple(series.get_shape(squeeze=False))
    times = shape[axes.index("T")] if "T" in axes else 1
    if page.dtype is None or page.imagedepth != 1 or times != 1 or _lead(axes) is None:
        return False
    if _is_one_block(series, pages):
        return _in_order(page) is not None
    frames = math.prod(shape[: _lead(axes)])
    if frames != len(series if pages is None else pages):
        return False
    height, width = _segment(page)
    samples = page.samplesperpixel if page.planarconfig == 1 else 1
    return height * width * samples * page.dtype.itemsize <= _SEGMENT_BYTES or _lies_plain(page)


def tiff_parts(
    tif: Any,
    file: BinaryIO,
    series: Any,
    pages: Sequence[Any] | None,
    layout: Layout,
    values: Values,
    colors: tuple[str, ...] | None,
    request: ReadRequest,
) -> Parts:
    """Return the way to a picture's boxes, for what `can_be_read_in_parts`.

    Parameters
    ----------
    file
        The open file, of which ``tif`` is the directory.
    layout, values
        As the whole is read.
    """
    page = series.keyframe
    order = _order(
        math.prod(series.get_shape(squeeze=False)[: _lead(_axes(series))]), layout, request
    )
    stored = _Stored(file, page, tif.byteorder, request)
    read: ReadFrame
    if _is_one_block(series, pages):
        step = math.prod(page.shape) * page.dtype.itemsize
        read = lambda frame, box: stored.plain(series.dataoffset + frame * step, box)  # noqa: E731
    else:
        read = partial(_read_page, stored, series if pages is None else pages)
    has_samples = "S" in _axes(series)

    def read_box(plane: int, box: Box) -> PixelArray:
        channels = []
        for frame in order[plane]:
            found = values.apply(read(int(frame), box)[..., slice(None) if has_samples else 0])
            channels.append(found.reshape(*found.shape[:2], -1))
        return channels[0] if len(channels) == 1 else np.concatenate(channels, axis=2)

    plain = _is_one_block(series, pages) or _lies_plain(page)
    rows, width = _segment(page)
    return Parts(
        planes=order.shape[0],
        height=int(page.imagelength),
        width=int(page.imagewidth),
        channels=order.shape[1] * values.samples,
        dtype=values.dtype,
        read=read_box,
        rows=1 if plain else min(rows, int(page.imagelength)),
        scattered=plain or width <= _NARROW,
        channel_colors=colors,
    )


def _axes(series: Any) -> str:
    return "".join(series.get_axes(squeeze=False))


def _lead(axes: str) -> int | None:
    """Return how many axes stand before those of one frame; None where they are mixed."""
    inner = min(axes.find(letter) for letter in "YXS" if letter in axes)
    return inner if set(axes[inner:]) <= set("YXS") else None


def _order(frames: int, layout: Layout, request: ReadRequest) -> PixelArray:
    """Return the numbers of the frames that make up each plane, ``[Z, C]``."""
    numbers = np.arange(frames)
    if "F" in layout.axes and layout.channels is not None:
        return numbers.reshape(-1, 1)  # colour pages, each a plane
    axes = layout.axes.replace("S", "")
    lengths = tuple(1 if letter in "YX" else layout.length(letter) for letter in axes)
    return to_stack(numbers, Layout(axes, lengths), request)[:, 0, 0, :]


def _is_one_block(series: Any, pages: Sequence[Any] | None) -> bool:
    """Whether the frames of a series lie one behind the other, as they are in memory."""
    return pages is None and series.dataoffset is not None


def _in_order(page: Any) -> tuple[int, ...] | None:
    """Return a frame's shape ``(separate samples, H, W, samples)``; None where it has no such."""
    separate = int(page.samplesperpixel) if page.planarconfig == 2 else 1
    shape = (separate, page.imagelength, page.imagewidth, page.samplesperpixel // separate)
    return shape if math.prod(shape) == math.prod(page.shape) else None


def _lies_plain(page: Any) -> bool:
    as_in_memory = page.is_contiguous and page.predictor == 1 and page.fillorder == 1
    return bool(as_in_memory) and _in_order(page) is not None


def _segment(page: Any) -> tuple[int, int]:
    """Return height and width of a strip or tile."""
    if page.is_tiled:
        return int(page.tilelength), int(page.tilewidth)
    return min(int(page.rowsperstrip), int(page.imagelength)), int(page.imagewidth)


def _read_page(stored: _Stored, pages: Sequence[Any], frame: int, box: Box) -> PixelArray:
    page = pages[frame]
    return stored.plain(page.dataoffsets[0], box) if stored.is_plain else stored.packed(page, box)


@dataclass(frozen=True)
class _Grid:
    """How a frame is divided into strips or tiles, numbered row by row."""

    height: int
    width: int
    down: int
    across: int

    @classmethod
    def of(cls, page: Any) -> _Grid:
        height, width = _segment(page)
        down, across = -(-int(page.imagelength) // height), -(-int(page.imagewidth) // width)
        return cls(height, width, down, across)

    def touched(self, box: Box) -> list[tuple[int, int]]:
        """Return row and column of all that a box touches."""
        x1, y1, x2, y2 = box
        rows = range(y1 // self.height, -(-y2 // self.height))
        columns = range(x1 // self.width, -(-x2 // self.width))
        return [(row, column) for row in rows for column in columns]


class _Stored:
    """The frames of a file: all are stored as the first is."""

    def __init__(self, file: BinaryIO, page: Any, byteorder: str, request: ReadRequest) -> None:
        self._file, self._page, self._request = file, page, request
        self._dtype = page.dtype
        self._raw_dtype = page.dtype.newbyteorder(byteorder)
        self._separate = int(page.samplesperpixel) if page.planarconfig == 2 else 1
        self._samples = int(page.samplesperpixel)
        self._grid = _Grid.of(page)
        self._kept: OrderedDict[tuple[int, int], PixelArray] = OrderedDict()
        self.is_plain = _lies_plain(page)

    def plain(self, offset: int, box: Box) -> PixelArray:
        """Read a box ``[H, W, S]`` of a frame whose numbers lie at a place row by row."""
        contiguous = self._samples // self._separate
        pixel = contiguous * self._dtype.itemsize
        row = int(self._page.imagewidth) * pixel
        layers = []
        for separate in range(self._separate):
            start = offset + separate * row * int(self._page.imagelength)
            raw = self._rows(start, row, pixel, box)
            shape = (box[3] - box[1], box[2] - box[0], contiguous)
            layers.append(np.frombuffer(raw, self._raw_dtype).reshape(shape))
        found = layers[0] if len(layers) == 1 else np.concatenate(layers, axis=2)
        return found.astype(self._dtype, copy=False)

    def _rows(self, start: int, row: int, pixel: int, box: Box) -> bytes | bytearray:
        x1, y1, x2, y2 = box
        if (x2 - x1) * pixel == row:
            return self._bytes(start + y1 * row, (y2 - y1) * row)
        found = bytearray()
        for y in range(y1, y2):
            found += self._bytes(start + y * row + x1 * pixel, (x2 - x1) * pixel)
        return found

    def _bytes(self, offset: int, count: int) -> bytes:
        found = os.pread(self._file.fileno(), count, offset)
        while len(found) < count:
            # The system gives two gigabytes at most.
            more = os.pread(self._file.fileno(), count - len(found), offset + len(found))
            if not more:
                raise self._request.problem(Message("is cut short; copy or export it again."))
            found += more
        return found

    def packed(self, page: Any, box: Box) -> PixelArray:
        """Read a box ``[H, W, S]`` of a page in strips or tiles."""
        x1, y1, x2, y2 = box
        found = np.zeros((y2 - y1, x2 - x1, self._samples), self._dtype)
        grid = self._grid
        layers = 1 if self._separate == 1 else self._samples
        for layer in range(layers):
            into = found if layers == 1 else found[..., layer : layer + 1]
            for row, column in grid.touched(box):
                number = (layer * grid.down + row) * grid.across + column
                segment = self._segment(page, number)
                top, left = row * grid.height, column * grid.width
                # The part of the box that lies in the segment.
                first, last = max(y1, top), min(y2, top + segment.shape[0])
                start, end = max(x1, left), min(x2, left + segment.shape[1])
                part = segment[first - top : last - top, start - left : end - left]
                into[first - y1 : last - y1, start - x1 : end - x1] = part
        return found

    def _segment(self, page: Any, number: int) -> PixelArray:
        """Unpack a strip or tile ``[H, W, S]``, or find it if it was read lately."""
        key = (int(page.index) if isinstance(page.index, int) else hash(page.index), number)
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        offset, count = page.dataoffsets[number], page.databytecounts[number]
        raw = self._bytes(offset, count) if count else None
        keyframe = page.keyframe
        tables = {}
        if int(keyframe.compression) in _JPEG_COMPRESSIONS:
            tables = {"jpegtables": keyframe.jpegtables, "jpegheader": keyframe.jpegheader}
        decoded, _place, shape = keyframe.decode(raw, number, **tables)
        if decoded is None:
            decoded = np.full(shape, keyframe.nodata, self._dtype)
        segment: PixelArray = np.asarray(decoded)[0]
        self._kept[key] = segment
        while sum(kept.nbytes for kept in self._kept.values()) > _REMEMBERED_BYTES:
            self._kept.popitem(last=False)
        return segment
