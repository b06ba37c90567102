"""Large pictures in small, and what NumPy makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from piximi_core.images.large.parts import Box, Parts

__all__ = ["FILES", "halves", "in_memory", "noise"]

Pixels = NDArray[Any]


def noise(*shape: int, dtype: str = "uint16", seed: int = 0) -> Pixels:
    """Return numbers of the whole range of a type."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(0, 100, shape).astype(dtype)
    limits = np.iinfo(dtype)
    found: Pixels = rng.integers(limits.min, limits.max, shape, np.int64, endpoint=True)
    return found.astype(dtype)


def in_memory(pixels: Pixels, *, scattered: bool = True) -> Parts:
    """Return an array ``[Z, H, W, C]`` as a picture that is read in parts."""
    planes, height, width, channels = pixels.shape

    def read(plane: int, box: Box) -> Pixels:
        found: Pixels = pixels[plane, box[1] : box[3], box[0] : box[2]]
        return found

    return Parts(planes, height, width, channels, pixels.dtype, read, scattered=scattered)


def halves(pixels: Pixels) -> Pixels:
    """Return means of two times two pixels of ``[Z, H, W, C]``, by NumPy's mean."""
    height, width = pixels.shape[1:3]
    even = np.pad(pixels, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    blocks = even.reshape(len(even), -(-height // 2), 2, -(-width // 2), 2, pixels.shape[3])
    means = blocks.astype(np.float64).mean(axis=(2, 4))
    return (means if pixels.dtype.kind == "f" else np.floor(means + 0.5)).astype(pixels.dtype)


def _write(**how: object) -> Callable[[Path, Pixels], None]:
    def write(path: Path, pixels: Pixels) -> None:
        tifffile.imwrite(path, pixels, **how)

    return write


FILES: dict[str, tuple[tuple[int, ...], str, Callable[[Path, Pixels], None]]] = {
    "plain": ((230, 310), "uint16", _write()),
    "plain, the other byte order": ((230, 310), "uint16", _write(byteorder=">")),
    "strips": ((231, 310), "uint16", _write(rowsperstrip=16, compression="zlib", predictor=True)),
    "tiles": ((230, 310), "uint8", _write(tile=(64, 32), compression="lzw")),
    "colours in tiles": ((130, 210, 3), "uint8", _write(photometric="rgb", tile=(64, 64))),
    "colours apart": (
        (3, 130, 210),
        "uint16",
        _write(photometric="rgb", planarconfig="separate", compression="zlib", rowsperstrip=9),
    ),
    "colours apart, plain": (
        (3, 130, 210),
        "uint16",
        _write(photometric="rgb", planarconfig="separate"),
    ),
    "JPEG": ((128, 192, 3), "uint8", _write(photometric="rgb", tile=(64, 64), compression="jpeg")),
    "floats": ((100, 130), "float32", _write(tile=(32, 32), predictor=True, compression="zlib")),
    "signed": ((100, 130), "int16", _write(rowsperstrip=7)),
    "white is zero": ((100, 130), "uint8", _write(photometric="miniswhite", rowsperstrip=7)),
    "ImageJ, two channels": (
        (2, 90, 110),
        "uint16",
        _write(imagej=True, metadata={"axes": "CYX"}),
    ),
    "ImageJ, planes of channels, packed": (
        (3, 2, 90, 110),
        "uint16",
        _write(imagej=True, metadata={"axes": "ZCYX"}, compression="zlib"),
    ),
    "OME, channels first": (
        (2, 3, 90, 110),
        "uint16",
        _write(ome=True, metadata={"axes": "CZYX"}, tile=(32, 32)),
    ),
}
"""By name: the shape and type of an array, and how it is written as a TIFF."""
