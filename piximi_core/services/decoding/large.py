"""What a decoder does with pictures that are too large to be decoded whole.

Boxes come from the file itself where it gives them quickly, everything else from its levels: those
that OME-Zarr holds, or a pyramid (`piximi_core.images.large.pyramid`) that the dashboard has made
by the task "pyramid" the first time one is asked for.
"""

from __future__ import annotations

import base64
import math
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.tones import of_channels
from piximi_core.errors import PiximiError
from piximi_core.images import (
    Description,
    Look,
    Picture,
    display_colors,
    display_ranges,
    measure_levels,
    open_parts,
    pack_zarr,
    thumbnail,
)
from piximi_core.images.large.parts import Box, Parts
from piximi_core.images.large.pyramid import Pyramid, build_pyramid, open_pyramid
from piximi_core.images.large.surveying import survey
from piximi_core.images.rendering import Range
from piximi_core.images.request import Reading
from piximi_core.messages import Message
from piximi_core.services.decoding import patience

__all__ = [
    "LONGEST_SIDE",
    "OVERVIEW_SIDE",
    "Large",
    "clipped_note",
    "find",
    "identity_of",
    "picked",
    "pyramid",
    "take",
]

LONGEST_SIDE = 4096
"""How long a plane is at most once it is drawn, in pixels."""
OVERVIEW_SIDE = 2048
"""How long a plane is at most that is sent as one picture: tiles show more where one looks."""
LARGE_BYTES = 64_000_000
"""How many bytes a plane takes that is shown from levels, if it is longer than that, too."""

_ALWAYS_LARGE = 512_000_000  # bytes of a plane, however long it is
_SMALL_FILE = 1_000_000  # bytes on the disk: decoding it is as quick as looking first
_ENOUGH = 512  # pixels of a level whose values stand for all

Task = dict[str, Any]
Pixels = NDArray[Any]


