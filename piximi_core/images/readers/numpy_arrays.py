"""NumPy's .npy and .npz, the header checked before memory is taken; nothing is ever unpickled."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from piximi_core.messages import Message

from ..description import Opened, describe_layout
from ..layout import layout_of, to_stack
from ..picture import Picture, PixelArray
from ..request import ReadRequest
from ..values import DType, Values
from .bare_axes import guessed_axes

__all__ = ["open_npy", "open_npz"]

_CHUNK = 2**24


@contextmanager
def open_npy(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Open a .npy file: one array of numbers.

    Parameters
    ----------
    path
        The file.
    request
        Name for errors, what was answered, the cap on the decoded size.
    """
    with path.open("rb") as file:
        yield _opened(file, "NumPy", request)


@contextmanager
def open_npz(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Open a .npz file that holds one array.

    Raises
    ------
    BadInput
        It holds several arrays.
    """
    with zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
        if len(names) != 1:
            shown = ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
            raise request.problem(
                Message(
                    "holds {count} arrays ({shown}); save the one that is the image alone.",
                    count=len(names),
                    shown=shown[:120],
                )
            )
        with archive.open(archive.infolist()[0]) as file:
            yield _opened(file, "NumPy (npz)", request)


def _opened(file: IO[bytes], format_name: str, request: ReadRequest) -> Opened:
    shape, by_columns, dtype = _header(file)
    if dtype.hasobject or dtype.kind not in "buifc":
        raise request.problem(
            Message("does not hold numbers; save an array of integers or floats.")
        )
    request.check_size(shape, max(4, dtype.itemsize))
    axes, notes = guessed_axes(shape, request)
    layout = layout_of(axes, shape, request)
    values = Values(dtype)
    values.make_plain(request)
    notes = (*values.notes, *notes)
    description = describe_layout(format_name, layout, values.dtype, notes=notes)

    def decode() -> Picture:
        flat = _numbers(file, int(np.prod(shape)), dtype, request)
        stored = flat.reshape(shape, order="F" if by_columns else "C")
        return description.picture(to_stack(values.apply(stored), layout, request))

    return Opened(description, decode)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, DType]:
    """Return shape, whether columns come first, and type; the file then stands at the numbers."""
    major = npy.read_magic(file)[0]  # type: ignore[no-untyped-call]
    read = npy.read_array_header_1_0 if major == 1 else npy.read_array_header_2_0
    shape, by_columns, dtype = read(file)  # type: ignore[no-untyped-call]
    return tuple(int(length) for length in shape), bool(by_columns), np.dtype(dtype)


def _numbers(file: IO[bytes], count: int, dtype: DType, request: ReadRequest) -> PixelArray:
    if isinstance(file, io.BufferedReader):
        numbers: PixelArray = np.fromfile(file, dtype, count)
    else:
        # Of a compressed member no more is unpacked than the header announced.
        room = bytearray(count * dtype.itemsize)
        view, at = memoryview(room), 0
        while at < len(room) and (piece := file.read(min(_CHUNK, len(room) - at))):
            view[at : at + len(piece)] = piece
            at += len(piece)
        numbers = np.frombuffer(room, dtype)[: at // dtype.itemsize]
    if numbers.size < count:
        raise request.problem(Message("is cut short; copy or export it again."))
    return numbers
