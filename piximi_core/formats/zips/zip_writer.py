"""A zip written entry after entry, packed or as it is, as fast as that can be done.

Python's own writer packs with zlib, which libdeflate is far ahead of, and seeks back for every
entry, which costs more than the bytes of a small image. Everything here is of the plainest sort
(APPNOTE.TXT 6.3.9): names in UTF-8, methods "stored" and "deflated", sizes at the beginning of each
entry, ZIP64 only where needed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from piximi_core.errors import BadInput

__all__ = ["ZipWriter"]

_LOCAL, _CENTRAL, _END = 0x04034B50, 0x02014B50, 0x06054B50
_END64, _LOCATOR = 0x06064B50, 0x07064B50
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x800
# 1 January 1980, the first moment there is: equal content gives equal files.
_TIME, _DATE = 0, 0x21
# From here on the records of ZIP64 say it, and the short fields that they do.
_LARGE, _SEE_64 = 0xFFFFFFFF, 0xFFFFFFFF
_MANY, _SEE_16 = 0xFFFF, 0xFFFF
_FILE_MODE, _FOLDER_MODE = 0o100644 << 16, (0o040755 << 16) | 0x10
# Above 1, floats take much more time and hardly less room.
_LEVEL = 1
# What is copied at once, and gathered before it is written.
_BLOCK = 2**20
_BUFFER = 2**22


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
        return max(self.size, self.packed) >= _LARGE


class ZipWriter:
    """Writes a new zip; as a context, it is complete at the end.

    Parameters
    ----------
    path
        A file that is there is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=_BUFFER)
        # Counted here: asking the file is slower.
        self._at = 0
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
        """Write a file of a known size block after block, packed, never holding all of it."""
        # As if it did not pack at all, so that there is room for any outcome.
        entry = self._entry(name, _DEFLATED, 0, size + size // 1000 + 64, size, _FILE_MODE)
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        crc = 0

        def packed() -> Iterable[bytes]:
            nonlocal crc
            for block in blocks:
                crc = zlib.crc32(block, crc)
                yield packer.compress(block)
            yield packer.flush()

        length = self._later(entry, packed())
        self._complete(entry._replace(crc=crc, packed=length), large=entry.is_large)

    def copy(
        self, name: str, source: BinaryIO, size: int, watch: Callable[[int], None] = lambda _n: None
    ) -> None:
        """Write a file as it is.

        Parameters
        ----------
        name
            With forward slashes.
        source
            Is read for ``size`` bytes.
        watch
            Is told, after each megabyte and at the end, how many bytes more were written.

        Raises
        ------
        BadInput
            The source ends early.
        """
        if size <= _BLOCK:
            content = source.read(size)
            _require(len(content) == size, name)
            self._put(name, _STORED, content, content, _FILE_MODE)
            watch(size)
            return
        entry = self._entry(name, _STORED, 0, size, size, _FILE_MODE)
        crc = 0

        def blocks() -> Iterable[bytes]:
            nonlocal crc
            left = size
            while left:
                block = source.read(min(_BLOCK, left))
                _require(bool(block), name)
                crc = zlib.crc32(block, crc)
                yield block
                left -= len(block)
                watch(len(block))

        self._later(entry, blocks())
        self._complete(entry._replace(crc=crc), large=entry.is_large)

    def _put(self, name: str, method: int, content: Content, packed: Content, mode: int) -> None:
        entry = self._entry(name, method, zlib.crc32(content), len(packed), len(content), mode)
        head = _local(entry)
        self._file.write(head)
        self._file.write(packed)
        self._at += len(head) + len(packed)
        self._entries.append(entry)

    def _later(self, entry: _Entry, blocks: Iterable[bytes]) -> int:
        """Write an entry whose checksum only its bytes will tell; return how many they were."""
        head = _local(entry)
        self._file.write(head)
        length = 0
        for block in blocks:
            self._file.write(block)
            length += len(block)
        self._at += len(head) + length
        return length

    def _complete(self, entry: _Entry, *, large: bool) -> None:
        """Write again, in the same place and as long, what stands before an entry's bytes."""
        self._file.seek(entry.offset)
        self._file.write(_local(entry, large=large))
        self._file.seek(self._at)
        self._entries.append(entry)

    def _entry(self, name: str, method: int, crc: int, packed: int, size: int, mode: int) -> _Entry:
        raw = name.encode("utf-8", "replace")
        return _Entry(raw, method, crc, packed, size, mode, self._at)

    def _write_directory(self) -> None:
        directory = b"".join(map(_central, self._entries))
        start, size, count = self._at, len(directory), len(self._entries)
        self._file.write(directory)
        beyond = count >= _MANY or max(start, size) >= _LARGE
        if beyond:
            end = start + size
            self._file.write(
                struct.pack("<IQHHIIQQQQ", _END64, 44, 45, 45, 0, 0, count, count, size, start)
                + struct.pack("<IIQI", _LOCATOR, 0, end, 1)
            )
        short = _SEE_16 if beyond else count
        far = _SEE_64 if beyond else start
        self._file.write(
            struct.pack("<IHHHHIIH", _END, 0, 0, short, short, min(size, _SEE_64), far, 0)
        )


def _require(complete: bool, name: str) -> None:
    if not complete:
        raise BadInput("{name} became shorter while it was read; try again.", name=name[-80:])


def _local(entry: _Entry, *, large: bool | None = None) -> bytes:
    """Return what stands before an entry's bytes; always as long for the same ``large``."""
    large = entry.is_large if large is None else large
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.packed) if large else b""
    packed, size = (_SEE_64, _SEE_64) if large else (entry.packed, entry.size)
    head = struct.pack(
        "<IHHHHHIIIHH",
        _LOCAL, 45 if large else 20, _UTF8, entry.method, _TIME, _DATE,
        entry.crc, packed, size, len(entry.name), len(extra),
    )  # fmt: skip
    return head + entry.name + extra


def _central(entry: _Entry) -> bytes:
    """Return an entry's line of the directory."""
    fields = (entry.packed, entry.size, entry.offset)
    packed, size, offset = (_SEE_64 if n >= _LARGE else n for n in fields)
    wide = [n for n in (entry.size, entry.packed, entry.offset) if n >= _LARGE]
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = 45 if wide else 20
    head = struct.pack(
        "<IHHHHHHIIIHHHHHII",
        _CENTRAL, 3 << 8 | version, version, _UTF8, entry.method, _TIME, _DATE,
        entry.crc, packed, size, len(entry.name), len(extra), 0, 0, 0, entry.mode, offset,
    )  # fmt: skip
    return head + entry.name + extra
