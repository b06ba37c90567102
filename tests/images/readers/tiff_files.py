"""TIFF files of made-up pixels, and the order in which they are to come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

_RNG = np.random.default_rng(7)


def values(shape: tuple[int, ...], kind: str) -> Any:
    """Make up pixels over the whole range of a number type."""
    if kind.startswith("float"):
        return _RNG.normal(0, 1000, shape).astype(kind)
    limits = np.iinfo(kind)
    return _RNG.integers(limits.min, limits.max, shape, kind, endpoint=True)  # type: ignore[call-overload]


def as_zhwc(data: Any, axes: str) -> Any:
    """Bring axes into Z, Y, X, C order, letter by letter."""
    for letter in "ZC":
        if letter not in axes:
            data, axes = data[np.newaxis], letter + axes
    return data.transpose([axes.index(letter) for letter in "ZYXC"])


def write(path: Path, data: Any, **options: Any) -> Path:
    """Write a TIFF as tifffile's options say; return where it lies."""
    tifffile.imwrite(path, data, **options)
    return path
