"""Boxes and masks as files say them, fitted to their image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.run_lengths import encode_mask
from piximi_core.formats.piximi_project.numbers import is_number
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.messages import Message

__all__ = ["Box", "fitted", "nearest_plane"]

Box = tuple[int, int, int, int]
_MOST_PIXELS = 2**31


def fitted(
    box: Sequence[Any],
    runs: Sequence[Any],
    size: tuple[int, int],
    repairs: Repairs,
    name: str,
) -> tuple[Box, tuple[int, ...]] | None:
    """Return the box and the run lengths of a mask that lies inside the image.

    Parameters
    ----------
    box
        Four numbers, as the file has them.
    runs
        The mask's run lengths.
    size
        Height and width of the image.

    Returns
    -------
    tuple or None
        None for a box that is none, or lies outside; `repairs` says so.
    """
    corners = _corners(box)
    if corners is None:
        repairs.note(Message("Objects without a box were left out."), name)
        return None
    x1, y1, x2, y2 = corners
    height, width = size
    inside = (max(x1, 0), max(y1, 0), min(x2, width), min(y2, height))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        repairs.note(Message("Objects outside their image were left out."), name)
        return None
    area = (x2 - x1) * (y2 - y1)
    lengths = _lengths(runs)
    fits = lengths is not None and sum(lengths) == area and lengths != ()
    if fits and inside == corners:
        assert lengths is not None
        return corners, lengths
    if area > _MOST_PIXELS:
        repairs.note(Message("Objects outside their image were left out."), name)
        return None
    if not fits:
        repairs.note(
            Message("Masks that did not fill their box were cut or filled up to it."), name
        )
    mask = _mask(lengths, area).reshape(y2 - y1, x2 - x1)
    if inside != corners:
        repairs.note(
            Message("Objects that reached out of their image were cut at its border."), name
        )
        mask = mask[inside[1] - y1 : inside[3] - y1, inside[0] - x1 : inside[2] - x1]
        if not mask.any():
            repairs.note(Message("Objects outside their image were left out."), name)
            return None
    return inside, tuple(encode_mask(mask))


def nearest_plane(found: Any, planes: int, repairs: Repairs, name: str) -> int:
    """Return the number of a plane, the nearest one where it does not exist."""
    whole = is_number(found) and found == int(found)
    plane = int(found) if whole else 0
    if not whole or not 0 <= plane < planes:
        repairs.note(Message("Planes that do not exist became the nearest one."), name)
    return min(max(plane, 0), planes - 1)


def _corners(box: Sequence[Any]) -> Box | None:
    if len(box) != 4:
        return None
    for value in box:
        if not is_number(value) or abs(value) > 2**31:
            return None
    x1, y1, x2, y2 = (math.floor(value + 0.5) for value in box)
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _lengths(runs: Sequence[Any]) -> tuple[int, ...] | None:
    """Return the runs as whole numbers; None if one is something else."""
    if not all(type(run) is int or (type(run) is float and run == run // 1) for run in runs):
        return None
    whole = tuple(int(run) for run in runs)
    return whole if all(0 <= run <= _MOST_PIXELS for run in whole) else None


def _mask(lengths: tuple[int, ...] | None, area: int) -> NDArray[np.bool_]:
    """Return so many pixels of a mask, what is missing being background; all if there is none."""
    mask = np.zeros(area, bool)
    at = 0
    for number, run in enumerate(lengths or ()):
        if at >= area:
            break
        if number % 2:
            mask[at : at + run] = True
        at += run
    return mask if mask.any() else np.ones(area, bool)
