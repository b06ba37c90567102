"""Where rounding puts the last sample of a resize beyond the edge, which then reads as black.

``crop_and_resize`` samples position ``i * ((S - 1) / (n - 1))`` for output i of n from S pixels and
writes 0 where that is more than ``S - 1``. Rounded, the last position can be: 27 * (55 / 27) is
55.000004 in single precision. TensorFlow reckons in single precision; so does TensorFlow.js on
WebGL, which Piximi runs on, but from a ratio of nine or ten decimal digits, since browsers read no
more of a number in a shader; TensorFlow.js on the CPU reckons in double precision. So each has
sizes of its own that go black.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, get_args

import numpy as np

__all__ = ["AGREEING_SIDES", "Backend", "black_lines", "propose_side", "steps_over_edge"]

Backend = Literal["tensorflow", "webgl", "cpu"]

AGREEING_SIDES = (21, 25, 33, 41, 49, 64, 81, 97, 128, 129)
"""Sides that no image side up to 1,016 pixels steps over, in any backend (128 alone does from
1,018 on, 64 from 2,018 on)."""

# Browsers add digits of a number in a shader while they fit 32 bits (ANGLE, which all of them use).
_MOST_DIGITS = (2**32 - 10) // 10


def steps_over_edge(side: int, target: int, backend: Backend = "tensorflow") -> bool:
    """Return whether resizing a side leaves the last line black.

    Parameters
    ----------
    side
        The image's side in pixels.
    target
        The side that the network takes.
    backend
        "webgl" and "cpu" are those of TensorFlow.js.
    """
    last, steps = side - 1, target - 1
    if steps < 1:
        # A single sample lies in the middle.
        return False
    if backend == "cpu":
        return steps * (last / steps) > last
    ratio = np.float32(last) / np.float32(steps)
    if backend == "webgl":
        ratio = _read_by_a_shader(last / steps)
    return bool(np.float32(steps) * ratio > np.float32(last))


def _read_by_a_shader(number: float) -> np.float32:
    written = Decimal(repr(number)).as_tuple()
    mantissa, kept = 0, 0
    for digit in written.digits:
        if mantissa > _MOST_DIGITS:
            break
        mantissa, kept = mantissa * 10 + digit, kept + 1
    exponent = int(written.exponent) + len(written.digits) - kept
    return np.float32(mantissa * 10.0**exponent)


def black_lines(sizes: Iterable[tuple[int, int]], height: int, width: int) -> int:
    """Count the images of which Piximi would see the last row or column black.

    Parameters
    ----------
    sizes
        (height, width) of each image, in pixels.
    height, width
        What the network takes.
    """
    listed = list(sizes)
    rows, columns = (
        {side for side in set(sides) if steps_over_edge(side, target, "webgl")}
        for sides, target in (
            ((size[0] for size in listed), height),
            ((size[1] for size in listed), width),
        )
    )
    return sum(size[0] in rows or size[1] in columns for size in listed)


def propose_side(wanted: float, sides: Sequence[int]) -> int:
    """Return the agreeing side nearest to `wanted` that none of these image sides steps over."""
    known = set(sides)

    def agrees(target: int) -> bool:
        return not any(
            steps_over_edge(side, target, backend)
            for side in known
            for backend in get_args(Backend)
        )

    near = sorted(AGREEING_SIDES, key=lambda side: abs(side - wanted))
    return next(filter(agrees, near), near[0])
