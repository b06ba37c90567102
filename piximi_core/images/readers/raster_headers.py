"""What Pillow does not tell before it decodes: late PNG chunks, and the palettes of a GIF."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

__all__ = ["gif_is_grey", "png_exif"]

_PNG_SIGNATURE = 8
_LARGEST_EXIF = 2**20
_EXTENSION, _IMAGE = 0x21, 0x2C


def png_exif(path: Path) -> bytes | None:
    """Return the EXIF block of a PNG, which may stand behind the pixels, or None."""
    with path.open("rb") as file:
        file.seek(_PNG_SIGNATURE)
        while len(head := file.read(8)) == 8:
            length = int.from_bytes(head[:4], "big")
            if head[4:] == b"eXIf":
                return file.read(length) if length <= _LARGEST_EXIF else None
            file.seek(length + 4, 1)
    return None


def gif_is_grey(path: Path) -> bool:
    """Whether no palette of a GIF, of the whole or of one of its frames, holds a colour."""
    with path.open("rb") as file:
        flags = file.read(13)[10]
        if not _table_is_grey(file, flags):
            return False
        while (block := file.read(1)) in (bytes([_EXTENSION]), bytes([_IMAGE])):
            if block[0] == _EXTENSION:
                file.read(1)
            elif not _table_is_grey(file, file.read(9)[8]):
                return False
            else:
                file.read(1)
            while (length := file.read(1)) not in (b"", b"\x00"):
                file.seek(length[0], 1)
    return True


def _table_is_grey(file: BinaryIO, flags: int) -> bool:
    """Read over the colour table that these flags announce, if any."""
    entries = file.read(3 * 2 ** ((flags & 7) + 1)) if flags & 0x80 else b""
    return entries[0::3] == entries[1::3] == entries[2::3]
