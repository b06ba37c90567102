"""TIFF in all its forms, through tifffile."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np

from ..picture import Picture, PixelArray
from ..request import ReadRequest
from .tiff_axes import to_stack
from .tiff_metadata import channel_colors, pixel_size
from .tiff_values import to_plain_values

__all__ = ["read_tiff"]

_UNCOMPRESSED = 1


def read_tiff(path: Path, request: ReadRequest) -> Picture:
    """Read a TIFF, ImageJ or OME-TIFF file.

    Parameters
    ----------
    path
        The file. Other files it may refer to are never opened.
    request
        Name for errors, the channel count for undeclared stacks, the cap on the decoded size.

    Returns
    -------
    Picture
        Channels and planes as ImageJ or OME metadata declare them, in any stored order; RGB
        samples become channels.

    Raises
    ------
    ChannelsUnknown
        Several pages without declared axes, or time points, and no ``request.channels``.
    BadInput
        A form that has no place here, or a damaged file.
    """
    import tifffile

    # What tifffile finds wrong is told in the error; its log lines would quote the file.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    # An OME file may name companions by any path: _multifile keeps tifffile to this one file.
    with tifffile.TiffFile(path, _multifile=False) as tif:
        if not tif.series:
            raise request.problem("is a TIFF without an image; export it again.")
        series = tif.series[0]
        page = series.keyframe
        notes: list[str] = []
        pages = _stored_pages(tif, series)
        _check(tif, series, pages, request)
        axes = "".join(series.get_axes(squeeze=False))
        shape = series.get_shape(squeeze=False)
        whole = series.asarray() if pages is None else tif.asarray(key=slice(len(pages)))
        data: PixelArray = np.asarray(whole).reshape(shape)
        data, axes = to_plain_values(data, axes, page, bool(tif.is_imagej), request, notes)
        stack = to_stack(data, axes, request, notes)
        if len(tif.series) > 1:
            notes.append(f"only the first of {len(tif.series)} images in the file was read")
        if page.tags.valueof(274, 1) not in (0, 1):
            notes.append("the orientation tag was not applied")
        depth = 32 if stack.dtype.kind == "f" else 8 * stack.dtype.itemsize
        size = pixel_size(tif, page)
        colors = channel_colors(tif, page, stack.shape[3])
    return Picture(stack, depth, size, tuple(notes), colors)


def _stored_pages(tif: Any, series: Any) -> list[Any] | None:
    """Return the pages to read one by one, or None to leave it to the series.

    tifffile takes an ImageJ stack for one contiguous block when the first page allows it, although
    each page may have its own place, with other bytes between (seen in a file of ImageJ 1.53g).
    """
    frames = math.prod(series.shape) // max(1, math.prod(series.keyframe.shape))
    if series.kind == "imagej" and series.dataoffset is not None and 1 < frames == len(tif.pages):
        return list(tif.pages)
    return None


def _check(tif: Any, series: Any, pages: list[Any] | None, request: ReadRequest) -> None:
    """Refuse what is too large, cut short, or spread over several files, before decoding."""
    page = series.keyframe
    if page.dtype is None or series.dtype is None:
        raise request.problem(
            "stores its numbers in a form we do not read; save it as 8 or 16 bit."
        )
    request.check_size(series.get_shape(squeeze=False), max(4, series.dtype.itemsize))
    if page.is_tiled:
        request.check_size((page.tilelength, page.tilewidth, page.samplesperpixel), 4)
    declared = (tif.imagej_metadata or {}).get("images", 1) if tif.is_imagej else 1
    if declared > 1 and series.kind != "imagej":
        raise request.problem("is cut short: it declares more frames than it holds; copy it again.")
    if tif.is_ome and series.kind != "ome" and request.channels is None:
        raise request.problem(
            "keeps some of its planes in other files, or its OME metadata are damaged; export it "
            "as one file, or give --channels N to take only the frames inside."
        )
    end = tif.filehandle.size
    if pages is None and series.dataoffset is not None:
        # One page that stands for a whole contiguous stack (ImageJ, or written in one go).
        if series.dataoffset + series.nbytes > end:
            raise _cut_short(request)
        return
    if pages is None and any(one is None for one in series):
        raise request.problem("keeps some of its planes in other files; export it as one file.")
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
    return request.problem("is cut short; copy or export it again.")
