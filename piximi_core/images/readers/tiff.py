"""TIFF in all its forms, through tifffile."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.messages import Message

from ..description import Opened, describe_layout
from ..large.parts import Parts
from ..large.tiff_parts import can_be_read_in_parts, tiff_parts
from ..layout import Layout, layout_of, to_stack
from ..picture import Picture, PixelArray
from ..request import ReadRequest
from .tiff_metadata import channel_colors, pixel_size
from .tiff_ome import one_file
from .tiff_values import plan_values

__all__ = ["open_tiff"]

_UNCOMPRESSED = 1


@contextmanager
def open_tiff(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Open a TIFF, ImageJ or OME-TIFF file.

    Channels, planes and times are as ImageJ or OME metadata declare them, in any stored order;
    RGB samples become channels. Of a pyramid the full level is read.

    Parameters
    ----------
    path
        The file. Other files it may refer to are never opened.
    request
        Name for errors, what was answered, the cap on the decoded size.

    Raises
    ------
    BadInput
        A form that has no place here, or a damaged file.
    """
    _quiet()
    # An OME file may name companions by any path: _multifile keeps tifffile to this one file.
    # An open file spares it resolving the path, a third of its time for a small picture.
    with path.open("rb") as file, one_file()(file, _multifile=False) as tif:
        series, images = _main_series(tif, request)
        pages = _stored_pages(tif, series)
        layout = layout_of(*_samples_last(series), request)
        in_parts = can_be_read_in_parts(series, pages)
        limits = request.allowing_parts() if in_parts else request
        _check(tif, series, pages, layout, limits)
        values = plan_values(series.keyframe, layout.length("S"), bool(tif.is_imagej), request)
        layout = layout.with_samples(values.samples)
        description = describe_layout(
            "TIFF",
            layout,
            values.dtype,
            pixel_size(tif, series.keyframe),
            (*values.notes, *tif.ome_notes, *_notes(series.keyframe, images)),
        )

        def decode() -> Picture:
            data = values.apply(_numbers(tif, series, pages, request))
            stack = to_stack(data, layout, request)
            colors = channel_colors(tif, series.keyframe, stack.shape[3])
            return description.picture(stack, channel_colors=colors)

        def parts() -> Parts:
            channels = description.channels or request.channels or 1
            colors = channel_colors(tif, series.keyframe, channels)
            return tiff_parts(tif, file, series, pages, layout, values, colors, request)

        yield Opened(description, decode, parts if in_parts else None)


@cache
def _quiet() -> None:
    """Silence tifffile: what it finds wrong is told in the error.

    Its log lines would quote the file; and setting a level empties the caches of all loggers, so
    it is done once.
    """
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def _samples_last(series: Any) -> tuple[str, tuple[int, ...]]:
    """Return the letters and lengths of the axes as `_numbers` gives them."""
    axes = "".join(series.get_axes(squeeze=False))
    shape = tuple(series.get_shape(squeeze=False))
    place = axes.find("S")
    if place < 0:
        return axes, shape
    return axes.replace("S", "") + "S", (*shape[:place], *shape[place + 1 :], shape[place])


def _main_series(tif: Any, request: ReadRequest) -> tuple[Any, int]:
    """Return the first image that is not a smaller copy of another, and how many such there are."""
    if not tif.series:
        raise request.problem(Message("is a TIFF without an image; export it again."))
    full = [one for one in tif.series if not one.keyframe.is_reduced] or list(tif.series)
    return full[0], len(full)


def _notes(page: Any, images: int) -> Iterator[str]:
    if images > 1:
        yield Message("only the first of {images} images in the file was read", images=images)
    if page.tags.valueof(274, 1) not in (0, 1):
        yield Message("the orientation tag was not applied")


def _stored_pages(tif: Any, series: Any) -> list[Any] | None:
    """Return the pages to read one by one, or None to leave it to the series.

    tifffile takes an ImageJ stack for one contiguous block when the first page allows it, although
    each page may have its own place, with other bytes between (seen in a file of ImageJ 1.53g).
    """
    frames = math.prod(series.shape) // max(1, math.prod(series.keyframe.shape))
    if series.kind != "imagej" or series.dataoffset is None or frames < 2:
        return None
    # Opening a page costs time, so of the second alone, which speaks for all, the place is read.
    tif.pages.useframes = True
    try:
        second = tif.pages[1]
        start, ends = second.dataoffsets[0], second.dataoffsets[-1] + second.databytecounts[-1]
    except IndexError:
        return None  # ImageJ writes one page only for a stack of more than 4 GB
    except RuntimeError:
        start = ends = -1  # made up of other strips than the first
    finally:
        tif.pages.useframes = False
    size = series.nbytes // frames
    if start == series.dataoffset + size and ends == start + size:
        return None
    return list(tif.pages) if len(tif.pages) == frames else None


