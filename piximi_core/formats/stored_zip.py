"""Write zips that pack nothing, as fast as files can be read and written.

Python's own writer seeks back for every member, which costs more than the bytes of a small image.
Here a member that fits into memory goes out in one piece with its header. Any zip program reads
what comes of it (APPNOTE.TXT 6.3.9; beyond 4 GiB or 65,534 members with the zip64 records).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import BinaryIO

from piximi_core.errors import BadInput

__all__ = ["StoredZip"]

_WHOLE = 1 << 20
# From here on the 64-bit records say it, and the short fields that they do.
_LARGE = 0xFFFFFFFF
_MANY = 0xFFFF
_SEE_64 = 0xFFFFFFFF
_SEE_16 = 0xFFFF
_UTF8 = 0x800
_DATE = 0x21  # 1 January 1980, the first that zip knows
_UNIX = 3
_FILE = 0o100644 << 16
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")


class StoredZip:
    """A zip being written into an empty file that can be sought in; `close` completes it."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._at = 0
        self._count = 0
        self._directory: list[bytes] = []

    def add(
        self, name: str, source: BinaryIO, size: int, watch: Callable[[int], None] = lambda _n: None
    ) -> None:
        """Add a member.

        Parameters
        ----------
        name
            With forward slashes.
        source
            Is read for ``size`` bytes.
        watch
            Is told after each megabyte of a large member how many bytes were written.

        Raises
        ------
        BadInput
            The source ends early.
        """
        encoded = name.encode()
        start = self._at
        if size <= _WHOLE:
            content = source.read(size)
            _require(len(content) == size, name)
            check = zlib.crc32(content)
            header = _local(encoded, check, size)
            self._sink.write(header + content)
        else:
            header = _local(encoded, 0, size)
            self._sink.write(header)
            check = self._stream(source, size, name, watch)
            # The checksum is known now; its place has the same size whatever it is.
            self._sink.seek(start)
            self._sink.write(_local(encoded, check, size))
            self._sink.seek(start + len(header) + size)
        self._at = start + len(header) + size
        self._count += 1
        self._directory.append(_central(encoded, check, size, start))

    def _stream(self, source: BinaryIO, size: int, name: str, watch: Callable[[int], None]) -> int:
        left, check = size, 0
        while left:
            chunk = source.read(min(_WHOLE, left))
            _require(bool(chunk), name)
            check = zlib.crc32(chunk, check)
            self._sink.write(chunk)
            left -= len(chunk)
            watch(len(chunk))
        return check

    def close(self) -> None:
        """Write the directory, without which the file is no zip."""
        start = self._at
        directory = b"".join(self._directory)
        self._sink.write(directory)
        count, size = self._count, len(directory)
        beyond = count >= _MANY or start >= _LARGE
        if beyond:
            self._sink.write(
                _END_64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
                + _LOCATOR_64.pack(b"PK\x06\x07", 0, start + size, 1)
            )
        short = _SEE_16 if beyond else count
        counts = (0, 0, short, short, size, _SEE_64 if beyond else start, 0)
        self._sink.write(_END.pack(b"PK\x05\x06", *counts))


def _require(complete: bool, name: str) -> None:
    if not complete:
        raise BadInput(f"{name[-80:]} became shorter while it was read; try again.")


def _local(name: bytes, check: int, size: int) -> bytes:
    large = size >= _LARGE
    extra = struct.pack("<2H2Q", 1, 16, size, size) if large else b""
    short = _SEE_64 if large else size
    head = _LOCAL.pack(
        b"PK\x03\x04",
        45 if large else 20,
        _UTF8,
        0,
        0,
        _DATE,
        check,
        short,
        short,
        len(name),
        len(extra),
    )
    return head + name + extra


def _central(name: bytes, check: int, size: int, start: int) -> bytes:
    large, far = size >= _LARGE, start >= _LARGE
    numbers = ([size, size] if large else []) + ([start] if far else [])
    extra = struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""
    short = _SEE_64 if large else size
    version = 45 if numbers else 20
    head = _CENTRAL.pack(
        b"PK\x01\x02",
        version,
        _UNIX,
        version,
        0,
        _UTF8,
        0,
        0,
        _DATE,
        check,
        short,
        short,
        len(name),
        len(extra),
        0,
        0,
        0,
        _FILE,
        _SEE_64 if far else start,
    )
    return head + name + extra
