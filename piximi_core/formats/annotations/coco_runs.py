"""The compressed run lengths of COCO: numbers as signs, each as the difference to the last but two.

A number is cut into pieces of five bits, lowest first; a piece is written as the sign 48 + piece,
with 32 added if more pieces follow. The fifth bit of the last piece tells a negative number.
"""

from __future__ import annotations

from collections.abc import Sequence

from piximi_core.errors import BadInput

__all__ = ["compress", "expand"]

_MOST_SIGNS = 20_000_000
_MOST_PIECES = 8  # forty bits: more pixels than any image has


def expand(text: str) -> tuple[int, ...]:
    """Return the run lengths that a compressed text stands for.

    Raises
    ------
    BadInput
        It holds other signs, ends within a number, or a number is larger than any image.
    """
    if len(text) > _MOST_SIGNS:
        raise BadInput("Its compressed mask is longer than that of any image.")
    counts: list[int] = []
    value = shift = 0
    for sign in text:
        piece = ord(sign) - 48
        if not 0 <= piece < 64 or shift >= 5 * _MOST_PIECES:
            raise BadInput("Its compressed mask is damaged.")
        value |= (piece & 31) << shift
        shift += 5
        if piece & 32:
            continue
        if piece & 16:
            value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    if shift:
        raise BadInput("Its compressed mask is cut short.")
    return tuple(counts)


def compress(counts: Sequence[int]) -> str:
    """Return run lengths as compressed text; the inverse of `expand`."""
    signs: list[str] = []
    for index, count in enumerate(counts):
        value = count - counts[index - 2] if index > 2 else count
        while True:
            piece, value = value & 31, value >> 5
            more = value != (-1 if piece & 16 else 0)
            signs.append(chr(48 + piece + 32 * more))
            if not more:
                break
    return "".join(signs)
