"""Colour tables: which only say how to draw a grey, and which are colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["brightest_color", "is_one_color"]


def is_one_color(table: NDArray[Any], slack: float = 65535 / 255 + 1) -> bool:
    """Whether a colour table is one colour from dark to bright, so that its index is a grey.

    Parameters
    ----------
    table
        ``[3, entries]``.
    slack
        How far an entry may lie off the line: for 16-bit entries one step of 8 bits, since many
        tables were rounded.
    """
    entries = table.astype(np.float64)
    brightest = entries[:, int(entries.sum(axis=0).argmax())]
    top = float(brightest.max())
    if top == 0:
        return True
    strength = entries[int(brightest.argmax())] / top
    is_rising = bool(np.all(np.diff(strength) >= 0))
    straight = np.abs(entries - np.outer(brightest, strength)).max() <= slack
    return is_rising and bool(straight)


def brightest_color(table: NDArray[Any]) -> str:
    """Return the brightest entry of an 8-bit colour table ``[3, entries]`` as ``#rrggbb``."""
    brightest = table[:, int(table.sum(axis=0, dtype=np.float64).argmax())]
    return "#" + "".join(f"{min(255, round(float(part))):02x}" for part in brightest)
