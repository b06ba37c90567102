"""Fields of fluorescent cells drawn from a seed: three shapes, touching, as a microscope sees them.

Everything is made by additions, multiplications, divisions and square roots in a fixed order, which
IEEE 754 rounds alike on every processor, so that one seed gives the same bytes everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHAPES", "CellField", "DrawnCell", "crop_cells", "draw_field"]

SHAPES = ("Round", "Spindle", "Star")
"""The names of the three shapes."""

Plane = NDArray[np.float64]

_OFFSET = 900.0  # what the camera adds, in grey levels
_GAIN = 55.0  # grey levels for each photon
_READ_NOISE = 110.0
_TRIES = 60
# Photons from each shape's cytoplasm and nucleus: sorts of cells differ in stain as in outline.
_FLESH = (250.0, 170.0, 115.0)
_GLOW = (210.0, 290.0, 390.0)


@dataclass(frozen=True)
class DrawnCell:
    """One cell of a field.

    Attributes
    ----------
    shape
        One of `SHAPES`.
    x, y
        Its middle in pixels.
    """

    shape: str
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class CellField:
    """A field of view.

    Attributes
    ----------
    pixels
        uint16 ``[2, side, side]``: nuclei, then cytoplasm.
    owners
        uint16 ``[side, side]``: which cell a pixel belongs to, counted from 1; 0 is background.
    cells
        The cells in the order of those numbers.
    """

    pixels: NDArray[np.uint16]
    owners: NDArray[np.uint16]
    cells: tuple[DrawnCell, ...]


def draw_field(seed: int, *, side: int = 384, cells: int = 30) -> CellField:
    """Draw a field of cells, many of them touching.

    Parameters
    ----------
    seed
        Equal seeds give equal fields, to the last bit.
    side
        Height and width in pixels.
    cells
        How many cells are tried; those that find no room are left out.
    """
    # NumPy promises that this older generator's numbers never change.
    random = np.random.RandomState(seed)
    nuclei = np.zeros((side, side))
    cytoplasm = np.zeros((side, side))
    nearest = np.ones((side, side))
    owners = np.zeros((side, side), np.uint16)
    drawn: list[DrawnCell] = []
    bodies: list[_Body] = []
    for _ in range(cells):
        body = _place(random, side, bodies)
        if body is None:
            continue
        bodies.append(body)
        drawn.append(DrawnCell(SHAPES[body.shape], body.x, body.y))
        _paint(body, len(drawn), random, nuclei, cytoplasm, nearest, owners)
    planes = [_photograph(plane, random) for plane in (nuclei, cytoplasm)]
    return CellField(np.stack(planes), owners, tuple(drawn))


def crop_cells(field: CellField, side: int = 64) -> Iterator[tuple[DrawnCell, NDArray[np.uint16]]]:
    """Yield each cell that is far enough from the edge, with uint16 ``[2, side, side]`` around it.

    Neighbours reach into the crops, as they do in real ones.
    """
    room = field.pixels.shape[-1] - side
    for cell in field.cells:
        left, top = int(cell.x) - side // 2, int(cell.y) - side // 2
        if 0 <= left <= room and 0 <= top <= room:
            yield cell, field.pixels[:, top : top + side, left : left + side]


@dataclass(frozen=True)
class _Body:
    """What a cell is before it is seen: place, direction, size and form."""

    shape: int
    x: float
    y: float
    size: float
    cosine: float
    sine: float
    form: float  # how long a spindle is, how deep a star is cut
    bend: float  # how uneven the outline is
    arms: int


def _place(random: np.random.RandomState, side: int, others: list[_Body]) -> _Body | None:
    """Return a cell that overlaps no other's middle; mostly right beside one."""
    shape = int(random.randint(len(SHAPES)))
    size = (15.0, 15.5, 17.0)[shape] * (0.85 + 0.3 * random.random_sample())
    cosine, sine = _direction(random)
    form = float(random.random_sample())
    bend = 0.12 * float(random.random_sample()) - 0.06
    arms = int(random.randint(4, 6))
    for _ in range(_TRIES):
        if others and random.random_sample() < 0.55:
            other = others[int(random.randint(len(others)))]
            reach = 0.93 * (size + other.size)
            along, across = _direction(random)
            x, y = other.x + reach * along, other.y + reach * across
        else:
            x, y = (side * float(random.random_sample()) for _ in range(2))
        inside = 0 <= x < side and 0 <= y < side
        if inside and all(
            (x - o.x) ** 2 + (y - o.y) ** 2 > (0.86 * (size + o.size)) ** 2 for o in others
        ):
            return _Body(shape, x, y, size, cosine, sine, form, bend, arms)
    return None


