"""What the axes of a stored array mean, and the way from them to planes and channels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from piximi_core.messages import Message

from .picture import PixelArray
from .request import ReadRequest

__all__ = ["Layout", "layout_of", "to_stack"]

_DECLARED = "TZCYXS"


@dataclass(frozen=True)
class Layout:
    """The axes of an array: those of one picture, and how often it is stored.

    Attributes
    ----------
    axes, shape
        One letter and one length per axis, those of length 1 left out except Y and X: T time,
        Z plane, C channel, Y, X, S colour sample (always last), F for frames that say nothing
        about themselves.
    """

    axes: str
    shape: tuple[int, ...]

    def length(self, letter: str) -> int:
        """Return the length of an axis, 1 if there is none."""
        return self.shape[self.axes.index(letter)] if letter in self.axes else 1

    @property
    def times(self) -> int:
        """How many time points there are."""
        return self.length("T")

    @property
    def frames(self) -> int:
        """How many two-dimensional pictures are stored."""
        return math.prod(self.shape) // math.prod(map(self.length, "YXS"))

    @property
    def channels(self) -> int | None:
        """How many channels a picture has; None where the array does not say."""
        if "F" in self.axes and self.length("S") == 1:
            return None
        return self.length("C") * self.length("S")

    @property
    def planes(self) -> int | None:
        """How many planes a picture has; None where the array does not say."""
        return None if self.channels is None else self.length("Z") * self.length("F")

    @property
    def notes(self) -> tuple[str, ...]:
        """What is taken for something that was not said."""
        if "F" in self.axes and self.channels is not None:
            return (Message("{frames} colour pages taken as planes", frames=self.frames),)
        return ()

    def picked(self, time: int | str | None) -> tuple[int, ...]:
        """Return the shape that is left of all axes once a time point is chosen."""
        if isinstance(time, int) and "T" in self.axes:
            place = self.axes.index("T")
            return self.shape[:place] + self.shape[place + 1 :]
        return self.shape

    def with_samples(self, samples: int) -> Layout:
        """Return the layout with another number of colour samples."""
        axes = self.axes.replace("S", "")
        shape = self.shape[: len(axes)]
        return Layout(axes, shape) if samples == 1 else Layout(axes + "S", (*shape, samples))


def layout_of(axes: str, shape: tuple[int, ...], request: ReadRequest) -> Layout:
    """Read tifffile's axis letters.

    Parameters
    ----------
    axes, shape
        One letter and one length per axis, in any order; where one has no meaning here, Y and X
        are the last but for S.
    request
        For the error.

    Raises
    ------
    BadInput
        There is not one height and one width.
    """
    no_picture = Message("is not a picture with height and width; export it as an image.")
    if axes.count("Y") != 1 or axes.count("X") != 1:
        raise request.problem(no_picture)
    kept = [place for place, letter in enumerate(axes) if shape[place] != 1 or letter in "YX"]
    letters = "".join(axes[place] for place in kept)
    lengths = tuple(shape[place] for place in kept)
    if len(set(letters)) == len(letters) and all(letter in _DECLARED for letter in letters):
        return Layout(letters, lengths)
    # One axis without a meaning leaves the order of all the others in doubt: they become one.
    inner = sum(letter in "YXS" for letter in letters)
    if letters[-inner:] not in ("YX", "YXS"):
        raise request.problem(no_picture)
    frames = math.prod(lengths[:-inner])
    return Layout("F" + letters[-inner:], (frames, *lengths[-inner:]))


def to_stack(data: PixelArray, layout: Layout, request: ReadRequest) -> PixelArray:
    """Return ``[Z, H, W, C]``, where possible a view: interleaving channels takes its time.

    Parameters
    ----------
    data
        The array of this layout, in full or of the asked time point alone; axes of length 1 may
        stand in it.
    layout
        What its axes mean.
    request
        The time point, and the channel count of frames that say nothing about themselves.
    """
    axes, shape = layout.axes, layout.shape
    if isinstance(request.time, int) and "T" in axes:
        place = axes.index("T")
        if data.size == math.prod(shape):
            data = data.reshape(shape).take(request.time - 1, axis=place)
        axes, shape = axes.replace("T", ""), layout.picked(request.time)
    data = data.reshape(shape)
    if "F" in axes and layout.channels is None:
        split = data.reshape(-1, request.channels or 1, *data.shape[1:])
        return np.moveaxis(split, 1, 3)
    order = "".join(letter for letter in "TFZYXCS" if letter in axes)
    data = data.transpose([axes.index(letter) for letter in order])
    height, width = layout.length("Y"), layout.length("X")
    return data.reshape(-1, height, width, layout.channels or 1)
