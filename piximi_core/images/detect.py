"""Which format a file really has: by its first bytes, never by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from piximi_core.errors import BadInput
from piximi_core.messages import Message

from .naming import safe_name
from .readers.registry import plugged_in_for, plugged_in_suffixes
from .readers.zarr_tree import ZARR_FILES, zip_root

__all__ = ["extension_for", "format_of", "image_suffixes", "is_image_zip", "is_zarr_folder"]

_SUFFIXES = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"),
        *(".tif", ".tiff", ".dcm", ".dicom", ".npy", ".npz"),
    }
)
_HEAD_BYTES = 160
_ZIP = b"PK\x03\x04"

_IMAGES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"BM", "bmp"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"II+\x00", "tif"),
    (b"MM\x00+", "tif"),
    (b"\x93NUMPY", "npy"),
)

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"RIFF", Message("a film or a sound")),
    (_ZIP, Message("a zip archive")),
    (b"%PDF", Message("a PDF document")),
    (b"ZISRAWFILE", Message("a Zeiss CZI file")),
    (b"\xda\xce\xbe\n", Message("a Nikon ND2 file")),
    (b"p\x00\x00\x00", Message("a Leica LIF file")),
    (b"\x89HDF\r\n\x1a\n", Message("an HDF5 or Imaris file")),
    (b"<svg", Message("an SVG drawing")),
    (b"<?xml", Message("an XML file")),
)

# A DICOM file may lack the preamble; then it starts with an element of group 2 or 8.
_BARE_DICOM = tuple(
    group + element
    for group in (b"\x02\x00", b"\x08\x00")
    for element in (b"\x00\x00", b"\x01\x00", b"\x02\x00", b"\x05\x00", b"\x08\x00", b"\x10\x00")
)


def image_suffixes() -> frozenset[str]:
    """Return the suffixes to look for in folders; reading itself never trusts them."""
    return _SUFFIXES | plugged_in_suffixes()


def format_of(head: bytes) -> str | None:
    """Return the extension for a file's first bytes, None if they are of no image.

    Zips are not looked into: see `is_image_zip`.
    """
    if head[128:132] == b"DICM":
        return "dcm"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    for magic, extension in _IMAGES:
        if head.startswith(magic):
            return extension
    return "dcm" if len(head) > 12 and head.startswith(_BARE_DICOM) else None


def is_zarr_folder(path: Path) -> bool:
    """Whether a folder is a Zarr: one image, however many files it has."""
    return path.is_dir() and any((path / name).is_file() for name in ZARR_FILES)


def is_image_zip(path: Path, *, name: str | None = None) -> bool:
    """Whether a zip is one image (NumPy's .npz, or a zipped Zarr) and not an archive of files.

    A zip of .npy files is both; there the file's name decides: ``.zip`` is an archive.
    """
    found = _format_of_zip(path)
    named_zip = PurePosixPath(name if name is not None else path.name).suffix.lower() == ".zip"
    return found is not None and not (found == "npz" and named_zip)


def _format_of_zip(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return None
    if names and all(name.endswith(".npy") and "/" not in name for name in names):
        return "npz"
    return None if zip_root(names) is None else "zarr.zip"


def extension_for(path: Path, *, name: str | None = None) -> str:
    """Return the extension (without dot) under which this file's content belongs.

    Parameters
    ----------
    path
        The file to look into, or the folder of a Zarr.
    name
        What to call the file in an error; its own name by default.

    Raises
    ------
    BadInput
        The file cannot be read, is empty, or is of no format that we read.
    """
    shown = safe_name(name if name is not None else path.name)
    try:
        with path.open("rb", buffering=0) as file:
            head = file.read(_HEAD_BYTES)
    except IsADirectoryError as error:
        if is_zarr_folder(path):
            return "zarr"
        raise BadInput(
            "'{shown}' cannot be opened: {reason}.", shown=shown, reason=error.strerror
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or Message("the name is not valid")
        raise BadInput(
            "'{shown}' cannot be opened: {reason}.", shown=shown, reason=reason
        ) from error
    if not head:
        raise BadInput("'{shown}' is empty; copy or export it again.", shown=shown)
    found = _format_of_zip(path) if head.startswith(_ZIP) else format_of(head)
    found = found or plugged_in_for(head)
    if found is None:
        what = next((text for magic, text in _OTHERS if head.startswith(magic)), None)
        if what is None and Path(shown).suffix.lower() in image_suffixes():
            # To advise saving it as PNG would puzzle whoever reads that of "cells.png".
            raise BadInput(
                "'{shown}' is named like an image, but is none that we know; "
                "it may be damaged: copy or export it again.",
                shown=shown,
            )
        is_what = (
            Message("is {what}, not an image we read", what=what)
            if what
            else Message("is not an image we know")
        )
        raise BadInput(
            "'{shown}' {is_what}; save it as PNG, JPEG, BMP, TIFF or DICOM.",
            shown=shown,
            is_what=is_what,
        )
    return found
