"""What the browser draws with while the hand moves: native values, and maps made of them.

A map is a lossless picture of a part of a plane, its numbers in red (lowest), green and blue: those
of superpixels, or what a magnetic line costs, 255 for 1. Whoever carries out the stroke asks for
the same map, so that what was seen is what is drawn. Tones are for looking ahead alone: the three
of `tools.tones.in_bytes`, while the stroke is carried out on the values of the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piximi_core.annotation.regions import Box
from piximi_core.annotation.tools import scissors
from piximi_core.annotation.tools.superpixels import superpixels
from piximi_core.annotation.tools.tones import in_bytes
from piximi_core.errors import BadInput
from piximi_ui.server.pictures.making import Original

__all__ = [
    "WIDEST",
    "Asked",
    "BadPart",
    "Map",
    "Part",
    "Sort",
    "encode_map",
    "encode_values",
    "make_map",
    "read_asked",
    "read_part",
]

Sort = Literal["patches", "costs", "tones"]
SIDE = 1024
"""The longest side of a map, in its own pixels: more of an image is seen in less detail."""
WIDEST = 4096
"""The longest side of the part of an image, in its pixels: what is decoded stays small."""
_KEPT = 12
_FARTHEST = 1_000_000
_STEPS = frozenset(str(2**power) for power in range(10))


class BadPart(BadInput):
    """What is asked for is no part of a picture, or too large a one."""


@dataclass(frozen=True)
class Asked:
    """Which part of which plane, by which channels (none for all), and how large superpixels are.

    Attributes
    ----------
    box
        ``(x1, y1, x2, y2)`` in pixels of the image, the end exclusive.
    size
        About the side of a superpixel, in pixels of the image.
    shown
        The values that are the darkest and the brightest tone.
    coarse
        How many pixels of the image are one of the map at least: no screen shows more detail.
    """

    original: Original
    plane: int
    box: Box
    channels: tuple[int, ...] = ()
    size: float = 0.0
    shown: tuple[float, float] = (0.0, 0.0)
    coarse: int = 1

    @property
    def step(self) -> int:
        """How many pixels of the image are one of the map, along each side."""
        x1, y1, x2, y2 = self.box
        return max(self.coarse, -(-max(x2 - x1, y2 - y1) // SIDE))


@dataclass(frozen=True)
class Part:
    """A box of a plane, and how many of its pixels are one of the picture along each side."""

    box: Box
    step: int


@dataclass(frozen=True)
class Map:
    """A map ``[H, W]`` and where it lies.

    Its values are int32 numbers of superpixels, float64 costs, or int32 tones, a byte each.

    Attributes
    ----------
    step
        How many pixels of the image one of its is wide.
    """

    values: NDArray[Any]
    box: Box
    step: int


@lru_cache(maxsize=_KEPT)
def make_map(sort: Sort, asked: Asked) -> Map:
    """Make a map, or find it if it was made lately; for threads that may wait.

    Raises
    ------
    BadInput
        The plane is not there, or the file cannot be read.
    BadPart
        Tones are asked for in a range that is none.
    """
    step = asked.step
    pixels = asked.original.cut(asked.plane, asked.box, asked.channels, step)
    if sort == "costs":
        return Map(scissors.cost(pixels), asked.box, step)
    if sort == "tones":
        try:
            tones = in_bytes(pixels, *asked.shown)
        except ValueError as error:
            raise BadPart("The part of the picture is not given as numbers.") from error
        return Map(tones.astype(np.int32) @ np.array([1, 256, 65_536], np.int32), asked.box, step)
    return Map(superpixels(pixels, max(asked.size / step, 2)), asked.box, step)


def encode_map(sort: Sort, asked: Asked) -> bytes:
    """Return a map as a lossless picture (WebP)."""
    values = make_map(sort, asked).values
    if sort == "costs":
        values = np.rint(values * 255).astype(np.int32)
    colours = np.stack([values & 255, values >> 8 & 255, values >> 16 & 255], axis=-1)
    out = BytesIO()
    # Quick rather than small: the browser waits for it.
    Image.fromarray(colours.astype(np.uint8)).save(out, "WEBP", lossless=True, quality=0, method=0)
    return out.getvalue()


def encode_values(original: Original, plane: int, x: int, y: int) -> bytes:
    """Return what the file has at a pixel, one number for each channel (JSON); null for no number.

    Raises
    ------
    IndexError
        There is no such pixel.
    """
    try:
        found = original.cut(plane, (x, y, x + 1, y + 1))
    except BadInput as error:
        raise IndexError(x, y) from error
    if found.size == 0:
        raise IndexError(x, y)
    values = [value if np.isfinite(value) else None for value in found[0, 0].tolist()]
    return json.dumps({"values": values}).encode()


def read_asked(original: Original, plane: int, query: Mapping[str, str]) -> Asked:
    """Read what an address asks for, numbers by commas.

    That is ``box``, ``channels``, ``size``, ``range`` and ``coarse``.

    Raises
    ------
    BadPart
        It asks for none, or for too large a one.
    """
    box = _read_box(query)
    try:
        channels = tuple(int(part) for part in query.get("channels", "").split(",") if part)
        size = float(query.get("size", "0"))
        low, high = map(float, query.get("range", "0,0").split(","))
        coarse = int(query.get("coarse", "1"))
    except ValueError as error:
        raise BadPart("The part of the picture is not given as numbers.") from error
    there = all(0 <= channel < 1_000 for channel in channels)
    if not (there and 0 <= size <= SIDE and 1 <= coarse <= WIDEST):
        raise BadPart("There is no such part of a picture.")
    return Asked(original, plane, box, channels, size, (low, high), coarse)


def read_part(query: Mapping[str, str]) -> Part:
    """Read the ``box`` and the ``step``, a power of two, that an address asks for.

    Raises
    ------
    BadPart
        As `read_asked`.
    """
    text = query.get("step", "1")
    step = int(text) if text in _STEPS else 0
    if not step:
        raise BadPart("There is no such part of a picture.")
    return Part(_read_box(query, WIDEST * step), step)


def _read_box(query: Mapping[str, str], widest: int = WIDEST) -> Box:
    """Read the ``box`` that an address asks for, ``(x1, y1, x2, y2)``, the end exclusive."""
    try:
        x1, y1, x2, y2 = map(int, query["box"].split(","))
    except (KeyError, ValueError) as error:
        raise BadPart("The part of the picture is not given as numbers.") from error
    sides = ((x1, x2), (y1, y2))
    if not all(0 <= start < end <= min(start + widest, _FARTHEST) for start, end in sides):
        raise BadPart("There is no such part of a picture.")
    return x1, y1, x2, y2