def _direction(random: np.random.RandomState) -> tuple[float, float]:
    """Return cosine and sine of a direction, without asking the processor's own sine."""
    half = 2 * float(random.random_sample()) - 1
    cosine, sine = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    return (cosine, sine) if random.random_sample() < 0.5 else (-cosine, -sine)


def _paint(
    body: _Body,
    number: int,
    random: np.random.RandomState,
    nuclei: Plane,
    cytoplasm: Plane,
    nearest: Plane,
    owners: NDArray[np.uint16],
) -> None:
    """Add a cell; where it meets another, each pixel goes to the one whose middle is nearer."""
    reach = int(2.3 * body.size)
    rows = slice(max(0, int(body.y) - reach), int(body.y) + reach)
    columns = slice(max(0, int(body.x) - reach), int(body.x) + reach)
    height, width = owners[rows, columns].shape
    down = np.arange(rows.start, rows.start + height)[:, None] - body.y
    right = np.arange(columns.start, columns.start + width)[None, :] - body.x
    u = right * body.cosine + down * body.sine
    v = down * body.cosine - right * body.sine
    distance = _distance(body, u, v)
    mine = (distance < 1) & (distance < nearest[rows, columns])
    nearest[rows, columns][mine] = distance[mine]
    owners[rows, columns][mine] = number
    texture = 0.75 + 0.5 * _smooth_noise(random, (height, width))
    level = _FLESH[body.shape] * (0.75 + 0.5 * float(random.random_sample()))
    # Thicker in the middle, brighter along the skin.
    squared = distance * distance
    rim = squared * squared * squared * squared
    flesh = 0.45 + 0.55 * (1 - squared) + 0.8 * rim
    cytoplasm[rows, columns][mine] = (level * flesh * texture)[mine]
    # A cell that came later and lies nearer also hides the nucleus below it.
    nuclei[rows, columns][mine] = 0.0
    inner = _nucleus(body, u, v, random)
    glow = _GLOW[body.shape] * (0.75 + 0.5 * float(random.random_sample()))
    grain = 0.6 + 0.8 * _smooth_noise(random, (height, width))
    seen = mine & (inner < 1)
    nuclei[rows, columns][seen] = (glow * (1 - 0.35 * inner * inner) * grain)[seen]
    cytoplasm[rows, columns][seen] *= 0.72


def _distance(body: _Body, u: Plane, v: Plane) -> Plane:
    """Return how far each place is from the middle: 1 on the cell's outline, more outside."""
    radius = np.sqrt(u * u + v * v)
    cosine = u / np.maximum(radius, 1e-6)
    # No cell is drawn with a ruler: three waves around a direction of the cell's own.
    other = (0.6 * u + 0.8 * v) / np.maximum(radius, 1e-6)
    uneven = 1 + body.bend * (_wave(other, 3) + 0.7 * other)
    if SHAPES[body.shape] == "Spindle":
        long, short = 1.55 + 0.4 * body.form, 0.64 - 0.12 * body.form
        across = v / (body.size * short)
        along = u / (body.size * long)
        # Pointed ends: the width shrinks along the spindle.
        reach = np.sqrt(along * along + across * across * (1 + 0.9 * along * along))
    elif SHAPES[body.shape] == "Round":
        reach = radius / (body.size * (1 + 0.07 * body.form * _wave(cosine, 2)))
    else:
        wave = _wave(cosine, body.arms)
        depth = 0.22 + 0.16 * body.form
        # Squared, the crests grow narrower than the troughs between them.
        reach = radius / (body.size * (0.82 + depth * (wave + 0.3 * wave * wave)))
    distance: Plane = reach / uneven
    return distance


