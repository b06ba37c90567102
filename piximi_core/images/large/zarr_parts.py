"""Zarr by boxes: only the chunks that a box touches are read and unpacked."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..picture import PixelArray
from ..readers.zarr_metadata import ZarrImage
from ..values import Values
from .parts import Box, Parts

__all__ = ["can_be_read_in_parts", "zarr_parts"]

_CHUNK_BYTES = 64_000_000
_NARROW = 2048  # pixels: of chunks up to this width a small box touches few


def can_be_read_in_parts(image: ZarrImage) -> bool:
    """Whether a box of a plane can be read for itself: all axes are known, and chunks are small."""
    letters = image.axes
    if len(set(letters)) != len(letters) or not set(letters) <= set("TCZYX"):
        return False
    if not {"Y", "X"} <= set(letters) or (_length(image, "T") != 1) or min(image.chunks) < 1:
        return False
    return int(np.prod(image.chunks, dtype=object)) * image.dtype.itemsize <= _CHUNK_BYTES


def zarr_parts(store: Any, root: str, image: ZarrImage, values: Values) -> Parts:
    """Return the way to a picture's boxes, and to the levels that the file itself holds.

    Parameters
    ----------
    store
        Open as long as parts are read.
    root
        The folder in the store that holds the Zarr.
    values
        As the whole is read.
    """
    import zarr

    array = zarr.open_array(
        store, path=(root + image.path).strip("/"), mode="r", zarr_format=image.version
    )
    if array.shape != image.shape:
        raise ValueError("metadata that changed while they were read")
    axes = image.axes
    left = [letter for letter in axes if letter in "CYX"]

    def read(plane: int, box: Box) -> PixelArray:
        x1, y1, x2, y2 = box
        place: dict[str, Any] = {
            "T": 0,
            "Z": plane,
            "Y": slice(y1, y2),
            "X": slice(x1, x2),
            "C": slice(None),
        }
        found = np.asarray(array[tuple(place[letter] for letter in axes)])
        order = [left.index(letter) for letter in "YXC" if letter in left]
        return values.apply(found.transpose(order)).reshape(y2 - y1, x2 - x1, -1)

    chunk = dict(zip(axes, image.chunks, strict=True))
    return Parts(
        planes=_length(image, "Z"),
        height=_length(image, "Y"),
        width=_length(image, "X"),
        channels=_length(image, "C"),
        dtype=values.dtype,
        read=read,
        rows=min(chunk["Y"], _length(image, "Y")),
        scattered=chunk["X"] <= _NARROW,
        channel_colors=image.colors,
        window=image.window,
        smaller=tuple(
            zarr_parts(store, root, level, values)
            for level in image.smaller
            if can_be_read_in_parts(level)
        ),
    )


def _length(image: ZarrImage, letter: str) -> int:
    return image.shape[image.axes.index(letter)] if letter in image.axes else 1
