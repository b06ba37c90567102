"""Colours of categories: Piximi's palette first, then evenly spread hues."""

from __future__ import annotations

import colorsys
from collections.abc import Collection

__all__ = ["PALETTE", "UNKNOWN_COLOR", "next_color"]

UNKNOWN_COLOR = "#AAAAAA"

# Piximi's seventeen; black stands last here because it vanishes on a dark page.
PALETTE = (
    "#009292",
    "#c84c4c",
    "#006ddb",
    "#db6d00",
    "#490092",
    "#237700",
    "#c71585",
    "#6db6ff",
    "#924900",
    "#b66dff",
    "#a89d00",
    "#db7093",
    "#004949",
    "#e60000",
    "#b6dbff",
    "#8b0000",
    "#000000",
)

# Successive multiples of the golden ratio spread hues evenly however many are asked for.
_GOLDEN_RATIO = 0.6180339887498949


def next_color(used: Collection[str]) -> str:
    """Return the first colour not yet used, as ``#rrggbb``."""
    taken = {color.lower() for color in used}
    for color in PALETTE:
        if color not in taken:
            return color
    step = len(taken)
    while True:
        red, green, blue = colorsys.hsv_to_rgb((step * _GOLDEN_RATIO) % 1, 0.65, 0.75)
        color = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
        if color not in taken:
            return color
        step += 1