def _wave(cosine: Plane, times: int) -> Plane:
    """Return the cosine of so many times an angle, from its cosine (Chebyshev's polynomial)."""
    before, wave = np.ones_like(cosine), cosine
    for _ in range(times - 1):
        before, wave = wave, 2 * cosine * wave - before
    return wave


def _nucleus(body: _Body, u: Plane, v: Plane, random: np.random.RandomState) -> Plane:
    """Return how far each place is from the middle of the nucleus: 1 on its outline."""
    long = (0.56, 0.66, 0.34)[body.shape]
    wide = (0.46, 0.28, 0.30)[body.shape] * (0.9 + 0.2 * float(random.random_sample()))
    shift_u, shift_v = (body.size * 0.16 * (float(random.random_sample()) - 0.5) for _ in range(2))
    along = (u - shift_u) / (body.size * long)
    across = (v - shift_v) / (body.size * wide)
    distance: Plane = np.sqrt(along * along + across * across)
    return distance


def _photograph(light: Plane, random: np.random.RandomState) -> NDArray[np.uint16]:
    """Return what a camera makes of light: blurred, unevenly lit, on background, with noise."""
    sharp = _blurred(light, 2)
    haze = _blurred(light, 24)
    side = light.shape[0]
    place = (np.arange(side) - side / 2) / side
    tilt_x, tilt_y = (float(random.random_sample()) - 0.5 for _ in range(2))
    background = 16.0 + 5.0 * (place[None, :] * tilt_x + place[:, None] * tilt_y)
    shading = 1.0 - 0.5 * (place[None, :] ** 2 + place[:, None] ** 2)
    photons = (0.86 * sharp + 0.14 * haze + background) * shading
    noise = _bell(random, photons.shape)
    grey = _OFFSET + _GAIN * (photons + np.sqrt(photons) * noise)
    grey += _READ_NOISE * _bell(random, photons.shape)
    grey_levels: NDArray[np.uint16] = np.clip(np.rint(grey), 0, 65_535).astype(np.uint16)
    return grey_levels


def _blurred(plane: Plane, times: int) -> Plane:
    """Blur by 1-2-1 along both axes; each time adds half a pixel² of variance."""
    out = np.pad(plane, 1, mode="edge")
    for _ in range(times):
        middle = (out[:-2] + out[2:]) / 4 + out[1:-1] / 2
        middle = (middle[:, :-2] + middle[:, 2:]) / 4 + middle[:, 1:-1] / 2
        out = np.pad(middle, 1, mode="edge")
    return out[1:-1, 1:-1]


def _smooth_noise(random: np.random.RandomState, shape: tuple[int, int]) -> Plane:
    """Return numbers in 0…1 that change over a few pixels."""
    coarse = random.random_sample((shape[0] // 2 + 1, shape[1] // 2 + 1))
    fine = np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)
    return _blurred(fine[: shape[0], : shape[1]], 2)


def _bell(random: np.random.RandomState, shape: tuple[int, int]) -> Plane:
    """Return noise of mean 0 and variance 1, near enough to normal: a sum of whole numbers."""
    parts, top = 6, 1 << 15
    total = random.randint(0, top, (parts, *shape)).sum(axis=0)
    noise: Plane = (total - parts * (top - 1) / 2) / (top * math.sqrt(parts / 12))
    return noise
