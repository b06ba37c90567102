"""The readers of image files by the extension under which their files are stored."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from piximi_core.images.description import Opened
from piximi_core.images.request import ReadRequest
from piximi_core.messages import Message
from piximi_core.registry import Registry

__all__ = ["READERS", "ImageReader", "plugged_in_for", "plugged_in_suffixes"]

log = logging.getLogger("piximi")

Opener = Callable[[Path, ReadRequest], AbstractContextManager[Opened]]


@dataclass(frozen=True)
class ImageReader:
    """How files of one format are told from others, and read.

    Its name in the registry is the extension of its files, without the dot: they are stored under
    it, and looked for by it in folders. Several names may stand for one reader.

    Attributes
    ----------
    title
        What people call the format: "TIFF".
    open
        Given a path and what is asked, reads the header, checks it (`ReadRequest.check_size`)
        before memory is taken, and yields an `Opened`. What keeps a file from being read is a
        `ReadRequest.problem`. It runs in a process with limits on memory and time.
    matches
        Whether a file is of this format, by its first 160 bytes, however it is called. Only files
        that are of no format of ours are asked about.
    """

    title: str
    open: Opener
    matches: Callable[[bytes], bool] = lambda _head: False


def _why_not(_name: str, found: Any) -> str | None:
    return None if isinstance(found, ImageReader) else Message("it is no ImageReader")


def _own(title: str, module: str, name: str) -> ImageReader:
    """Return a reader of ours, whose library is imported with the first file."""

    def open_now(path: Path, request: ReadRequest) -> AbstractContextManager[Opened]:
        opener: Opener = getattr(import_module(f"piximi_core.images.readers.{module}"), name)
        return opener(path, request)

    return ImageReader(title, open_now)


READERS: Registry[ImageReader] = Registry(
    "reader",
    {
        "png": _own("PNG", "raster", "open_raster"),
        "jpg": _own("JPEG", "jpeg", "open_jpeg"),
        "bmp": _own("BMP", "raster", "open_raster"),
        "gif": _own("GIF", "raster", "open_raster"),
        "webp": _own("WebP", "raster", "open_raster"),
        "tif": _own("TIFF", "tiff", "open_tiff"),
        "dcm": _own("DICOM", "dicom", "open_dicom"),
        "npy": _own("NumPy", "numpy_arrays", "open_npy"),
        "npz": _own("NumPy", "numpy_arrays", "open_npz"),
        "zarr": _own("Zarr", "zarr_image", "open_zarr"),
        "zarr.zip": _own("Zarr", "zarr_image", "open_zarr"),
    },
    group="piximi.readers",
    check=_why_not,
    # It becomes the ending of a file's name.
    is_name=lambda name: re.fullmatch(r"[a-z0-9]{1,15}", name) is not None,
)
"""By extension."""


def plugged_in_suffixes() -> frozenset[str]:
    """Return the suffixes of files that packages read; none of them is imported."""
    return frozenset(f".{name}" for name in READERS.added)


def plugged_in_for(head: bytes) -> str | None:
    """Return the extension of the package's reader that knows a file's first bytes."""
    for name in READERS.added:
        if name in READERS and _says_so(READERS[name], head):
            return name
    return None


def _says_so(reader: ImageReader, head: bytes) -> bool:
    try:
        return bool(reader.matches(head))
    except Exception:
        log.warning("A reader of %s failed on a file's first bytes", reader.title, exc_info=True)
        return False
