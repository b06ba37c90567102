"""Label images as arrays: read from TIFF or PNG, written as TIFF, and taken apart into objects."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, region_of
from piximi_core.errors import BadInput

__all__ = ["Sizes", "by_value", "labels_fit", "read_labels", "tiff_bytes", "touching_parts"]

Sizes = Mapping[tuple[int, int], int]
"""Planes of the largest image of each (height, width) that labels may belong to."""

_FITTING: ContextVar[Sizes | None] = ContextVar("label_sizes")
_BYTES_OF_LABEL = 24  # three colours of 64 bits

_MOST_BYTES = 2 * 2**30
# Labels pack well, but what promises more than this has a damaged header.
_FREE_BYTES = 64 * 2**20
_MOST_PACKED = 2000
_MOST_PAGES = 100_000
_MOST_VALUES = 200_000
_COUNTED = 2**16


@contextmanager
def labels_fit(sizes: Sizes) -> Iterator[None]:
    """Refuse label images that fit none of these images unread, by their headers."""
    before = _FITTING.set(sizes or None)
    try:
        yield
    finally:
        _FITTING.reset(before)


def _require_fit(height: int, width: int, total: int) -> None:
    """Refuse a label image before a pixel is decoded: a small file may hold gigabytes."""
    sizes = _FITTING.get(None)
    if sizes is None:
        return
    planes = sizes.get((height, width))
    if planes is None:
        raise BadInput(
            "is {width} x {height} pixels large, and no image of this project is; it was not read.",
            width=width,
            height=height,
        )
    if total > _BYTES_OF_LABEL * planes * height * width:
        raise BadInput("has far more pages than the images of its size have planes.")


def read_labels(path: Path, name: str) -> NDArray[Any]:
    """Read a label image as whole numbers ``[Z, H, W]``; colours become one number each.

    Raises
    ------
    BadInput
        No TIFF or PNG, damaged, too large, or with fractions.
    """
    try:
        with path.open("rb") as file:
            is_png = file.read(8) == b"\x89PNG\r\n\x1a\n"
        array = _read_png(path) if is_png else _read_tiff(path)
    except BadInput as error:
        raise BadInput("'{name}' {error}", name=name[-80:], error=error) from error
    except MemoryError as error:
        raise BadInput("'{name}' does not fit into memory.", name=name[-80:]) from error
    except Exception as error:
        # Decoders raise anything at all on bytes that no one foresaw.
        raise BadInput(
            "'{name}' is damaged or no TIFF or PNG; export it again.", name=name[-80:]
        ) from error
    return array


def _read_png(path: Path) -> NDArray[Any]:
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as image:
        if image.width * image.height * 8 > _MOST_BYTES:
            raise BadInput("is too large for a label image.")
        _require_fit(image.height, image.width, 0)
        # The numbers of a palette are the labels, not its colours.
        array = np.asarray(image)
    return _whole(_joined(array)[np.newaxis] if array.ndim == 3 else array[np.newaxis])


def _read_tiff(path: Path) -> NDArray[Any]:
    import tifffile

    with tifffile.TiffFile(path) as file:
        # Counted first: a chain of pages that leads back to itself has no series, and no end.
        if len(file.pages) > _MOST_PAGES:
            raise BadInput("has too many pages for a label image.")
        series = file.series
        size = sum(one.size * one.dtype.itemsize for one in series if one.dtype is not None)
        if size > min(_MOST_BYTES, max(_FREE_BYTES, _MOST_PACKED * path.stat().st_size)):
            raise BadInput("is too large for a label image, or damaged.")
        if len({one.shape for one in series}) != 1:
            raise BadInput("holds pictures of several sizes.")
        _require_fit(*_sides(series[0]), size)
        axes = series[0].axes
        arrays = [one.asarray() for one in series]
    if axes.endswith("S") and arrays[0].shape[-1] > 1:
        arrays = [_joined(array) for array in arrays]
    height, width = arrays[0].shape[-2:]
    return _whole(np.concatenate([array.reshape(-1, height, width) for array in arrays]))


def _sides(series: Any) -> tuple[int, int]:
    """Return height and width of the pictures of a series."""
    shape = (
        series.shape[:-1] if series.axes.endswith("S") and series.shape[-1] > 1 else series.shape
    )
    return int(shape[-2]), int(shape[-1])


def _joined(array: NDArray[Any]) -> NDArray[Any]:
    """Return one number for each colour; what is black is background."""
    if array.shape[-1] < 3:
        return np.asarray(array[..., 0])
    red, green, blue = (array[..., channel].astype(np.uint64) for channel in range(3))
    joined: NDArray[Any] = (red << 32) | (green << 16) | blue
    return joined


def _whole(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind == "f":
        if not np.isfinite(array).all() or (array != np.round(array)).any():
            raise BadInput("holds fractions, so it is no label image.")
        array = array.astype(np.int64)
    if array.dtype.kind not in "iub":
        raise BadInput("holds no whole numbers, so it is no label image.")
    return array


def by_value(plane: NDArray[Any]) -> Iterator[tuple[int, Region]]:
    """Yield each value of a plane but 0 and negative ones, with the pixels that have it.

    Raises
    ------
    BadInput
        More values than an image has objects: a photograph, most likely.
    """
    from scipy.ndimage import find_objects

    if plane.dtype.kind == "b" or 0 <= int(plane.min()) <= int(plane.max()) <= _COUNTED:
        numbered, values = plane.astype(np.int32), range(1, int(plane.max()) + 1)
    else:
        # Rare and far apart (colours): sorted, and counted from 1 as find_objects wants them.
        found, inverse = np.unique(plane, return_inverse=True)
        numbered, values = inverse.reshape(plane.shape).astype(np.int32) + 1, found.tolist()
    if len(values) > _MOST_VALUES:
        raise BadInput("{count:,} different values: that is no label image.", count=len(values))
    for value, place in zip(values, find_objects(numbered), strict=True):
        if value > 0 and place is not None:
            region = region_of(plane[place] == value, place[1].start, place[0].start)
            if region is not None:
                yield int(value), region


def touching_parts(mask: NDArray[np.bool_]) -> Iterator[Region]:
    """Yield each part of a mask; pixels that touch at a corner belong together."""
    from scipy.ndimage import label

    parts, _count = label(mask, structure=np.ones((3, 3)))
    for _value, region in by_value(parts):
        yield region


def tiff_bytes(array: NDArray[Any]) -> bytes:
    """Return ``[Z, H, W]`` whole numbers as a TIFF of one grey page each, deflated."""
    import tifffile

    stream = io.BytesIO()
    with tifffile.TiffWriter(stream, byteorder="<") as writer:
        for page in array:
            writer.write(
                page,
                photometric="minisblack",
                metadata=None,
                contiguous=False,
                compression="zlib",
                compressionargs={"level": zlib.Z_BEST_SPEED},
            )
    return stream.getvalue()
