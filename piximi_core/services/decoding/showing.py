"""What a decoder does for the dashboard: thumbnails, planes to draw, histograms.

The dashboard decodes no stored file itself, however it came in: a project folder may have been
copied here by hand. It keeps the pixels that come from here and draws from them.
"""

from __future__ import annotations

import base64
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation import cut_box
from piximi_core.images import (
    Look,
    Picture,
    display_colors,
    display_ranges,
    measure_levels,
    read_picture,
    thumbnail,
)
from piximi_core.services.decoding import large
from piximi_core.services.decoding.large import LONGEST_SIDE

__all__ = ["LONGEST_SIDE", "PLANE_BYTES", "STACK_BYTES", "levels", "planes", "thumb"]

STACK_BYTES = 64_000_000
"""How many bytes of neighbouring planes are given at once."""
PLANE_BYTES = 160_000_000
"""How many bytes a single plane may take; of a larger one fewer pixels are given."""

_REMEMBERED_BYTES = 256_000_000

Task = dict[str, Any]
Pixels = NDArray[Any]


class _Last:
    """The picture that was read last: its next plane, object or histogram decodes nothing again."""

    def __init__(self) -> None:
        self._key: object = None
        self._picture: Picture | None = None

    def read(self, task: Task) -> Picture:
        path = Path(task["path"])
        state = path.stat()
        key = (task["path"], task["channels"], state.st_mtime_ns, state.st_size)
        if self._picture is not None and self._key == key:
            return self._picture
        self._picture = None
        picture = read_picture(
            path, name=task["name"], channels=task["channels"], max_bytes=task.get("most")
        )
        if picture.pixels.nbytes <= _REMEMBERED_BYTES:
            self._key, self._picture = key, picture
        return picture


_last = _Last()


def thumb(task: Task) -> dict[str, Any]:
    """Return a thumbnail, as the file asks or in the look ``task["look"]``."""
    in_parts = large.find(task)
    if in_parts is not None:
        return in_parts.thumb(task)
    picture = _last.read(task)
    if task.get("look") is None:
        content = thumbnail(picture)
    else:
        look = Look.parse(task["look"])
        if len(look.channels) != picture.channels:
            return {"channels": picture.channels}
        content = thumbnail(picture, ranges=look.ranges, colors=look.colors)
    return {"channels": picture.channels, "thumbnail": base64.b64encode(content).decode()}


def levels(task: Task) -> dict[str, Any]:
    """Return histograms and first looks of all channels."""
    in_parts = large.find(task)
    if in_parts is not None:
        return in_parts.histogram()
    return {"levels": measure_levels(_last.read(task)).to_json()}


def planes(task: Task) -> dict[str, Any]:
    """Write a plane and its neighbours, or a box of it, to ``task["copy"]`` in NumPy's format.

    The pixels are ``[Z, H, W, C]`` in the file's own numbers. Of a plane that is too large every
    ``step``-th row and column is given, each the mean of ``step`` times ``step`` pixels. Of a box,
    those of ``task["step"]``, and of them what `large.picked` says.
    """
    in_parts = large.find(task)
    if in_parts is not None:
        return in_parts.planes(task)
    picture, plane = _last.read(task), int(task["plane"])
    facts = {
        "planes": picture.planes,
        "bit_depth": picture.bit_depth,
        "ranges": display_ranges(picture),
        "colors": display_colors(picture),
    }
    if plane >= picture.planes:
        return {**facts, "beyond": True}
    if task.get("box"):
        step = int(task.get("step") or 1)
        part = cut_box(picture.pixels[plane], task["box"])[np.newaxis]
        first, pixels = plane, large.picked(reduced(part, step), task)
    else:
        many = max(1, STACK_BYTES // max(1, picture.pixels[0].nbytes))
        first, step = plane // many * many, 1
        pixels = picture.pixels[first : first + many]
    if pixels.shape[0] == 1 and step == 1 and not task.get("alone"):
        step = _step(pixels)
        pixels = reduced(pixels, step)
    with Path(task["copy"]).open("wb") as file:
        np.save(file, np.ascontiguousarray(pixels), allow_pickle=False)
    return {**facts, "first": first, "step": step}


def _step(pixels: Pixels) -> int:
    """Return how many rows and columns of a plane become one, so that it is not too large."""
    if pixels.nbytes <= STACK_BYTES:
        return 1
    longest = -(-int(max(pixels.shape[1:3])) // LONGEST_SIDE)
    return max(longest, math.isqrt(int(pixels.nbytes - 1) // PLANE_BYTES) + 1)


def reduced(pixels: Pixels, step: int) -> Pixels:
    """Return the means of blocks of ``step`` times ``step`` pixels, in the same number type.

    Rows and columns that do not fill a block are left out.
    """
    down, across = min(step, pixels.shape[1]), min(step, pixels.shape[2])
    if down == across == 1:
        return pixels
    height, width = pixels.shape[1] // down * down, pixels.shape[2] // across * across
    # Sums of 16-bit numbers are exact in 32-bit floats up to blocks of 16 x 16.
    exact = np.float32 if pixels.dtype.itemsize <= 2 and step <= 16 else np.float64
    total: Pixels | None = None
    for row in range(down):
        for column in range(across):
            part = pixels[:, row:height:down, column:width:across]
            total = part.astype(exact) if total is None else np.add(total, part, out=total)
    assert total is not None
    total /= down * across
    mean = total if pixels.dtype.kind == "f" else np.rint(total)
    return mean.astype(pixels.dtype)
