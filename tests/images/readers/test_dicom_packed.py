"""DICOM whose pixels are packed, against what was packed and what other decoders give."""

from __future__ import annotations

import io
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    UID,
    DeflatedExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from piximi_core.errors import BadInput
from piximi_core.images import (
    describe,
    read_picture,
)
from tests.images.agreement import read_as_described
from tests.images.readers.dicom_files import encapsulated, ramp, write_dicom

LOSSLESS = {
    JPEGLosslessSV1: lambda frame: imagecodecs.ljpeg_encode(frame),
    JPEGLossless: lambda frame: imagecodecs.jpeg8_encode(frame, lossless=True),
    JPEGLSLossless: lambda frame: imagecodecs.jpegls_encode(frame),
    JPEG2000Lossless: lambda frame: imagecodecs.jpeg2k_encode(
        frame, reversible=True, codecformat="j2k"
    ),
    JPEG2000: lambda frame: imagecodecs.jpeg2k_encode(frame, reversible=True, codecformat="j2k"),
    HTJ2KLossless: lambda frame: imagecodecs.htj2k_encode(frame),
}


@pytest.mark.parametrize("syntax", LOSSLESS, ids=[uid.name for uid in map(UID, LOSSLESS)])
@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("shape", [(7, 12), (3, 7, 12)])
def test_losslessly_packed_frames(
    tmp_path: Path, syntax: str, kind: str, shape: tuple[int, ...]
) -> None:
    pixels = ramp(kind, *shape)
    frames = [LOSSLESS[syntax](frame) for frame in pixels.reshape(-1, 7, 12)]
    picture = read_as_described(encapsulated(tmp_path / "a.dcm", frames, syntax, pixels))
    np.testing.assert_array_equal(picture.pixels[..., 0], pixels.reshape(-1, 7, 12))


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless, JPEGLosslessSV1])
def test_signed_and_rescaled_numbers_in_packed_frames(tmp_path: Path, syntax: str) -> None:
    pixels = ramp("int16", 7, 12)
    # JPEG and JPEG-LS know no sign: the bits are those of the unsigned number.
    stored = pixels if syntax == JPEG2000Lossless else pixels.view(np.uint16)
    path = encapsulated(tmp_path / "a.dcm", [LOSSLESS[syntax](stored)], syntax, pixels)
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], pixels)
    twelve = (ramp("uint16", 7, 12) >> 4).astype(np.uint16)
    path = encapsulated(
        tmp_path / "b.dcm", [LOSSLESS[syntax](twelve)], syntax, twelve, BitsStored=12, HighBit=11,
        RescaleSlope=1, RescaleIntercept=-1024,
    )  # fmt: skip
    np.testing.assert_array_equal(
        read_as_described(path).pixels[0, ..., 0], twelve.astype(int) - 1024
    )


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLSLossless, JPEG2000Lossless])
def test_packed_colours(tmp_path: Path, syntax: str) -> None:
    pixels = ramp("uint8", 7, 12, 3)
    if syntax == JPEGLossless:
        frame = imagecodecs.jpeg8_encode(
            pixels, lossless=True, colorspace="RGB", outcolorspace="RGB"
        )
    else:
        frame = LOSSLESS[syntax](pixels)
    path = encapsulated(
        tmp_path / "c.dcm", [frame], syntax, pixels, SamplesPerPixel=3,
        PhotometricInterpretation="YBR_RCT" if syntax == JPEG2000Lossless else "RGB",
        PlanarConfiguration=0,
    )  # fmt: skip
    np.testing.assert_array_equal(read_as_described(path).pixels[0], pixels)


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless])
def test_lossy_frames_are_near(tmp_path: Path, syntax: str) -> None:
    pixels = np.add.outer(np.arange(16), np.arange(24)).astype(np.uint16) * 60
    if syntax == JPEGBaseline8Bit:
        pixels = (pixels // 16).astype(np.uint8)
        frame, near = imagecodecs.jpeg8_encode(pixels, level=98), 3
    elif syntax == JPEGExtended12Bit:
        frame, near = imagecodecs.jpeg8_encode(pixels, level=98, bitspersample=12), 40
    else:
        frame, near = imagecodecs.jpegls_encode(pixels, level=2), 2
    bits = 8 if syntax == JPEGBaseline8Bit else 12
    path = encapsulated(
        tmp_path / "l.dcm", [frame], syntax, pixels, BitsStored=bits, HighBit=bits - 1
    )
    got = read_as_described(path).pixels[0, ..., 0].astype(int)
    assert np.abs(got - pixels).max() <= near


def test_colours_of_a_packed_photograph(tmp_path: Path) -> None:
    rgb = np.zeros((16, 24, 3), np.uint8)
    rgb[:, :12], rgb[:, 12:] = (200, 40, 90), (30, 160, 220)
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=98, subsampling=0)
    path = encapsulated(
        tmp_path / "p.dcm", [buffer.getvalue()], JPEGBaseline8Bit, rgb, SamplesPerPixel=3,
        PhotometricInterpretation="YBR_FULL", PlanarConfiguration=0,
    )  # fmt: skip
    assert np.abs(read_as_described(path).pixels[0].astype(int) - rgb).max() <= 4


def test_a_frame_larger_than_the_file_says_is_not_unpacked(tmp_path: Path) -> None:
    pixels = ramp("uint16", 7, 12)
    for syntax, encode in LOSSLESS.items():
        frame = encode(ramp("uint16", 300, 300))
        path = encapsulated(tmp_path / "a.dcm", [frame], syntax, pixels)
        with pytest.raises(BadInput, match=r"'a\.dcm' (cannot be unpacked|is damaged)"):
            read_picture(path)


def test_packings_without_a_decoder_are_named_before_reading(tmp_path: Path) -> None:
    path = encapsulated(tmp_path / "m.dcm", [b"1234"], MPEG2MPML, ramp("uint8", 7, 12))
    for call in (describe, read_picture):
        with pytest.raises(BadInput, match=r"is packed as 'MPEG2 .*', which is not read"):
            call(path)


def test_deflated_files(tmp_path: Path) -> None:
    pixels = ramp("uint16", 5, 8)
    path = write_dicom(tmp_path / "d.dcm", pixels, DeflatedExplicitVRLittleEndian)
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], pixels)
    swollen = write_dicom(
        tmp_path / "s.dcm", np.zeros((1000, 1000), np.uint8), DeflatedExplicitVRLittleEndian
    )
    assert swollen.stat().st_size < 10_000
    with pytest.raises(BadInput, match="MiB of memory"):
        describe(swollen, max_bytes=100_000)
