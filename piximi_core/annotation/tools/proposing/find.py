"""The way from a plane and a diameter to regions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box, Region, moved_region, region_of
from piximi_core.annotation.tools.parts import largest_part
from piximi_core.annotation.tools.points import checked_length
from piximi_core.annotation.tools.proposing.beside import Places
from piximi_core.annotation.tools.proposing.outlines import find_outlines
from piximi_core.annotation.tools.proposing.spots import find_spots
from piximi_core.annotation.tools.proposing.working import Working, clean_tone, is_dark

__all__ = ["Method", "Tone", "Wanted", "propose"]

Method = Literal["outlines", "spots"]
Tone = Literal["auto", "bright", "dark"]

_LEAST = 2.0  # pixels of a diameter
# What is much smaller or larger than a disc of the diameter, by its own area, is no such object.
_SMALLEST, _LARGEST = 0.4, 2.5
# A plane with more pixels is looked at piece by piece, each with so many diameters around it.
_AT_ONCE, _PIECE, _AROUND = 9_000_000, 2048, 2


@dataclass(frozen=True)
class Wanted:
    """What is looked for.

    Attributes
    ----------
    diameter
        In pixels.
    method
        ``outlines`` for whole objects that touch or not, ``spots`` for small round ones.
    tone
        Whether they are brighter or darker than what is around them; ``auto`` to find out.
    """

    diameter: float
    method: Method = "outlines"
    tone: Tone = "auto"


def propose(pixels: NDArray[Any], wanted: Wanted) -> list[Region]:
    """Return the objects that a plane may hold, from above to below.

    Parameters
    ----------
    pixels
        ``[H, W, C]`` of any numbers; the mean over the channels is looked at.

    Returns
    -------
    list of Region
        Each connected, none sharing a pixel with another; none where nothing
        stands out.

    Raises
    ------
    BadInput
        The diameter is no number, or longer than any image.
    """
    diameter = max(checked_length(wanted.diameter), _LEAST)
    height, width = pixels.shape[:2]
    if height * width <= _AT_ONCE:
        return _propose(pixels, diameter, wanted)
    there = Places()
    found = []
    for core, window in _pieces(height, width, diameter):
        x, y = window[:2]
        for region in _propose(pixels[y : window[3], x : window[2]], diameter, wanted):
            moved = moved_region(region, x, y)
            # Those across a seam belong to the piece that their middle lies in.
            if _holds(core, moved.box) and _is_free(moved, there):
                there.add(moved)
                found.append(moved)
    return found


def _propose(pixels: NDArray[Any], diameter: float, wanted: Wanted) -> list[Region]:
    tone = clean_tone(pixels)
    if tone is None:
        return []
    dark = is_dark(tone, diameter) if wanted.tone == "auto" else wanted.tone == "dark"
    look = Working.of(tone, diameter, dark)
    labels = find_spots(look) if wanted.method == "spots" else find_outlines(look)
    # At the level of blocks, and where discs meet, an object may have come apart.
    is_whole = look.step == 1 and wanted.method == "outlines"
    return list(_regions(labels, diameter, is_whole))


def _regions(labels: NDArray[np.int32], diameter: float, is_whole: bool) -> Iterator[Region]:
    from scipy.ndimage import find_objects

    disc = np.pi / 4 * diameter**2
    least, most = _SMALLEST**2 * disc, _LARGEST**2 * disc
    for number, place in enumerate(find_objects(labels), start=1):
        if place is None:
            continue
        rows, columns = place
        # A box that is too small, or far too large, cannot hold one.
        sides = (rows.stop - rows.start, columns.stop - columns.start)
        if sides[0] * sides[1] < least:
            continue
        mask = labels[place] == number
        if not is_whole:
            mask = largest_part(mask)
        region = region_of(mask, columns.start, rows.start)
        if region is not None and least <= region.area <= most:
            yield region


def _pieces(height: int, width: int, diameter: float) -> Iterator[tuple[Box, Box]]:
    """Yield the pieces of a large plane, each with the window that it is looked at in."""
    margin = int(_AROUND * diameter) + 1
    side = max(_PIECE, 4 * margin)
    for top in range(0, height, side):
        for left in range(0, width, side):
            right, bottom = min(left + side, width), min(top + side, height)
            window = (
                max(0, left - margin),
                max(0, top - margin),
                min(width, right + margin),
                min(height, bottom + margin),
            )
            yield (left, top, right, bottom), window


def _holds(core: Box, box: Box) -> bool:
    x, y = (box[0] + box[2]) // 2, (box[1] + box[3]) // 2
    return core[0] <= x < core[2] and core[1] <= y < core[3]


def _is_free(region: Region, there: Places) -> bool:
    from piximi_core.annotation.tools.windows import mask_in

    mask = region.mask()
    return not any((mask & mask_in(one, region.box)).any() for one in there.near(region.box))
