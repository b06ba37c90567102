"""The outlines of a mask, along the edges of its pixels: polygons that give back the same mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Outline", "as_one_ring", "trace_mask"]

Ring = NDArray[np.int64]

# Along the edges of a pixel with the pixel to the right: rightwards, down, leftwards, up.
_STEP = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
# Where such an edge starts, seen from the upper left corner of its pixel.
_START = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])


@dataclass(frozen=True)
class Outline:
    """One connected part of a mask.

    Attributes
    ----------
    outer
        Corners ``[N, 2]`` as (x, y), clockwise on the screen, the first not repeated.
    holes
        The same for each hole, counter-clockwise.
    """

    outer: Ring
    holes: tuple[Ring, ...] = ()


def trace_mask(mask: NDArray[np.bool_]) -> list[Outline]:
    """Return the outlines of a mask's parts.

    Corners are corners of pixels: a mask of one pixel at the origin gives (0, 0), (1, 0), (1, 1),
    (0, 1). Pixels that touch at a corner only are parts of their own.

    Parameters
    ----------
    mask
        bool ``[H, W]``.
    """
    starts, directions, pixels = _edges(mask)
    following = _following(mask.shape, starts, directions)
    outers: list[tuple[Ring, int]] = []
    holes: list[tuple[Ring, int]] = []
    for ring in _cycles(following):
        turned = directions[ring] != directions[np.roll(ring, 1)]
        corners = starts[ring[turned]]
        (outers if _doubled_area(corners) > 0 else holes).append((corners, int(ring[0])))
    if len(outers) <= 1 or not holes:
        inside = tuple(corners for corners, _edge in holes)
        return [Outline(corners, inside) for corners, _edge in outers]
    return _sorted_out(mask, pixels, outers, holes)


def _sorted_out(
    mask: NDArray[np.bool_],
    pixels: NDArray[np.int64],
    outers: list[tuple[Ring, int]],
    holes: list[tuple[Ring, int]],
) -> list[Outline]:
    """Give each hole to the part whose pixels surround it."""
    from scipy.ndimage import label

    parts, _count = label(mask)
    inside: dict[int, list[Ring]] = {}
    for corners, edge in holes:
        x, y = pixels[edge]
        inside.setdefault(int(parts[y, x]), []).append(corners)
    found = []
    for corners, edge in outers:
        x, y = pixels[edge]
        found.append(Outline(corners, tuple(inside.get(int(parts[y, x]), ()))))
    return found


def _edges(
    mask: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return start, direction and pixel of every edge between the mask and what is not."""
    padded = np.pad(np.asarray(mask, dtype=bool), 1)
    inner = padded[1:-1, 1:-1]
    beyond = (padded[:-2, 1:-1], padded[1:-1, 2:], padded[2:, 1:-1], padded[1:-1, :-2])
    pixels, directions = [], []
    for direction, neighbour in enumerate(beyond):
        y, x = np.nonzero(inner & ~neighbour)
        pixels.append(np.stack([x, y], axis=1))
        directions.append(np.full(len(x), direction))
    at = np.concatenate(pixels).astype(np.int64)
    direction_of = np.concatenate(directions).astype(np.int64)
    return at + _START[direction_of], direction_of, at


def _following(
    shape: tuple[int, ...], starts: NDArray[np.int64], directions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return for each edge the one that follows it around the same part."""
    leaving = np.full((4, shape[0] + 1, shape[1] + 1), -1, dtype=np.int64)
    leaving[directions, starts[:, 1], starts[:, 0]] = np.arange(len(starts))
    x, y = (starts + _STEP[directions]).T
    following = np.full(len(starts), -1, dtype=np.int64)
    # The right turn first: where two parts meet at a corner, it stays with the one it is on.
    for turn in (1, 0, 3):
        candidate = leaving[(directions + turn) % 4, y, x]
        following = np.where(following < 0, candidate, following)
    return following


def _cycles(following: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    after: list[int] = following.tolist()
    seen = bytearray(len(after))
    rings = []
    for first in range(len(after)):
        if seen[first]:
            continue
        ring, edge = [], first
        while not seen[edge]:
            seen[edge] = 1
            ring.append(edge)
            edge = after[edge]
        rings.append(np.array(ring, dtype=np.int64))
    return rings


def _doubled_area(corners: Ring) -> int:
    x, y = corners[:, 0], corners[:, 1]
    return int(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def as_one_ring(outlines: list[Outline]) -> Ring:
    """Join parts and holes into one ring by slits without width.

    A reader that counts crossings gets the same mask, whether it knows holes or not: each slit is
    walked once in each direction and so cancels itself.
    """
    rings = [ring for outline in outlines for ring in (outline.outer, *outline.holes)]
    joined = rings[0]
    for ring in rings[1:]:
        # From wherever the two come near each other, so that the slit is short.
        away = np.abs(joined - ring[0]).sum(axis=1)
        at = int(np.argmin(away))
        turned = np.roll(ring, -int(np.argmin(np.abs(ring - joined[at]).sum(axis=1))), axis=0)
        joined = np.concatenate([joined[: at + 1], turned, turned[:1], joined[at:]])
    return joined
