"""How a picture is shown: each channel's colour, whether it is seen, and its range."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from piximi_core.errors import BadInput

__all__ = ["ChannelLook", "Look"]

MOST_CHANNELS = 100
_COLOR = re.compile(r"#[0-9a-f]{6}")
_CHANNEL = re.compile(r"(-?)([0-9a-f]{6}):([-+.0-9e]{1,30}):([-+.0-9e]{1,30})")


@dataclass(frozen=True)
class ChannelLook:
    """One channel.

    Attributes
    ----------
    color
        ``#rrggbb``, kept while the channel is hidden.
    low, high
        The native numbers drawn as black and as the full colour.
    """

    color: str
    low: float
    high: float
    visible: bool = True

    def __post_init__(self) -> None:
        if not _COLOR.fullmatch(self.color):
            raise BadInput("'{color}' is not a colour of the form #rrggbb.", color=self.color[:20])
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise BadInput(
                "A channel cannot be shown from {low} to {high}.", low=self.low, high=self.high
            )


@dataclass(frozen=True)
class Look:
    """How all channels of a picture are shown.

    Examples
    --------
    >>> Look.parse("ff0000:0:255,-00ff00:12.5:80").colors
    ('#ff0000', None)
    """

    channels: tuple[ChannelLook, ...]

    @property
    def colors(self) -> tuple[str | None, ...]:
        """The colours as `render` takes them, None for a hidden channel."""
        return tuple(c.color if c.visible else None for c in self.channels)

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """The ranges as `render` takes them."""
        return tuple((c.low, c.high) for c in self.channels)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the short form that stands in addresses.

        Raises
        ------
        BadInput
            It is anything else.
        """
        parts = text.split(",", MOST_CHANNELS)
        matches = [_CHANNEL.fullmatch(part) for part in parts[:MOST_CHANNELS]]
        found = [match.groups() for match in matches if match]
        if len(found) != len(parts):
            raise BadInput("A look has the form 'rrggbb:low:high' for each channel, by commas.")
        try:
            numbers = [(float(low), float(high)) for _hidden, _color, low, high in found]
        except ValueError as error:
            raise BadInput("A channel's range is two numbers.") from error
        return cls(
            tuple(
                ChannelLook(f"#{color}", low, high, visible=not hidden)
                for (hidden, color, _low, _high), (low, high) in zip(found, numbers, strict=True)
            )
        )

    def __str__(self) -> str:
        """Return the short form that `parse` reads."""
        return ",".join(
            f"{'' if c.visible else '-'}{c.color[1:]}:{_short(c.low)}:{_short(c.high)}"
            for c in self.channels
        )

    def to_json(self) -> dict[str, Any]:
        """Return the form in which a project keeps it."""
        return {
            "colors": [c.color for c in self.channels],
            "visible": [c.visible for c in self.channels],
            "ranges": [[c.low, c.high] for c in self.channels],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        rows = zip(kept["colors"], kept["ranges"], kept["visible"], strict=True)
        return cls(tuple(ChannelLook(c, low, high, bool(v)) for c, (low, high), v in rows))


def _short(value: float) -> str:
    """Return a number that reads back as the same, without a needless ``.0``."""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))
