"""One level of a pyramid on the disk: plain numbers in square tiles, written and read by boxes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ..picture import PixelArray
from .parts import Box, Parts

__all__ = ["TILE", "TileFile", "tile_bytes"]

TILE = 512
"""Height and width of a tile in pixels."""


def tile_bytes(planes: int, height: int, width: int, channels: int, dtype: np.dtype[Any]) -> int:
    """Return how many bytes a level takes."""
    return planes * -(-height // TILE) * -(-width // TILE) * TILE**2 * channels * dtype.itemsize


class TileFile:
    """A level: its tiles lie one behind the other, row by row, plane by plane, each ``[H, W, C]``.

    Parameters
    ----------
    path
        The file; links are not followed.
    shape
        Planes, height, width and channels of the level.
    dtype
        Of its numbers, which lie as on this machine.
    new
        Whether to make the file, or to read one.

    Raises
    ------
    ValueError
        The file has another size than the level.
    OSError
        There is no such file, or one in place of a new one.
    """

    def __init__(
        self,
        path: Path,
        shape: tuple[int, int, int, int],
        dtype: np.dtype[Any],
        *,
        new: bool = False,
    ) -> None:
        self._planes, self._height, self._width, self._channels = shape
        self._dtype = dtype
        self._pixel = self._channels * dtype.itemsize
        self._down, self._across = -(-self._height // TILE), -(-self._width // TILE)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL if new else os.O_RDONLY
        self._file = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        size = tile_bytes(*shape, dtype)
        if new:
            os.truncate(self._file, size)
        elif os.fstat(self._file).st_size != size:
            os.close(self._file)
            raise ValueError(f"{path.name} has another size than its level")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def write(self, plane: int, top: int, rows: PixelArray) -> None:
        """Write whole rows ``[H, W, C]`` of a plane, from one on."""
        done = 0
        while done < len(rows):
            row, inside = divmod(top + done, TILE)
            part = rows[done : done + TILE - inside]
            for column in range(self._across):
                self._write_in(plane, row, column, inside, part)
            done += len(part)

    def _write_in(self, plane: int, row: int, column: int, inside: int, rows: PixelArray) -> None:
        piece = rows[:, column * TILE : (column + 1) * TILE]
        tile = np.zeros((len(rows), TILE, self._channels), self._dtype)
        tile[:, : piece.shape[1]] = piece
        left, offset = tile.data.cast("B"), self._place(plane, row, column, inside)
        while left:
            written = os.pwrite(self._file, left, offset)
            left, offset = left[written:], offset + written

    def _place(self, plane: int, row: int, column: int, inside: int) -> int:
        number = (plane * self._down + row) * self._across + column
        return (number * TILE + inside) * TILE * self._pixel

    def read(self, plane: int, box: Box) -> PixelArray:
        """Read a box ``[H, W, C]`` that lies in the level."""
        x1, y1, x2, y2 = box
        found = np.empty((y2 - y1, x2 - x1, self._channels), self._dtype)
        for row in range(y1 // TILE, -(-y2 // TILE)):
            top, bottom = max(y1, row * TILE), min(y2, (row + 1) * TILE)
            for column in range(x1 // TILE, -(-x2 // TILE)):
                left, right = max(x1, column * TILE), min(x2, (column + 1) * TILE)
                offset = self._place(plane, row, column, top - row * TILE)
                raw = os.pread(self._file, (bottom - top) * TILE * self._pixel, offset)
                tile = np.frombuffer(raw, self._dtype).reshape(bottom - top, TILE, self._channels)
                found[top - y1 : bottom - y1, left - x1 : right - x1] = tile[
                    :, left - column * TILE : right - column * TILE
                ]
        return found

    @property
    def parts(self) -> Parts:
        """The level as a picture that is read by boxes."""
        shape = (self._planes, self._height, self._width, self._channels)
        return Parts(*shape, self._dtype, self.read, rows=TILE)