def _numbers(tif: Any, series: Any, pages: list[Any] | None, request: ReadRequest) -> PixelArray:
    """Read the stored numbers, of the asked time point alone where the file allows it.

    Returns
    -------
    numpy.ndarray
        The series' axes, also those of length 1, with the colour samples moved to the end.
    """
    axes = "".join(series.get_axes(squeeze=False))
    shape = tuple(series.get_shape(squeeze=False))
    at = axes.find("T")
    data: PixelArray
    if not isinstance(request.time, int) or at < 0 or shape[at] == 1:
        data = series.asarray() if pages is None else tif.asarray(key=slice(len(pages)))
    elif (chosen := _pages_of_time(series, pages, shape, at, request.time)) is not None:
        data = tif.asarray(series=None if pages else series, key=chosen)
        shape = (*shape[:at], 1, *shape[at + 1 :])
    elif pages is None and series.dataoffset is not None:
        stored = series.dtype.newbyteorder(tif.byteorder)
        mapped = tif.filehandle.memmap_array(stored, shape, offset=series.dataoffset)
        data = mapped.take([request.time - 1], axis=at).astype(series.dtype, copy=False)
        shape = data.shape
    else:
        request.check_size(shape, max(4, series.dtype.itemsize))
        data = series.asarray()
    data = np.asarray(data).reshape(shape)
    return np.moveaxis(data, axes.index("S"), -1) if "S" in axes else data


def _pages_of_time(
    series: Any, pages: list[Any] | None, shape: tuple[int, ...], at: int, time: int
) -> list[int] | None:
    """Return which pages hold the asked time point, or None where pages do not tell."""
    if pages is None and series.dataoffset is not None:
        return None
    inner = math.prod(series.keyframe.shape)
    lead = next((n for n in range(len(shape)) if math.prod(shape[n:]) == inner), 0)
    if at >= lead or math.prod(shape[:lead]) != len(pages or series.pages):
        return None
    numbers = np.arange(math.prod(shape[:lead])).reshape(shape[:lead])
    return [int(n) for n in numbers.take(time - 1, axis=at).ravel()]


def _check(
    tif: Any, series: Any, pages: list[Any] | None, layout: Layout, request: ReadRequest
) -> None:
    """Refuse what is too large, cut short, or spread over several files, before decoding."""
    page = series.keyframe
    if page.dtype is None or series.dtype is None:
        raise request.problem(
            Message("stores its numbers in a form we do not read; save it as 8 or 16 bit.")
        )
    # A time point has to be named before anything is read, so one is what has to fit.
    request.check_size(layout.picked(request.time or 1), max(4, series.dtype.itemsize))
    if page.is_tiled:
        request.check_size((page.tilelength, page.tilewidth, page.samplesperpixel), 4)
    declared = (tif.imagej_metadata or {}).get("images", 1) if tif.is_imagej else 1
    if declared > 1 and series.kind != "imagej":
        raise request.problem(
            Message("is cut short: it declares more frames than it holds; copy it again.")
        )
    if tif.is_ome and series.kind != "ome" and request.channels is None:
        raise request.problem(
            Message(
                "keeps some of its planes in other files, or its OME metadata are damaged; "
                "export it "
                "as one file, or say how many channels it has to take only the frames inside."
            )
        )
    end = tif.filehandle.size
    if pages is None and series.dataoffset is not None:
        # One page that stands for a whole contiguous stack (ImageJ, or written in one go).
        if series.dataoffset + series.nbytes > end:
            raise _cut_short(request)
        return
    if pages is None and any(one is None for one in series):
        raise request.problem(
            Message("keeps some of its planes in other files; export it as one file.")
        )
    for one in series if pages is None else pages:
        _check_segments(one, page, end, request)


def _check_segments(one: Any, keyframe: Any, end: int, request: ReadRequest) -> None:
    """Refuse a page whose strips or tiles reach past the end of the file or are missing."""
    for offset, count in zip(one.dataoffsets, one.databytecounts, strict=False):
        if offset + count > end:
            raise _cut_short(request)
    whole = keyframe.bitspersample == 8 * keyframe.dtype.itemsize
    if keyframe.compression == _UNCOMPRESSED and whole and not keyframe.is_subsampled:
        needed = math.prod(keyframe.shape) * keyframe.dtype.itemsize
        if sum(one.databytecounts) < needed:
            raise _cut_short(request)


def _cut_short(request: ReadRequest) -> Exception:
    return request.problem(Message("is cut short; copy or export it again."))
