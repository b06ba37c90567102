"""The one way from a file to a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from piximi_core.errors import PiximiError

from .detect import extension_for
from .naming import safe_name
from .picture import Picture
from .request import ReadRequest, allowed_bytes

__all__ = ["read_picture"]

Reader = Callable[[Path, ReadRequest], Picture]

_FORMAT_NAMES = {"png": "PNG", "jpg": "JPEG", "bmp": "BMP", "tif": "TIFF", "dcm": "DICOM"}


def read_picture(
    path: Path,
    *,
    name: str | None = None,
    channels: int | None = None,
    max_bytes: int | None = None,
) -> Picture:
    """Read an image file of any supported format.

    Parameters
    ----------
    path
        The file. Its format is told from its first bytes, never from its name.
    name
        What to call the file in errors; its own name by default. Never used as a path.
    channels
        How to split a stack that does not declare channels: frames run channel-fastest
        (``z0c0, z0c1, …, z1c0, …``). Ignored for files that declare their channels.
    max_bytes
        Cap on the decoded size; by default ``PIXIMI_MAX_IMAGE_BYTES``, else 2 GiB.

    Returns
    -------
    Picture
        Pixels ``[Z, H, W, C]`` in the file's own numbers.

    Raises
    ------
    ChannelsUnknown
        A stack without declared channels, and ``channels`` is None.
    BadInput
        Anything else that keeps the file from being read, in one sentence.
    """
    request = ReadRequest(
        name=safe_name(name if name is not None else path.name),
        channels=channels,
        max_bytes=allowed_bytes() if max_bytes is None else max_bytes,
    )
    if channels is not None and channels < 1:
        raise request.problem(f"cannot be split into {channels} channels; give 1 or more.")
    found = extension_for(path, name=name)
    try:
        return _reader_for(found)(path, request)
    except PiximiError:
        raise
    except MemoryError as error:
        raise request.problem("does not fit into memory; crop or shrink it.") from error
    except Exception as error:
        # Decoders meet bytes that no one foresaw and raise anything at all on them; to the
        # person each of these means the same.
        raise request.problem(
            f"is damaged or not a complete {_FORMAT_NAMES[found]} file; copy or export it again."
        ) from error


def _reader_for(found: str) -> Reader:
    """Return the reader of a format, importing its library only now."""
    if found == "tif":
        from .readers.tiff import read_tiff

        return read_tiff
    if found == "dcm":
        from .readers.dicom import read_dicom

        return read_dicom
    from .readers.raster import read_raster

    return read_raster
