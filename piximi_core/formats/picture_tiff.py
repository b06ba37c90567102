"""A picture as a TIFF file that reads back as the same picture."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.images import Picture

__all__ = ["write_picture"]

_UNITS = {"µm": "µm", "um": "µm", "nm": "nm", "mm": "mm", "cm": "cm", "m": "m"}


def write_picture(picture: Picture, path: Path) -> None:
    """Write planes, channels, numbers and pixel size as OME-TIFF, packed without loss.

    Equal pictures give equal bytes. Display colours are not written.

    Parameters
    ----------
    picture
        What to write.
    path
        Where; a file that is there is replaced.
    """
    import tifffile

    # A plane of a channel is one page: [Z, C, H, W].
    pages = np.ascontiguousarray(np.moveaxis(picture.pixels, 3, 1))
    digits = hashlib.sha256(pages.reshape(-1).view(np.uint8).data).hexdigest()
    with tifffile.TiffWriter(path, ome=True, bigtiff=pages.nbytes > 2**31) as writer:
        writer.write(
            pages,
            photometric="minisblack",
            compression="zlib",
            compressionargs={"level": 1},
            metadata={"axes": "ZCYX", "UUID": _uuid(digits), **_pixel_size(picture)},
        )


def _uuid(digits: str) -> str:
    # OME wants one; tifffile's own would be another one each time.
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def _pixel_size(picture: Picture) -> dict[str, Any]:
    size = picture.pixel_size
    if size is None or size.unit not in _UNITS:
        return {}
    found: dict[str, Any] = {}
    for axis, step in (("X", size.x), ("Y", size.y), ("Z", size.z)):
        if step is not None:
            found[f"PhysicalSize{axis}"] = step
            found[f"PhysicalSize{axis}Unit"] = _UNITS[size.unit]
    return found
