"""One line of YOLO labels, and what a data.yaml says of all of them.

After the class stands a box or an outline; programs that predict add key points, how sure they are,
and the number of a track, in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.plain_json import text_of
from piximi_core.formats.annotations.shapes import BoxShape, Polygons, Shape

__all__ = ["KeyPoints", "Line", "key_points_of", "names_of", "read_line"]

_NEAR = 0.05  # how far a key point may lie outside its box, as a share of the image


@dataclass(frozen=True)
class KeyPoints:
    """How many key points each object has, and of how many numbers each is (2 or 3)."""

    count: int
    numbers: int


@dataclass(frozen=True)
class Line:
    """What a line says; `key_points` where it has some, which are not read."""

    shape: Shape
    key_points: bool = False


def read_line(numbers: Sequence[float], words: Sequence[str], points: KeyPoints | None) -> Line:
    """Return the shape of a line.

    Parameters
    ----------
    numbers, words
        What follows the class, as numbers and as it is written.
    points
        What data.yaml says of key points.

    Raises
    ------
    BadInput
        The numbers are neither a box nor an outline.
    """
    if points is not None:
        more = len(numbers) - 4 - points.count * points.numbers
        if not 0 <= more <= 2:
            raise BadInput(
                "A line needs a box and {count} key points of {numbers} numbers, as "
                "data.yaml says.",
                count=points.count,
                numbers=points.numbers,
            )
        return Line(_box(numbers), key_points=True)
    # A track whose number is 1 could be the last corner of a triangle.
    if len(numbers) <= 5 or (len(numbers) == 6 and _is_track(words[-1]) and numbers[-1] > 1):
        return Line(_box(numbers))
    if _has_visibilities(numbers):
        return Line(_box(numbers), key_points=True)
    return Line(_outline(numbers, words))


def _box(numbers: Sequence[float]) -> BoxShape:
    x, y, width, height = numbers[:4]
    return BoxShape(x - width / 2, y - height / 2, x + width / 2, y + height / 2, relative=True)


def _outline(numbers: Sequence[float], words: Sequence[str]) -> Polygons:
    kept = list(numbers)
    if len(kept) % 2:
        if not (0 <= kept[-1] <= 1 or _is_track(words[-1])):
            raise BadInput("An outline needs pairs of numbers.")
        kept.pop()
    elif len(kept) > 6 and _is_track(words[-1]) and kept[-1] > 1 and 0 <= kept[-2] <= 1:
        del kept[-2:]
    return Polygons([np.array(kept).reshape(-1, 2)], relative=True)


def _is_track(word: str) -> bool:
    """Whether a number may count a track: a whole one, written without a point."""
    return word.isascii() and word.isdecimal() and int(word[:18]) > 0


def _has_visibilities(numbers: Sequence[float]) -> bool:
    """Whether key points of three numbers follow a box: inside it, the third of each 0, 1 or 2."""
    count, more = divmod(len(numbers) - 4, 3)
    if count < 2 or more == 2 or not set(numbers[6 : 4 + 3 * count : 3]) <= {0, 1, 2}:
        return False
    x, y, width, height = numbers[:4]
    seen = [numbers[at : at + 2] for at in range(4, 4 + 3 * count, 3) if numbers[at + 2]]
    return bool(seen) and all(
        abs(px - x) <= width / 2 + _NEAR and abs(py - y) <= height / 2 + _NEAR for px, py in seen
    )


def names_of(content: Any) -> dict[int, str]:
    """Return ``names`` of a data.yaml: a list, or a map by number."""
    names = content.get("names") if isinstance(content, dict) else None
    pairs = enumerate(names) if isinstance(names, list) else _items(names)
    return {number: name for number, value in pairs if (name := text_of(value)) is not None}


def _items(names: Any) -> list[tuple[int, Any]]:
    found = names.items() if isinstance(names, dict) else ()
    return [(int(key), value) for key, value in found if _is_number(key)]


def _is_number(key: Any) -> bool:
    return isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 10


def key_points_of(content: Any) -> KeyPoints | None:
    """Return ``kpt_shape`` of a data.yaml, None if it has none."""
    shape = content.get("kpt_shape") if isinstance(content, dict) else None
    if isinstance(shape, list) and len(shape) == 2 and all(map(_is_number, shape)):
        count, numbers = map(int, shape)
        return KeyPoints(count, numbers) if count > 0 and numbers in (2, 3) else None
    return None
