"""What every reader returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.messages import Message

__all__ = ["ChannelsUnknown", "Picture", "PixelArray", "PixelSize", "TimeUnknown"]

PixelArray = NDArray[Any]


class ChannelsUnknown(BadInput):
    """A stack that does not say how many channels it has.

    Attributes
    ----------
    frames
        How many frames the stack holds: planes times channels.
    """

    on_command_line = "Give --channels N."

    def __init__(self, text: str, frames: int) -> None:
        super().__init__(text)
        self.frames = frames


class TimeUnknown(BadInput):
    """A file with several time points, of which a picture can hold one.

    Attributes
    ----------
    times
        How many time points there are.
    """

    on_command_line = Message("Give --time N for one of them, or --time planes for all.")

    def __init__(self, text: str, times: int) -> None:
        super().__init__(text)
        self.times = times


@dataclass(frozen=True)
class PixelSize:
    """The distance between neighbouring pixels; an axis that is not stated is None."""

    x: float | None
    y: float | None
    z: float | None = None
    unit: str = "µm"


@dataclass(frozen=True, eq=False)
class Picture:
    """One image in its own numbers.

    Attributes
    ----------
    pixels
        ``[Z, H, W, C]``: uint8, uint16, uint32, int8, int16, int32 or float32. It may be
        read-only, and each channel may lie apart in memory.
    bit_depth
        8, 16 or 32; 32 for floats.
    pixel_size
        None where the file does not say.
    notes
        What reading changed or left out, one short phrase each.
    channel_colors
        ``#rrggbb`` per channel where the file states them, else None.
    window
        ``(lo, hi)`` per channel, drawn as black and full colour, where the file states them.
    """

    pixels: PixelArray
    bit_depth: int
    pixel_size: PixelSize | None = None
    notes: tuple[str, ...] = ()
    channel_colors: tuple[str, ...] | None = None
    window: tuple[tuple[float, float], ...] | None = None

    @property
    def planes(self) -> int:
        """The number of z planes."""
        return int(self.pixels.shape[0])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[1])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[2])

    @property
    def channels(self) -> int:
        """The number of channels."""
        return int(self.pixels.shape[3])

    @property
    def is_float(self) -> bool:
        """Whether the values are real numbers without a natural range."""
        return self.pixels.dtype.kind == "f"

    @property
    def is_signed(self) -> bool:
        """Whether the values are integers that may be negative."""
        return self.pixels.dtype.kind == "i"
