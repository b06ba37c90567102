"""What becomes of the pixels that a drawing shares with the selected object, and with others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from piximi_core.annotation.regions import (
    Box,
    Region,
    clip_region,
    join_regions,
    region_of,
    tightened,
)
from piximi_core.annotation.tools.windows import mask_in, overlap

__all__ = ["Mode", "Overlap", "Settled", "combine", "settle"]

Mode = Literal["new", "replace", "add", "subtract", "intersect", "invert"]
Overlap = Literal["allow", "protect", "take"]


@dataclass(frozen=True)
class Settled:
    """What is left to each object after a drawing.

    Attributes
    ----------
    drawn
        The region that was drawn, None if nothing of it is left.
    changed
        The others that lost pixels, by their names; None for one that lost all.
    """

    drawn: Region | None
    changed: dict[str, Region | None]


def combine(
    mode: Mode, before: Region | None, drawn: Region | None, height: int, width: int
) -> Region | None:
    """Return the selected object after something was drawn; None if it has no pixel any more.

    Parameters
    ----------
    mode
        ``new`` and ``replace`` take what was drawn; ``add``, ``subtract`` and ``intersect`` change
        the selected object by it; ``invert`` takes all pixels of the image that were not the
        object's, whatever was drawn.
    before
        The selected object, None for none: no pixels.
    drawn
        None if it holds no pixel.
    height, width
        Of the image, in pixels; what lies outside is cut.
    """
    if mode == "invert":
        whole = (0, 0, width, height)
        return region_of(~mask_in(before, whole))
    before, drawn = (
        one and _in_its_box(clip_region(one, height, width)) for one in (before, drawn)
    )
    if mode in ("new", "replace"):
        return drawn
    if mode == "add":
        return join_regions([region for region in (before, drawn) if region is not None])
    if before is None:
        return None
    if mode == "subtract":
        return before if drawn is None else _without(before, [drawn])
    shared = overlap(before.box, drawn.box) if drawn is not None else None
    return None if shared is None else _common(before, drawn, shared)


def settle(drawn: Region, others: Mapping[str, Region], rule: Overlap) -> Settled:
    """Return what is left to a drawn region, and to the others, of the pixels they share.

    Parameters
    ----------
    others
        Other objects of the same image plane, by their names.
    rule
        ``allow`` leaves the pixels to both, ``protect`` to the others, ``take`` to what was drawn.
    """
    if rule == "allow":
        return Settled(drawn, {})
    near = {name: other for name, other in others.items() if overlap(drawn.box, other.box)}
    if rule == "protect":
        return Settled(_without(drawn, list(near.values())), {})
    left = {name: _without(other, [drawn]) for name, other in near.items()}
    return Settled(drawn, {name: rest for name, rest in left.items() if rest is not near[name]})


def _in_its_box(region: Region | None) -> Region | None:
    """Return a region in its tightest box; None if it has no pixel."""
    return tightened(region) if region is not None and region.area else None


def _without(region: Region, others: list[Region]) -> Region | None:
    """Return the pixels of a region that no other has: the region itself if it loses none."""
    mask = region.mask()
    x, y = region.box[:2]
    is_changed = False
    for other in others:
        shared = overlap(region.box, other.box)
        if shared is None:
            continue
        left, top, right, bottom = shared
        part = mask[top - y : bottom - y, left - x : right - x]
        taken = part & mask_in(other, shared)
        if taken.any():
            is_changed = True
            part[taken] = False
    return region_of(mask, x, y) if is_changed else region


def _common(one: Region, other: Region | None, window: Box) -> Region | None:
    """Return the pixels of a window that two regions have in common."""
    return region_of(np.logical_and(mask_in(one, window), mask_in(other, window)), *window[:2])
