"""PNG, JPEG and BMP against decoders that are not Pillow, and hand-made numbers."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import read_picture
from tests.images.agreement import read_as_described

RNG = np.random.default_rng(3)


def write_png(path: Path, width: int, height: int, depth: int, kind: int, rows: bytes) -> Path:
    """Write a PNG by hand, from filtered rows."""

    def chunk(tag: bytes, body: bytes) -> bytes:
        check = zlib.crc32(tag + body)
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return path


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.data(),
    deep=st.booleans(),
    samples=st.sampled_from([1, 2, 3, 4]),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_png_of_every_depth_and_colour_is_read_exactly(
    tmp_path: Path, data: st.DataObject, deep: bool, samples: int, size: tuple[int, int]
) -> None:
    kind = np.uint16 if deep else np.uint8
    pixels = data.draw(npst.arrays(kind, (*size, samples)))
    path = tmp_path / "p.png"
    path.write_bytes(imagecodecs.png_encode(pixels[..., 0] if samples == 1 else pixels))
    picture = read_as_described(path)
    colors = 1 if samples < 3 else 3
    np.testing.assert_array_equal(picture.pixels, pixels[np.newaxis, ..., :colors])
    assert picture.pixels.dtype == kind
    assert picture.bit_depth == (16 if deep else 8)
    assert ("alpha channel dropped" in picture.notes) == (samples in (2, 4))


def test_hidden_colours_under_transparency_survive(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[..., :3] = (10, 20, 30)
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    assert read_as_described(path).pixels.reshape(-1, 3).tolist() == [[10, 20, 30]] * 4


def test_sixteen_bit_png_written_by_hand(tmp_path: Path) -> None:
    rgb = write_png(tmp_path / "r.png", 1, 1, 16, 2, b"\x00" + struct.pack(">3H", 1, 256, 65535))
    assert read_as_described(rgb).pixels.tolist() == [[[[1, 256, 65535]]]]
    grey = write_png(tmp_path / "g.png", 2, 1, 16, 0, b"\x00" + struct.pack(">2H", 258, 65534))
    assert read_as_described(grey).pixels.tolist() == [[[[258], [65534]]]]


def test_few_bits_become_eight(tmp_path: Path) -> None:
    one = write_png(tmp_path / "1.png", 8, 1, 1, 0, b"\x00" + bytes([0b10100000]))
    assert read_as_described(one).pixels.ravel().tolist() == [255, 0, 255, 0, 0, 0, 0, 0]
    two = write_png(tmp_path / "2.png", 4, 1, 2, 0, b"\x00" + bytes([0b00011011]))
    assert read_as_described(two).pixels.ravel().tolist() == [0, 85, 170, 255]


def test_a_palette_becomes_rgb(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putdata([1, 0])
    for name in ("p.png", "p.bmp"):
        image.save(tmp_path / name)
        picture = read_as_described(tmp_path / name)
        assert picture.pixels.tolist() == [[[[200, 100, 50], [10, 20, 30]]]]
        assert picture.notes


def test_transparent_palette_entries_keep_their_colour(tmp_path: Path) -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putdata([1, 0, 1])
    for transparency in (bytes([0, 128]), 1):
        image.save(tmp_path / "t.png", transparency=transparency)
        pixels = read_as_described(tmp_path / "t.png").pixels
        assert pixels.tolist() == [[[[200, 100, 50], [10, 20, 30], [200, 100, 50]]]]


def test_jpeg_agrees_with_another_decoder(tmp_path: Path) -> None:
    smooth = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)
    rgb = np.stack([smooth, 255 - smooth, smooth // 2], axis=-1)
    for name, pixels in (("c.jpg", rgb), ("g.jpg", smooth)):
        Image.fromarray(pixels).save(tmp_path / name, quality=95, subsampling=0)
        expected = imagecodecs.jpeg8_decode((tmp_path / name).read_bytes())
        picture = read_as_described(tmp_path / name)
        got = picture.pixels[0].reshape(expected.shape)
        assert np.abs(got.astype(int) - expected.astype(int)).max() <= 2
        assert picture.channels == (3 if pixels.ndim == 3 else 1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["8-bit PNG", "16-bit PNG", "JPEG"])
def test_exif_turns_the_picture_upright(tmp_path: Path, orientation: int, form: str) -> None:
    """The table of the EXIF standard: where the stored first row and column belong."""
    upright = np.zeros((16, 32), np.uint16)
    upright[:8, :16] = 250
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: upright.T[::-1],
        7: upright.T[::-1, ::-1],
        8: upright.T[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "o.img"
    if form == "16-bit PNG":
        path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(np.stack([stored] * 3, -1))))
        raw = path.read_bytes()
        body = exif.tobytes().removeprefix(b"Exif\x00\x00")
        chunk = struct.pack(">I", len(body)) + b"eXIf" + body
        chunk += struct.pack(">I", zlib.crc32(b"eXIf" + body))
        path.write_bytes(raw[:33] + chunk + raw[33:])
    else:
        image = Image.fromarray(stored.astype(np.uint8))
        image.save(path, form.split()[-1], exif=exif, quality=95)
    pixels = read_as_described(path).pixels[0, ..., 0].astype(int)
    assert pixels.shape == (16, 32)
    assert np.abs(pixels - upright).max() < 30


def test_colours_of_print_become_rgb(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 0, 0, 0)).save(tmp_path / "c.jpg")
    picture = read_as_described(tmp_path / "c.jpg")
    assert picture.channels == 3
    assert picture.pixels.min() > 250


def test_huge_promises_are_refused_before_decoding(tmp_path: Path) -> None:
    rows = zlib.compress(b"\x00" * 100)
    for kind, depth in ((2, 8), (2, 16), (0, 1)):
        bomb = write_png(tmp_path / "b.png", 60_000, 60_000, depth, kind, rows)
        with pytest.raises(BadInput, match=r"more than [\d,]+ pixels"):
            read_picture(bomb, name="b.png")
    Image.new("RGB", (100, 100)).save(tmp_path / "ok.png")
    with pytest.raises(BadInput, match="allowed"):
        read_picture(tmp_path / "ok.png", max_bytes=1000)


def test_the_environment_sets_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (100, 100)).save(tmp_path / "ok.png")
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", "500")
    with pytest.raises(BadInput, match="PIXIMI_MAX_IMAGE_BYTES"):
        read_picture(tmp_path / "ok.png")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP"])
def test_cut_files_are_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / "cut"
    noise = RNG.integers(0, 255, (40, 40, 3), np.uint8)
    Image.fromarray(noise).save(path, form)
    raw = path.read_bytes()
    for part in (0.1, 0.5, 0.8):
        path.write_bytes(raw[: int(len(raw) * part)])
        with pytest.raises(BadInput, match="damaged or not a complete"):
            read_picture(path)
