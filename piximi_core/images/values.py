"""From stored numbers to those a picture may hold: planned from the header, done on the pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from piximi_core.messages import Message

from .picture import PixelArray
from .request import ReadRequest

__all__ = ["DType", "Values"]

DType = np.dtype[Any]
Step = Callable[[PixelArray], PixelArray]


class Values:
    """The steps that turn a file's numbers into plain ones, and what comes out of them.

    Parameters
    ----------
    dtype
        How the file stores its numbers.
    samples
        How many colour samples each pixel has, on the last axis; 1 where there is no such axis.

    Attributes
    ----------
    dtype, samples
        What the steps so far give.
    notes
        What they change, one short phrase each.
    """

    def __init__(self, dtype: DType, samples: int = 1) -> None:
        self.dtype = dtype
        self.samples = samples
        self.notes: list[str] = []
        self._steps: list[Step] = []

    def then(
        self,
        step: Step,
        note: str | None = None,
        *,
        dtype: Any = None,
        samples: int | None = None,
    ) -> None:
        """Plan a further step and say what it gives."""
        self._steps.append(step)
        self.dtype = self.dtype if dtype is None else np.dtype(dtype)
        self.samples = self.samples if samples is None else samples
        if note is not None:
            self.notes.append(note)

    def apply(self, data: PixelArray) -> PixelArray:
        """Take the planned steps."""
        for step in self._steps:
            data = step(data)
        return data

    def make_plain(self, request: ReadRequest) -> None:
        """Plan native byte order and at most 32 bits, as a `Picture` asks for.

        Raises
        ------
        BadInput
            Numbers that have no place in a picture.
        """
        kind, width = self.dtype.kind, self.dtype.itemsize
        if kind == "b":
            self.then(_widen_bits, Message("1-bit values widened to 0 and 255"), dtype=np.uint8)
        elif kind == "f":
            note = Message("64-bit floats stored as 32-bit") if width > 4 else None
            self.then(_to_float32, note, dtype=np.float32)
        elif kind not in "ui":
            raise request.problem(
                Message("stores complex numbers; save its magnitude as 16 bit or float.")
                if kind == "c"
                else Message("does not store numbers; save it as 8 or 16 bit.")
            )
        elif width > 4:
            narrow = np.dtype(np.uint32 if kind == "u" else np.int32)
            self.then(
                lambda data: _narrowed(data, narrow, request),
                Message("64-bit integers stored as 32-bit"),
                dtype=narrow,
            )
        elif not self.dtype.isnative:
            native = self.dtype.newbyteorder("=")
            self.then(lambda data: data.astype(native), dtype=native)


def _widen_bits(data: PixelArray) -> PixelArray:
    return data.astype(np.uint8) * np.uint8(255)


def _to_float32(data: PixelArray) -> PixelArray:
    with np.errstate(over="ignore"):
        return data.astype(np.float32, copy=False)


def _narrowed(data: PixelArray, narrow: DType, request: ReadRequest) -> PixelArray:
    limits = np.iinfo(narrow)
    if data.min() < limits.min or data.max() > limits.max:
        raise request.problem(
            Message("stores 64-bit integers beyond 32 bits; save it as 16 or 32 bit.")
        )
    return data.astype(narrow)