@dataclass(eq=False)
class Large:
    """A large picture that is open, and what is shown of it."""

    description: Description
    parts: Parts
    identity: str
    pyramid: Pyramid | None = None

    @cached_property
    def _own(self) -> tuple[Parts, ...]:
        """The levels that the file holds, if they go down to what is shown at once."""
        smaller = self.parts.smaller
        return smaller if smaller and _longest(smaller[-1]) <= LONGEST_SIDE else ()

    @property
    def levels(self) -> tuple[Parts, ...]:
        """From the finest to the coarsest, the picture itself first; empty without smaller ones."""
        if self.pyramid is None:
            return (self.parts, *self._own) if self._own else ()
        return (
            self.pyramid.levels if self.pyramid.first == 0 else (self.parts, *self.pyramid.levels)
        )

    @cached_property
    def _sample(self) -> Picture:
        """The level that speaks for the values of a file with levels of its own."""
        fit = [level for level in self._own if _longest(level) >= _ENOUGH]
        level = fit[-1] if fit else self._own[0]
        pixels = np.stack([level.whole(plane) for plane in range(level.planes)])
        return self._picture(pixels)

    def _picture(self, pixels: Pixels) -> Picture:
        depth, parts = self.description.bit_depth, self.parts
        return Picture(pixels, depth, None, (), parts.channel_colors, parts.window)

    @property
    def ranges(self) -> tuple[Range, ...]:
        """At which each channel is shown at first; only where there are levels."""
        return self.pyramid.ranges if self.pyramid else display_ranges(self._sample)

    @property
    def colors(self) -> tuple[str | None, ...]:
        """In which each channel is shown at first."""
        return display_colors(self._picture(np.zeros((1, 1, 1, self.parts.channels), np.uint8)))

    def histograms(self) -> dict[str, Any]:
        """Return histograms and first looks; only where there are levels."""
        if self.pyramid:
            return self.pyramid.histograms
        every = round(self.parts.width / self._sample.width)
        return {**measure_levels(self._sample).to_json(), "every": every}

    def planes(self, task: Task) -> dict[str, Any]:
        """Write a plane in less detail, or a box of it, as `showing.planes` does.

        Without levels there is no whole plane, and nobody knows how a box is to be drawn.
        """
        plane, alone = int(task["plane"]), bool(task.get("alone"))
        if not self.levels and not alone:
            return {"needs_pyramid": True}
        facts = {
            "planes": self.parts.planes,
            "bit_depth": self.description.bit_depth,
            "ranges": () if alone else self.ranges,
            "colors": self.colors,
        }
        if plane >= self.parts.planes:
            return {**facts, "beyond": True}
        if task.get("box"):
            x1, y1, x2, y2 = task["box"]
            step = int(task.get("step") or 1)
            while not alone and self._bytes(x1, y1, x2, y2) > LARGE_BYTES * step**2:
                step *= 2
            pixels = picked(self._cut(plane, (x1, y1, x2, y2), step), task)
        else:
            level = next(
                (one for one in self.levels if _longest(one) <= OVERVIEW_SIDE), self.levels[-1]
            )
            step, pixels = round(_factor(self.parts, level)), level.whole(plane)
        with Path(task["copy"]).open("wb") as file:
            np.save(file, np.ascontiguousarray(pixels)[np.newaxis], allow_pickle=False)
        return {**facts, "first": plane, "step": step}

    def _bytes(self, x1: int, y1: int, x2: int, y2: int) -> int:
        parts = self.parts
        rows, columns = min(y2, parts.height) - y1, min(x2, parts.width) - x1
        return rows * columns * parts.channels * parts.dtype.itemsize

    def _cut(self, plane: int, box: Box, step: int) -> Pixels:
        """Return a box of a plane, every ``step`` times ``step`` pixels as one."""
        levels = self.levels or (self.parts,)
        level = [one for one in levels if _factor(self.parts, one) <= 1.01 * step][-1]
        factor = _factor(self.parts, level)
        x1, y1 = (math.floor(side / factor) for side in box[:2])
        x2, y2 = (math.ceil(side / factor) for side in box[2:])
        found = level.cut(plane, (x1, y1, x2, y2))
        rest = max(1, round(step / factor))
        return found if rest == 1 else found[::rest, ::rest]

    def thumb(self, task: Task) -> dict[str, Any]:
        """Return a thumbnail, as `showing.thumb` does."""
        channels = self.parts.channels
        look = Look.parse(task["look"]) if task.get("look") is not None else None
        if look is not None and len(look.channels) != channels:
            return {"channels": channels}
        if not self.levels:
            if look is not None:
                return {"needs_pyramid": True}
            found = survey(self.parts, watch=patience.go_on)
            content = thumbnail(found.overview, ranges=found.shown)
        else:
            level = self.levels[-1]
            small = self._picture(level.whole(0)[np.newaxis])
            ranges, colors = (look.ranges, look.colors) if look else (self.ranges, self.colors)
            content = thumbnail(small, ranges=ranges, colors=colors)
        return {"channels": channels, "thumbnail": base64.b64encode(content).decode()}

    def histogram(self) -> dict[str, Any]:
        """Return histograms and first looks of all channels, as `showing.levels` does."""
        return {"levels": self.histograms()} if self.levels else {"needs_pyramid": True}


class _Last:
    """The large picture that was read last stays open; that a file holds none is known, too."""

    def __init__(self) -> None:
        self._key: object = None
        self._place: object = None
        self._picture: Large | None = None
        self._closing = ExitStack()
        self._levels = ExitStack()

    def find(self, task: Task) -> Large | None:
        path = Path(task["path"])
        identity = identity_of(path, task["channels"])
        key = (str(path), identity)
        if key != self._key:
            self._levels.close()
            self._closing.close()
            self._key, self._picture = key, None
            if path.is_dir() or path.stat().st_size > _SMALL_FILE:
                self._picture = self._open(path, task, identity)
        if self._picture is not None and self._picture.pyramid is None and task.get("pyramid"):
            folder = Path(task["pyramid"])
            with ExitStack() as opening:
                opened = open_pyramid(folder, identity, self._picture.parts)
                self._picture.pyramid = opening.enter_context(opened)
                if self._picture.pyramid is not None:
                    self._levels = opening.pop_all()
        return self._picture

    def _open(self, path: Path, task: Task, identity: str) -> Large | None:
        closing = ExitStack()
        # What is wrong with it is said when it is read whole.
        with suppress(PiximiError):
            opened = open_parts(path, name=task["name"], channels=task["channels"])
            description, parts = closing.enter_context(opened)
            if parts is not None and is_large(parts):
                self._closing = closing
                return Large(description, parts, identity)
        closing.close()
        return None


