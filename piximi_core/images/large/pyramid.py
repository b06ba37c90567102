"""A large picture in levels, each half as wide and high as the one before, in tiles on the disk.

A pyramid is a folder: ``pyramid.json``, which says what it is of, and a file of tiles for each
level. The full level is left out where the picture's own file gives small boxes quickly.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.disk import flush_file, flush_folder, is_full
from piximi_core.errors import NoSpace

from ..description import bit_depth_of
from ..picture import Picture, PixelArray
from ..rendering import Range, display_colors
from .parts import Parts, strips
from .surveying import Sampling
from .tiles import TILE, TileFile, tile_bytes

__all__ = ["Pyramid", "build_pyramid", "halved", "needed_bytes", "open_pyramid"]

_VERSION = 1
_FACTS = "pyramid.json"
_LARGEST_FACTS = 2**20

Shape = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Pyramid:
    """A pyramid that is open.

    Attributes
    ----------
    levels
        From the finest to the coarsest.
    first
        How often the picture was halved to become the finest of them: 0 or 1.
    ranges, colors
        How each channel is shown at first, as of `display_ranges` and `display_colors`.
    histograms
        `Levels` as JSON.
    """

    levels: tuple[Parts, ...]
    first: int
    ranges: tuple[Range, ...]
    colors: tuple[str | None, ...]
    histograms: dict[str, Any]


def build_pyramid(
    parts: Parts, folder: Path, identity: str, watch: Callable[[float], None] = lambda _share: None
) -> None:
    """Write the pyramid of a picture into a folder of its own.

    What is there afterwards counts only once the caller has put the folder into its place: a
    pyramid that was cut short has no ``pyramid.json``.

    Parameters
    ----------
    identity
        Of the picture's file; a pyramid of another is not opened in its place.
    watch
        Is told how far it is, 0…1; what it raises ends the work.

    Raises
    ------
    NoSpace
        The disk cannot hold it.
    BadInput
        The picture turns out to be damaged.
    """
    _require_space(folder, needed_bytes(parts))
    try:
        _build(parts, folder, identity, watch)
    except OSError as error:
        if is_full(error):
            raise _no_space(needed_bytes(parts)) from error
        raise


def needed_bytes(parts: Parts) -> int:
    """Return how many bytes the pyramid of a picture takes on the disk."""
    first = 0 if not parts.scattered else 1
    return sum(tile_bytes(*shape, parts.dtype) for shape in _shapes(_shape(parts))[first:])


def _build(parts: Parts, folder: Path, identity: str, watch: Callable[[float], None]) -> None:
    folder.mkdir(parents=True)
    sampling = Sampling(parts)
    shapes = _shapes(_shape(parts))
    first = 0 if not parts.scattered else 1
    with ExitStack() as closing:
        files: list[TileFile | None] = [None] * first
        for number, shape in enumerate(shapes[first:], start=first):
            file = TileFile(folder / f"{number}.tiles", shape, parts.dtype, new=True)
            closing.callback(file.close)
            files.append(file)
        rows = parts.planes * parts.height
        for plane, top, pixels in strips(parts):
            sampling.add(plane, top, pixels)
            full, half = files[0], files[1]
            if full is not None:
                full.write(plane, top, pixels)
            assert half is not None
            half.write(plane, top // 2, halved(pixels))
            # The first halving is most of the work: all further ones see a third as many pixels.
            watch(0.8 * (plane * parts.height + top + len(pixels)) / rows)
        for before, after in pairwise(files[1:]):
            assert before is not None
            assert after is not None
            for plane, top, pixels in strips(before.parts):
                after.write(plane, top // 2, halved(pixels))
                watch(0.9)
    for number in range(first, len(shapes)):
        flush_file(folder / f"{number}.tiles")
    depth = bit_depth_of(parts.dtype)
    sample = np.zeros((1, 1, 1, parts.channels), parts.dtype)
    facts = {
        "version": _VERSION,
        "identity": identity,
        **_likeness(parts),
        "first": first,
        "ranges": sampling.shown,
        "colors": display_colors(Picture(sample, depth, channel_colors=parts.channel_colors)),
        "histograms": sampling.levels.to_json(),
    }
    path = folder / _FACTS
    path.write_text(json.dumps(facts), encoding="utf-8")
    flush_file(path)
    flush_folder(folder)
    watch(1.0)


@contextmanager
def open_pyramid(folder: Path, identity: str, parts: Parts) -> Iterator[Pyramid | None]:
    """Open the pyramid of a picture; None where there is none, or a damaged one, or another's.

    Whatever lies there may come from elsewhere: nothing of it is trusted.
    """
    with ExitStack() as closing:
        try:
            found = _opened(folder, identity, parts, closing)
        except (OSError, ValueError, TypeError, KeyError):
            found = None
        yield found


def _opened(folder: Path, identity: str, parts: Parts, closing: ExitStack) -> Pyramid | None:
    if folder.is_symlink() or (folder / _FACTS).is_symlink():
        return None
    with (folder / _FACTS).open("rb") as file:
        facts = dict(json.loads(file.read(_LARGEST_FACTS)))
    own = {"version": _VERSION, "identity": identity, **_likeness(parts)}
    if any(facts[name] != value for name, value in own.items()) or facts["first"] not in (0, 1):
        return None
    ranges = tuple((float(low), float(high)) for low, high in facts["ranges"])
    colors = tuple(None if color is None else str(color) for color in facts["colors"])
    if len(ranges) != parts.channels or len(colors) != parts.channels:
        return None
    levels, first = [], int(facts["first"])
    for number, shape in enumerate(_shapes(_shape(parts))[first:], start=first):
        level = TileFile(folder / f"{number}.tiles", shape, parts.dtype)
        closing.callback(level.close)
        levels.append(level.parts)
    return Pyramid(tuple(levels), first, ranges, colors, dict(facts["histograms"]))


def _likeness(parts: Parts) -> dict[str, Any]:
    return {"shape": list(_shape(parts)), "dtype": str(parts.dtype)}


def halved(pixels: PixelArray) -> PixelArray:
    """Return the means of blocks of two times two pixels of ``[H, W, C]``, in the same type.

    A last row or column without a neighbour counts twice. Means of whole numbers are rounded, a
    half upwards.
    """
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    kind, size = pixels.dtype.kind, pixels.dtype.itemsize
    wide = np.dtype(np.float64 if kind == "f" else np.int32 if size <= 2 else np.int64)
    mean = np.empty((pixels.shape[0] // 2, pixels.shape[1] // 2, pixels.shape[2]), pixels.dtype)
    # One channel after the other: along a short last axis NumPy is many times slower.
    for channel in range(pixels.shape[2]):
        one = pixels[..., channel]
        sums: NDArray[Any] = np.add(one[0::2, 0::2], one[0::2, 1::2], dtype=wide)
        sums += one[1::2, 0::2]
        sums += one[1::2, 1::2]
        if kind == "f":
            sums /= 4
        else:
            sums += 2
            sums >>= 2
        mean[..., channel] = sums
    return mean


def _shape(parts: Parts) -> Shape:
    return parts.planes, parts.height, parts.width, parts.channels


def _shapes(full: Shape) -> list[Shape]:
    """Return the shapes of all levels, from the picture's own to one that is a single tile."""
    shapes = [full]
    while max(shapes[-1][1:3]) > TILE or len(shapes) < 2:
        planes, height, width, channels = shapes[-1]
        shapes.append((planes, -(-height // 2), -(-width // 2), channels))
    return shapes


def _require_space(folder: Path, needed: int) -> None:
    parent = next(place for place in folder.parents if place.is_dir())
    if shutil.disk_usage(parent).free < needed + 100_000_000:
        raise _no_space(needed)


def _no_space(needed: int) -> NoSpace:
    return NoSpace(
        "The disk is full: about {needed_mb} MB are needed; free some space and try again.",
        needed_mb=needed // 1_000_000,
    )
