"""What a reader is asked, and the limits it has to keep."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from piximi_core.errors import BadInput
from piximi_core.messages import Message

__all__ = ["DEFAULT_MAX_BYTES", "ReadRequest", "Reading", "TimePoint", "TooLarge", "allowed_bytes"]

TimePoint = int | Literal["planes"] | None

_TIMES_IN_PARTS = 8  # a picture that is read in parts may be so much larger than one that is not

DEFAULT_MAX_BYTES = 2**31
"""How much memory one decoded image may take, unless the caller or the environment says else."""


class TooLarge(BadInput):
    """A picture that would take more memory than is allowed, told from its header."""


def allowed_bytes() -> int:
    """Return the cap on one decoded image: ``PIXIMI_MAX_IMAGE_BYTES`` or 2 GiB."""
    text = os.environ.get("PIXIMI_MAX_IMAGE_BYTES", "")
    return int(text) if text.isdecimal() and int(text) > 0 else DEFAULT_MAX_BYTES


# No pydantic model, because each process that decodes would load pydantic for it.
@dataclass(frozen=True)
class Reading:
    """How files come in that could be read in several ways: the answers to an import's questions.

    Attributes
    ----------
    channels
        How many channels stacks have that do not say.
    time
        Which time point of a series, the first being 1; ``"planes"`` takes all as planes.
    convert
        Whether a picture of another channel count than the project's is converted, or refused.
    keep_channels
        How many channels an empty project gets; by default as many as its first image has.
    float_range
        The project's [low, high], beyond which values are clipped; None while it has none.
    """

    channels: int | None = None
    time: TimePoint = None
    convert: bool = False
    keep_channels: int | None = None
    float_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class ReadRequest:
    """One file to be read: its name for sentences, the caller's wishes, the cap in bytes.

    Attributes
    ----------
    channels
        How many channels frames have that say nothing about themselves.
    time
        Which time point, counted from 1; ``"planes"`` takes all of them as planes.
    in_parts
        Whether it will be read piece by piece where that is possible: then the whole need not fit.
    """

    name: str
    channels: int | None
    max_bytes: int
    time: TimePoint = None
    in_parts: bool = False

    def problem(self, text: str, sort: type[BadInput] = BadInput) -> BadInput:
        """Return an error that starts with the file's name."""
        return sort(f"'{self.name}' {text}")

    def check_size(self, shape: Sequence[int], bytes_per_value: int) -> None:
        """Refuse a picture by what its header promises, before anything is decoded.

        Raises
        ------
        BadInput
            An axis is empty.
        TooLarge
            The decoded picture would exceed ``max_bytes``.
        """
        if any(length < 1 for length in shape):
            raise self.problem(Message("has no pixels; export it again."))
        needed = math.prod(shape) * bytes_per_value
        if needed > self.max_bytes:
            raise self.problem(
                Message(
                    "would take {needed_mb:,.0f} MiB of memory ({sizes}), "
                    "more than the {max_bytes_mb:,.0f} MiB allowed; "
                    "crop or shrink it, or raise PIXIMI_MAX_IMAGE_BYTES.",
                    needed_mb=needed / 2**20,
                    sizes="x".join(map(str, shape)),
                    max_bytes_mb=self.max_bytes / 2**20,
                ),
                TooLarge,
            )

    def allowing_parts(self) -> ReadRequest:
        """Return the same request for a file that can be read in parts, with the wider limit.

        It is the same if nobody is going to read it so.
        """
        if not self.in_parts:
            return self
        return replace(self, max_bytes=_TIMES_IN_PARTS * self.max_bytes)
