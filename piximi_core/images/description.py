"""What a file says about itself before a single pixel is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .large.parts import Parts
from .layout import Layout
from .picture import Picture, PixelArray, PixelSize

__all__ = ["Description", "Opened", "Question", "Sample", "describe_layout"]

Sample = Literal["unsigned", "signed", "float"]
Question = Literal["channels", "time"]
_SAMPLES: dict[str, Sample] = {"f": "float", "i": "signed"}


@dataclass(frozen=True)
class Description:
    """One image as its header promises it.

    Attributes
    ----------
    format
        The format as people call it: "TIFF", "PNG", "OME-Zarr".
    frames
        How many two-dimensional pictures are stored: planes times channels times time points,
        colour pictures counted once.
    channels, planes
        As they will come in; None where the file does not say and has to be asked about.
    times
        How many time points there are; 1 where the file knows no time.
    height, width
        In pixels, turned upright.
    bit_depth
        8, 16 or 32; 32 for floats.
    sample
        What the numbers are.
    pixel_size
        None where the file does not say.
    notes
        What reading will change or leave out, one short phrase each.
    """

    format: str
    frames: int
    channels: int | None
    planes: int | None
    times: int
    height: int
    width: int
    bit_depth: int
    sample: Sample
    pixel_size: PixelSize | None = None
    notes: tuple[str, ...] = ()

    @property
    def question(self) -> Question | None:
        """What has to be asked before the file can be read: how many channels, or which time."""
        if self.times > 1:
            return "time"
        return "channels" if self.channels is None else None

    def picture(
        self,
        pixels: PixelArray,
        *,
        channel_colors: tuple[str, ...] | None = None,
        window: tuple[tuple[float, float], ...] | None = None,
    ) -> Picture:
        """Return the picture that was described, now with its pixels ``[Z, H, W, C]``."""
        depth = bit_depth_of(pixels.dtype)
        return Picture(pixels, depth, self.pixel_size, self.notes, channel_colors, window)


def describe_layout(
    format_name: str,
    layout: Layout,
    dtype: np.dtype[Any],
    pixel_size: PixelSize | None = None,
    notes: Iterable[str] = (),
) -> Description:
    """Describe an array by its axes and the numbers it will hold."""
    return Description(
        format=format_name,
        frames=layout.frames,
        channels=layout.channels,
        planes=layout.planes,
        times=layout.times,
        height=layout.length("Y"),
        width=layout.length("X"),
        bit_depth=bit_depth_of(dtype),
        sample=_SAMPLES.get(dtype.kind, "unsigned"),
        pixel_size=pixel_size,
        notes=(*notes, *layout.notes),
    )


def bit_depth_of(dtype: np.dtype[Any]) -> int:
    """Return 8, 16 or 32; 32 for floats."""
    return 32 if dtype.kind == "f" else 8 * dtype.itemsize


@dataclass(frozen=True)
class Opened:
    """A file whose header was read and checked, and the way to its pixels.

    Attributes
    ----------
    parts
        The way to its pixels piece by piece, where the format and the file allow it; what it gives
        works as long as the file is open.
    """

    description: Description
    decode: Callable[[], Picture]
    parts: Callable[[], Parts] | None = None
