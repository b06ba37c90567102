"""Encapsulated DICOM pixels through imagecodecs, where pydicom and Pillow have no decoder.

pydicom calls a module like this one by the names it expects of a plugin.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom import uid

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeRunner

__all__ = ["DECODER_DEPENDENCIES", "decode_frame", "is_available", "register"]

_JPEG = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLossless, uid.JPEGLosslessSV1)
_JPEG_LS = (uid.JPEGLSLossless, uid.JPEGLSNearLossless)
_JPEG_2000 = (
    *(uid.JPEG2000Lossless, uid.JPEG2000),
    *(uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K),
)

DECODER_DEPENDENCIES = dict.fromkeys((*_JPEG, *_JPEG_LS, *_JPEG_2000), ("imagecodecs",))

_NAME = "piximi"
_LOCK = threading.Lock()
# Start of frame, in all its sorts, JPEG-LS last; C4, C8 and CC mean something else.
_FRAME_STARTS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}


def is_available(syntax: str) -> bool:
    """Whether frames of this transfer syntax can be decoded here."""
    return syntax in DECODER_DEPENDENCIES


def register() -> None:
    """Offer this module to pydicom, after the decoders that it has itself."""
    from pydicom.pixels import get_decoder

    with _LOCK:
        for syntax in DECODER_DEPENDENCIES:
            decoder = get_decoder(syntax)
            if _NAME not in decoder.available_plugins:
                decoder.add_plugin(_NAME, (__name__, "decode_frame"))


def decode_frame(src: bytes, runner: DecodeRunner) -> bytes:
    """Return the stored numbers of one frame, colour by pixel, little-endian.

    Raises
    ------
    ValueError
        The frame is of another size than the file says, which memory was checked for.
    """
    import imagecodecs

    syntax = runner.transfer_syntax
    find = _j2k_size if syntax in _JPEG_2000 else _jpeg_size
    if find(src) != (runner.rows, runner.columns):
        raise ValueError("a frame of another size than the file says")
    frame: Any
    if syntax in _JPEG:
        # The same space in and out: pydicom turns the colours itself.
        space = "RGB" if runner.samples_per_pixel == 3 else None
        frame = imagecodecs.jpeg8_decode(src, colorspace=space, outcolorspace=space)
    elif syntax in _JPEG_LS:
        frame = imagecodecs.jpegls_decode(src)
    else:
        frame = imagecodecs.jpeg2k_decode(src)
        if runner.photometric_interpretation in ("YBR_ICT", "YBR_RCT"):
            runner.set_option("photometric_interpretation", "RGB")
    runner.set_option("bits_allocated", 8 * frame.dtype.itemsize)
    runner.set_option("planar_configuration", 0)
    raw: bytes = np.ascontiguousarray(frame, frame.dtype.newbyteorder("<")).tobytes()
    return raw


def _jpeg_size(src: bytes) -> tuple[int, int]:
    """Return (rows, columns) of a JPEG or JPEG-LS codestream."""
    at = 2
    while at + 9 <= len(src) and src[at] == 0xFF:
        if src[at + 1] in _FRAME_STARTS:
            rows, columns = (int.from_bytes(src[n : n + 2], "big") for n in (at + 5, at + 7))
            return rows, columns
        at += 2 + int.from_bytes(src[at + 2 : at + 4], "big")
    raise ValueError("a JPEG without a start of frame")


def _j2k_size(src: bytes) -> tuple[int, int]:
    """Return (rows, columns) of a JPEG 2000 codestream, bare or in its boxes."""
    at = src.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0:
        raise ValueError("a JPEG 2000 without a header")
    right, bottom, left, top = np.frombuffer(src, ">u4", 4, at + 8).tolist()
    return bottom - top, right - left
