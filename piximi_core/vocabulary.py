"""The domain's words, below everything: ids, Unknown, partitions, colours, names given once.

Identifiers are Piximi's: UUID v4 whose first character tells an Unknown category from the rest.
"""

from __future__ import annotations

import colorsys
import uuid
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Final, Literal, get_args

from piximi_core.errors import BadInput

__all__ = [
    "IMAGE_KIND",
    "LABELLED_PARTITIONS",
    "PALETTE",
    "PARTITIONS",
    "PIXIMI_PARTITIONS",
    "TRAINING",
    "UNKNOWN_COLOR",
    "UNKNOWN_NAME",
    "VALIDATION",
    "Partition",
    "UniqueNames",
    "is_unknown",
    "new_id",
    "new_unknown_id",
    "next_color",
    "now",
    "numbered_name",
    "require_partition",
]

IMAGE_KIND = "Image"
UNKNOWN_NAME = "Unknown"
UNKNOWN_COLOR = "#AAAAAA"

Partition = Literal["Unassigned", "Training", "Validation", "Test", "Inference"]
PARTITIONS: tuple[Partition, ...] = get_args(Partition)
TRAINING: Final = "Training"
VALIDATION: Final = "Validation"
LABELLED_PARTITIONS: tuple[Partition, ...] = (TRAINING, VALIDATION, "Test")
"""Where labelled things are dealt to; the others wait to be dealt, or for a label."""
PIXIMI_PARTITIONS: tuple[Partition, ...] = (TRAINING, VALIDATION, "Inference", "Unassigned")
"""Those that Piximi has."""

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


def new_id() -> str:
    """Return a fresh identifier for anything but an Unknown category."""
    return "1" + str(uuid.uuid4())[1:]


def new_unknown_id() -> str:
    """Return a fresh identifier for an Unknown category."""
    return "0" + str(uuid.uuid4())[1:]


def is_unknown(category_id: str) -> bool:
    """Tell whether a category is the Unknown of its kind (Piximi's own rule)."""
    return category_id.startswith("0")


def now() -> str:
    """Return the present moment as ISO 8601 text in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def require_partition(name: str) -> None:
    """Raise `BadInput` if there is no such partition."""
    if name not in PARTITIONS:
        raise BadInput(
            "{name!r} is no partition; choose one of {partitions}.",
            name=name,
            partitions=", ".join(PARTITIONS),
        )


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


def numbered_name(wanted: str, taken: Collection[str]) -> str:
    """Return the name, or with the first free number behind it if it is taken.

    Examples
    --------
    >>> numbered_name("Cells", ["Cells", "Cells 2"])
    'Cells 3'
    """
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


class UniqueNames:
    """Gives each name once; the last number of each is remembered, so that many are quick.

    Parameters
    ----------
    taken
        The names that there are already.
    fold
        Whether names that differ in upper and lower case alone are the same.
    """

    def __init__(self, taken: Iterable[str] = (), *, fold: bool = False) -> None:
        self._fold = fold
        self._taken = set(map(self._key, taken))
        self._last: dict[tuple[str, str], int] = {}  # lower numbers are all taken

    def give(self, wanted: str) -> str:
        """Return the name, or with ``_1``, ``_2``, … before its extension if it is taken."""
        stem, dot, suffix = wanted.rpartition(".")
        return self.take(stem, dot + suffix) if stem else self.take(wanted)

    def take(self, stem: str, suffix: str = "") -> str:
        """Return the name, or with ``_1``, ``_2``, … before its suffix if it is taken."""
        name = f"{stem}{suffix}"
        if self._key(name) in self._taken:
            return self.take_numbered(stem, suffix)
        self._taken.add(self._key(name))
        return name

    def take_numbered(self, stem: str, suffix: str = "") -> str:
        """Return the name with its next free number."""
        number = self._last.get((stem, suffix), 0) + 1
        while self._key(name := f"{stem}_{number}{suffix}") in self._taken:
            number += 1
        self._last[stem, suffix] = number
        self._taken.add(self._key(name))
        return name

    def _key(self, name: str) -> str:
        return name.casefold() if self._fold else name
