"""The values of a picture's channels: how often each occurs, and which are shown at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .picture import Picture, PixelArray
from .rendering import CHANNEL_COLORS, Range, channel_ranges, display_colors, display_ranges

__all__ = ["ChannelLevels", "Levels", "measure_levels"]

BINS = 256
COUNTED = 1_000_000  # values of a channel; of more, every second, third… in both directions


@dataclass(frozen=True)
class ChannelLevels:
    """One channel over all planes.

    Attributes
    ----------
    color, visible, low, high
        How it is shown at first (see `piximi_core.images.look`).
    first, last
        What the counts stretch over: all values, and the range that is shown at first.
    counts
        How many values fall into each of at most `BINS` equal parts.
    """

    color: str
    visible: bool
    low: float
    high: float
    first: float
    last: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Levels:
    """All channels of a picture.

    Attributes
    ----------
    every
        1 where every pixel was counted; n where each n-th of each n-th row was. Ranges always
        come from every pixel.
    whole
        Whether the values are whole numbers.
    """

    channels: tuple[ChannelLevels, ...]
    every: int
    whole: bool

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        return asdict(self)


def measure_levels(
    picture: Picture, extents: Sequence[Range] | None = None, sampled: int | None = None
) -> Levels:
    """Count the values of every channel over the whole stack.

    Parameters
    ----------
    extents, sampled
        The ranges of the channels, and how many pixels of a larger picture each stands for along
        each side, where ``picture`` is a sample of it.
    """
    pixels = picture.pixels
    step = max(1, int(np.ceil(np.sqrt(pixels[..., 0].size / COUNTED)))) if sampled is None else 1
    shown, colors = display_ranges(picture, extents), display_colors(picture)
    channels = []
    for channel, extent in enumerate(extents or channel_ranges(pixels)):
        values = pixels[:, ::step, ::step, channel]
        first, last = _extent(extent, shown[channel])
        color = colors[channel]
        channels.append(
            ChannelLevels(
                color=(color or _palette(channel)).lower(),
                visible=color is not None,
                low=shown[channel][0],
                high=shown[channel][1],
                first=first,
                last=last,
                counts=tuple(int(n) for n in _counts(values, first, last)),
            )
        )
    return Levels(tuple(channels), sampled or step, not picture.is_float)


def _palette(channel: int) -> str:
    return CHANNEL_COLORS[channel] if channel < len(CHANNEL_COLORS) else "#ffffff"


def _extent(extent: Range, shown: Range) -> Range:
    first, last = min(extent[0], shown[0]), max(extent[1], shown[1])
    return first, last if last > first else first + 1.0


def _counts(values: PixelArray, first: float, last: float) -> NDArray[np.int64]:
    if values.dtype.kind == "f":
        counted = values[np.isfinite(values)].astype(np.float64)
        # Halves, because the distance of two huge floats of unlike sign is infinite.
        return np.histogram(counted / 2, bins=BINS, range=(first / 2, last / 2))[0]
    # Few whole numbers get a part each, without gaps between them.
    span = int(last) - int(first) + 1
    bins, end = (span, last + 1) if span <= BINS else (BINS, last)
    return np.histogram(values, bins=bins, range=(first, end))[0]
