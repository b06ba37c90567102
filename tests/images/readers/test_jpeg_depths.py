"""JPEG that is not 8 bits deep, alone and inside TIFF: the encoder's own numbers come back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import describe, read_picture, thumbnail


def scene(bits: int, samples: int = 1) -> Any:
    """A smooth picture of 48 x 64 that uses most of its depth."""
    rows, columns = np.mgrid[0:48, 0:64]
    planes = [(rows * (n + 1) + columns * 2) / 350 for n in range(samples)]
    values = np.stack(planes, axis=2) * (2**bits - 1)
    return values.astype(np.uint8 if bits <= 8 else np.uint16)


def write(path: Path, pixels: Any, bits: int, *, lossless: bool) -> Path:
    content = imagecodecs.jpeg8_encode(
        np.squeeze(pixels), level=98, lossless=lossless, bitspersample=bits
    )
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("bits", [2, 4, 7, 8, 9, 10, 12, 14, 16])
def test_lossless_jpeg_gives_back_every_number(tmp_path: Path, bits: int, samples: int) -> None:
    pixels = scene(bits, samples)
    path = write(tmp_path / "l.jpg", pixels, bits, lossless=True)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[0], pixels)
    found = describe(path)
    assert (found.height, found.width, found.channels) == (48, 64, samples)
    assert found.bit_depth == picture.bit_depth == (8 if bits <= 8 else 16)
    assert found.notes == picture.notes
    assert thumbnail(picture)


@pytest.mark.parametrize("samples", [1, 3])
def test_jpeg_of_12_bits_is_near_what_was_packed(tmp_path: Path, samples: int) -> None:
    pixels = scene(12, samples)
    picture = read_picture(write(tmp_path / "t.jpg", pixels, 12, lossless=False))
    assert np.abs(picture.pixels[0].astype(int) - pixels).max() < 40  # of 4095
    assert picture.notes == ("12-bit numbers kept as they are stored",)


def test_jpeg_ls_is_read(tmp_path: Path) -> None:
    pixels = scene(12)[..., 0]
    (tmp_path / "x.jls").write_bytes(imagecodecs.jpegls_encode(pixels))
    np.testing.assert_array_equal(read_picture(tmp_path / "x.jls").pixels[0, :, :, 0], pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright_as_an_8_bit_jpeg_is(tmp_path: Path, orientation: int) -> None:
    pixels = scene(8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    segment = exif.tobytes()
    plain = write(tmp_path / "l.jpg", pixels.astype(np.uint16) * 16, 12, lossless=True)
    raw = plain.read_bytes()
    length = (len(segment) + 2).to_bytes(2, "big")
    plain.write_bytes(raw[:2] + b"\xff\xff\xe1" + length + segment + raw[2:])
    Image.fromarray(pixels[..., 0]).save(tmp_path / "e.png", exif=exif)
    picture, expected = read_picture(plain), read_picture(tmp_path / "e.png")
    np.testing.assert_array_equal(picture.pixels, expected.pixels.astype(int) * 16)
    assert describe(plain).height == picture.height


def test_inside_a_tiff_too(tmp_path: Path) -> None:
    path = tmp_path / "t.tif"
    for bits, lossless in ((12, False), (16, True)):
        pixels = scene(bits)[..., 0]
        arguments = {"bitspersample": bits, "lossless": lossless, "level": 98}
        tifffile.imwrite(path, pixels, compression="jpeg", compressionargs=arguments)
        picture = read_picture(path)
        assert np.abs(picture.pixels[0, :, :, 0].astype(int) - pixels).max() <= 20 * (not lossless)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "l.jpg", scene(12), 12, lossless=True)
    raw = path.read_bytes()
    at = raw.index(b"\xff\xc3")
    path.write_bytes(raw[:at] + b"\xff\xc7" + raw[at + 2 :])
    with pytest.raises(BadInput, match="rare sort"):
        read_picture(path)
    huge = raw[: at + 5] + b"\xff\xff\xff\xff" + raw[at + 9 :]
    path.write_bytes(huge)
    with pytest.raises(BadInput, match="MiB"):
        read_picture(path, max_bytes=2**30)
    for end in (3, at + 3, at + 9, len(raw) // 2):
        path.write_bytes(raw[:end])
        with pytest.raises(BadInput):
            read_picture(path)
    path.write_bytes(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 9)
    with pytest.raises(BadInput, match="damaged"):
        read_picture(path)


def test_an_8_bit_jpeg_still_goes_through_pillow(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(scene(8, 3)).save(stream, "JPEG", quality=90)
    (tmp_path / "p.jpg").write_bytes(stream.getvalue())
    expected = np.asarray(Image.open(stream))
    np.testing.assert_array_equal(read_picture(tmp_path / "p.jpg").pixels[0], expected)


def test_the_cases(shared_data: Path) -> None:
    folder = shared_data / "cases" / "jpeg-12-bit"
    for name, reference in (("j12", imagecodecs.jpeg8_decode), ("lj16", imagecodecs.ljpeg_decode)):
        path = folder / f"{name}.jpg"
        expected = reference(path.read_bytes())
        np.testing.assert_array_equal(read_picture(path).pixels[0, :, :, 0], expected)
