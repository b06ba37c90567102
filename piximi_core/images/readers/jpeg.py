"""JPEG by its frame header: eight bits through Pillow, all other depths through imagecodecs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from piximi_core.messages import Message

from ..description import Opened, describe_layout
from ..layout import Layout
from ..picture import Picture, PixelArray
from ..request import ReadRequest
from .raster import exif_orientation, open_raster, turn_upright

__all__ = ["open_jpeg"]

# Baseline, extended and progressive, by Huffman and by arithmetic; lossless; JPEG-LS.
_LOSSY = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
_LOSSLESS, _JPEG_LS = 0xC3, 0xF7
_FRAME_STARTS = frozenset({*range(0xC0, 0xD0), _JPEG_LS}) - {0xC4, 0xC8, 0xCC}
_APP1, _EXIF, _END = 0xE1, b"Exif\x00\x00", b"\xff\xd9"
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_MOST_SEGMENTS = 10_000


@dataclass(frozen=True)
class _Frame:
    """What the header of a JPEG says, and where in the file it ends."""

    sort: int
    bits: int
    height: int
    width: int
    samples: int
    exif: bytes
    end: int


@contextmanager
def open_jpeg(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Open a JPEG of 2 to 16 bits, lossy or lossless, or a JPEG-LS.

    What is not 8 bits deep keeps its numbers as they are stored: a 12-bit picture holds 0 to 4095
    in 16 bits.

    Parameters
    ----------
    path
        The file.
    request
        Name for errors, and the cap on the decoded size.
    """
    with path.open("rb") as file:
        frame = _frame(file)
    if frame is None or (frame.bits == 8 and frame.sort in _LOSSY):
        with open_raster(path, request) as opened:
            yield opened
        return
    yield _opened(path, frame, request)


def _opened(path: Path, frame: _Frame, request: ReadRequest) -> Opened:
    if frame.sort not in (*_LOSSY, _LOSSLESS, _JPEG_LS) or frame.samples not in (1, 3):
        raise request.problem(
            Message("is a JPEG of a rare sort that is not read; save it as PNG or TIFF.")
        )
    orientation = exif_orientation(lambda: _exif(frame.exif))
    dtype = np.dtype(np.uint8 if frame.bits <= 8 else np.uint16)
    # A decoder may hold the picture twice while it turns the colours.
    request.check_size((frame.height, frame.width, frame.samples), 4)
    notes = (
        []
        if frame.bits in (8, 16)
        else [Message("{bits}-bit numbers kept as they are stored", bits=frame.bits)]
    )
    if orientation != 1:
        notes.append(Message("turned upright by its EXIF orientation"))
    size = (frame.height, frame.width)
    layout = Layout("ZYX", (1, *(size[::-1] if orientation >= 5 else size)))
    layout = layout.with_samples(frame.samples)
    description = describe_layout("JPEG", layout, dtype, notes=notes)

    def decode() -> Picture:
        pixels = _decoded(path, frame).reshape(*size, frame.samples)
        turned = turn_upright(pixels, orientation)[np.newaxis]
        return description.picture(np.ascontiguousarray(turned, dtype))

    return Opened(description, decode)


def _decoded(path: Path, frame: _Frame) -> PixelArray:
    import imagecodecs

    content = path.read_bytes()
    # The decoders fill up with grey what is missing. Nothing else in a scan looks like its end.
    if content.find(_END, frame.end) < 0:
        raise ValueError("a JPEG without its end")
    decode = imagecodecs.jpegls_decode if frame.sort == _JPEG_LS else imagecodecs.jpeg8_decode
    pixels: PixelArray = decode(content)
    return pixels


def _frame(file: BinaryIO) -> _Frame | None:
    """Return the first frame header of a JPEG, None where it has none."""
    file.seek(2)
    exif = b""
    for _ in range(_MOST_SEGMENTS):
        mark = file.read(1)
        if mark != b"\xff":
            return None
        # Any number of fill bytes may stand before the name of a segment.
        while mark == b"\xff":
            mark = file.read(1)
        if not mark:
            return None
        if mark[0] in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(file.read(2), "big") - 2
        if length < 0:
            return None
        if mark[0] in _FRAME_STARTS:
            head = file.read(6)
            height, width = int.from_bytes(head[1:3], "big"), int.from_bytes(head[3:5], "big")
            if len(head) < 6:
                return None
            return _Frame(mark[0], head[0], height, width, head[5], exif, file.tell())
        if mark[0] == _APP1 and not exif:
            content = file.read(length)
            exif = content if content.startswith(_EXIF) else b""
        else:
            file.seek(length, 1)
    return None


def _exif(content: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif.load(content)
    return exif