_last = _Last()


def find(task: Task) -> Large | None:
    """Return the picture of a task if it is a large one that is read in parts."""
    return None if task.get("whole") else _last.find(task)


def picked(pixels: Pixels, task: Task) -> Pixels:
    """Return what a task wants of a box ``[..., H, W, C]``, before it is written and sent.

    That is the channels ``task["only"]``, all if none of them is there, and every
    ``task["every"]``-th row and column.
    """
    every = int(task.get("every") or 1)
    return of_channels(pixels[..., ::every, ::every, :], task.get("only") or ())


def is_large(parts: Parts) -> bool:
    """Whether a picture is shown from levels."""
    size = parts.plane_bytes
    return size > _ALWAYS_LARGE or (size > LARGE_BYTES and _longest(parts) > LONGEST_SIDE)


def identity_of(path: Path, channels: int | None) -> str:
    """Return what tells a file's pyramid from that of another state of it."""
    state = path.stat()
    return f"{state.st_size}-{state.st_mtime_ns}-{channels or 0}"


def pyramid(task: Task) -> dict[str, Any]:
    """Make a picture's pyramid in the new folder ``task["copy"]``; say beside it how far it is."""
    found = find(task)
    if found is None:
        return {"needless": True}
    folder = Path(task["copy"])
    beside = folder.with_name(f"{folder.name}.share")

    def watch(share: float) -> None:
        beside.write_text(f"{share:.3f}", encoding="utf-8")
        patience.go_on()

    build_pyramid(found.parts, folder, found.identity, watch)
    return {}


def take(task: Task) -> dict[str, Any] | None:
    """Do what `decoder.take` does, without reading the whole; None where that is not possible."""
    path, reading = Path(task["path"]), Reading(**task["reading"])
    found = find({**task, "channels": reading.channels})
    if found is None:
        return None
    wanted = task["project_channels"] or found.parts.channels
    if wanted != found.parts.channels:
        return None if reading.convert else {"other_channels": found.parts.channels}
    extension = "tif" if found.description.format == "TIFF" else "zarr.zip"
    stored: dict[str, Any] = {"extension": extension, "copied": False}
    if path.is_dir():
        pack_zarr(path, Path(task["copy"]), name=task["name"])
        stored["copied"] = True
    return {**_facts(found, reading), **stored}


def _facts(large: Large, reading: Reading) -> dict[str, Any]:
    parts, description = large.parts, large.description
    is_float = parts.dtype.kind == "f"
    float_range = reading.float_range if is_float else None
    found = survey(parts, float_range, patience.go_on)
    notes = list(description.notes)
    if found.beyond and float_range:
        notes.append(clipped_note(found.beyond, *float_range))
    lows, highs = zip(*found.extents, strict=True)
    return {
        "planes": parts.planes,
        "height": parts.height,
        "width": parts.width,
        "channels": parts.channels,
        "bit_depth": description.bit_depth,
        "dtype": str(parts.dtype),
        "pixel_size": asdict(description.pixel_size) if description.pixel_size else None,
        "colors": list(parts.channel_colors or ()),
        "notes": notes,
        "pixels": found.pixel_hash,
        "float_range": (min(lows), max(highs)) if is_float else None,
        "thumbnail": base64.b64encode(thumbnail(found.overview, ranges=found.shown)).decode(),
    }


def clipped_note(clipped: int, low: float, high: float) -> str:
    """Say how many values lie beyond a project's range."""
    return Message(
        "{clipped:,} values beyond the project's {low:g} to {high:g} are clipped",
        clipped=clipped,
        low=low,
        high=high,
    )


def _longest(parts: Parts) -> int:
    return max(parts.height, parts.width)


def _factor(full: Parts, level: Parts) -> float:
    """Return how many pixels of a picture are one of a level along each side."""
    ratio = _longest(full) / _longest(level)
    power = 2.0 ** round(math.log2(ratio))
    # Sides that cannot be halved evenly blur it a little.
    return power if abs(ratio / power - 1) < 0.05 else ratio
