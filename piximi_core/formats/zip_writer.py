"""A zip written entry after entry, each packed as a whole by libdeflate, which zlib is far behind.

Python's own writer packs with zlib only. Everything here is of the plainest sort: names in UTF-8,
methods "stored" and "deflated", sizes at the beginning of each entry, ZIP64 only where needed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

__all__ = ["ZipWriter"]

_LOCAL, _CENTRAL, _END = 0x04034B50, 0x02014B50, 0x06054B50
_END64, _LOCATOR = 0x06064B50, 0x07064B50
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x800
# 1 January 1980, the first moment there is: equal content gives equal files.
_TIME, _DATE = 0, 0x21
_SMALL = 0xFFFFFFFF
_FEW = 0xFFFF
_FILE_MODE, _FOLDER_MODE = 0o100644 << 16, (0o040755 << 16) | 0x10
# Above 1, floats take much more time and hardly less room.
_LEVEL = 1


Content = bytes | memoryview  # of single bytes


class _Entry(NamedTuple):
    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int

    @property
    def is_large(self) -> bool:
        """Whether its sizes need ZIP64."""
        return max(self.size, self.packed) >= _SMALL


class ZipWriter:
    """Writes a new zip; as a context, it is complete at the end.

    Parameters
    ----------
    path
        A file that is there is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._entries: list[_Entry] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the directory, unless something went wrong; close the file."""
        try:
            if error is None:
                self._write_directory()
        finally:
            self._file.close()

    def folder(self, name: str) -> None:
        """Write the entry of a folder; its name ends in a slash."""
        self._put(name, _STORED, b"", b"", _FOLDER_MODE)

    def file(self, name: str, content: Content) -> None:
        """Write a file, packed where that makes it smaller."""
        import imagecodecs

        packed: Any = b""
        if len(content):
            # Its stub knows fewer sorts of buffers than it takes.
            packed = imagecodecs.deflate_encode(content, level=_LEVEL, raw=True)  # type: ignore[arg-type]
        if 0 < len(packed) < len(content):
            self._put(name, _DEFLATED, content, packed, _FILE_MODE)
        else:
            self._put(name, _STORED, content, content, _FILE_MODE)

    def stream(self, name: str, blocks: Iterable[bytes], size: int) -> None:
        """Write a file of a known size block after block, without ever holding all of it."""
        # As if it did not pack at all, so that there is room for any outcome.
        entry = self._entry(name, _DEFLATED, 0, size + size // 1000 + 64, size, _FILE_MODE)
        self._file.write(_local(entry))
        start, crc = self._file.tell(), 0
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        for block in blocks:
            crc = zlib.crc32(block, crc)
            self._file.write(packer.compress(block))
        self._file.write(packer.flush())
        end = self._file.tell()
        large = entry.is_large
        entry = entry._replace(crc=crc, packed=end - start)
        self._file.seek(entry.offset)
        self._file.write(_local(entry, large=large))
        self._file.seek(end)
        self._entries.append(entry)

    def _put(self, name: str, method: int, content: Content, packed: Content, mode: int) -> None:
        entry = self._entry(name, method, zlib.crc32(content), len(packed), len(content), mode)
        self._file.write(_local(entry))
        self._file.write(packed)
        self._entries.append(entry)

    def _entry(self, name: str, method: int, crc: int, packed: int, size: int, mode: int) -> _Entry:
        raw = name.encode("utf-8", "replace")
        return _Entry(raw, method, crc, packed, size, mode, self._file.tell())

    def _write_directory(self) -> None:
        start = self._file.tell()
        for entry in self._entries:
            self._file.write(_central(entry))
        size, count = self._file.tell() - start, len(self._entries)
        if count >= _FEW or start >= _SMALL or size >= _SMALL:
            end = self._file.tell()
            self._file.write(
                struct.pack("<IQHHIIQQQQ", _END64, 44, 45, 45, 0, 0, count, count, size, start)
                + struct.pack("<IIQI", _LOCATOR, 0, end, 1)
            )
        few = min(count, _FEW)
        self._file.write(
            struct.pack("<IHHHHIIH", _END, 0, 0, few, few, min(size, _SMALL), min(start, _SMALL), 0)
        )


def _local(entry: _Entry, *, large: bool | None = None) -> bytes:
    """Return what stands before an entry's bytes; always as long for the same ``large``."""
    large = entry.is_large if large is None else large
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.packed) if large else b""
    packed, size = (_SMALL, _SMALL) if large else (entry.packed, entry.size)
    head = struct.pack(
        "<IHHHHHIIIHH",
        _LOCAL, 45 if large else 20, _UTF8, entry.method, _TIME, _DATE,
        entry.crc, packed, size, len(entry.name), len(extra),
    )  # fmt: skip
    return head + entry.name + extra


def _central(entry: _Entry) -> bytes:
    """Return an entry's line of the directory."""
    wide = [n for n in (entry.size, entry.packed, entry.offset) if n >= _SMALL]
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = 45 if wide else 20
    head = struct.pack(
        "<IHHHHHHIIIHHHHHII",
        _CENTRAL, 3 << 8 | version, version, _UTF8, entry.method, _TIME, _DATE,
        entry.crc, min(entry.packed, _SMALL), min(entry.size, _SMALL), len(entry.name),
        len(extra), 0, 0, 0, entry.mode, min(entry.offset, _SMALL),
    )  # fmt: skip
    return head + entry.name + extra
