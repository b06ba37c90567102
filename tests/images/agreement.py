"""What every file has to keep, whatever its format: its header tells what reading gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.images import Picture, describe, read_picture

__all__ = ["read_as_described"]


def read_as_described(path: Path, **answers: Any) -> Picture:
    """Read a picture and compare it with its description."""
    told = describe(path)
    picture = read_picture(path, **answers)
    if told.question is None:
        assert told.times == 1
        assert (told.planes, told.channels) == (picture.planes, picture.channels)
    assert (told.height, told.width) == (picture.height, picture.width)
    assert told.bit_depth == picture.bit_depth
    sample = {"u": "unsigned", "i": "signed", "f": "float"}[picture.pixels.dtype.kind]
    assert told.sample == sample
    assert (told.pixel_size, told.notes) == (picture.pixel_size, picture.notes)
    assert picture.bit_depth == (32 if sample == "float" else 8 * picture.pixels.itemsize)
    assert picture.pixels.dtype.isnative
    assert picture.pixels.dtype in tuple(
        np.dtype(kind) for kind in ("u1", "u2", "u4", "i1", "i2", "i4", "f4")
    )
    return picture
