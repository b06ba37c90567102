"""Palettes, print colours and moving pictures, against imagecodecs and what was written."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import describe, read_picture
from tests.images.agreement import read_as_described

RNG = np.random.default_rng(21)
RAMP = np.arange(256, dtype=np.uint8)


def indexed(table: Any, size: tuple[int, int] = (9, 12)) -> Image.Image:
    """Return an image of random indices into a palette ``[entries, 3]``."""
    image = Image.fromarray(RNG.integers(0, len(table), size, np.uint8)).convert("L")
    image = Image.frombytes("P", image.size, image.tobytes())
    image.putpalette(np.asarray(table, np.uint8).tobytes())
    return image


@pytest.mark.parametrize("form", ["PNG", "BMP", "GIF"])
@pytest.mark.parametrize("entries", [2, 4, 16, 256])
def test_a_palette_of_greys_is_one_channel(tmp_path: Path, form: str, entries: int) -> None:
    greys = RNG.permutation(256)[:entries]
    image = indexed(np.repeat(greys[:, np.newaxis], 3, axis=1))
    image.save(tmp_path / "p", form)
    picture = read_as_described(tmp_path / "p")
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], greys[np.asarray(image)])
    assert picture.channels == 1


@pytest.mark.parametrize("form", ["PNG", "BMP"])
@pytest.mark.parametrize("color", ["#ff0000", "#00ff00", "#ff00ff", "#ff8000"])
def test_a_ramp_of_one_colour_is_one_channel_of_that_colour(
    tmp_path: Path, form: str, color: str
) -> None:
    shares = np.array(list(bytes.fromhex(color[1:]))) / 255
    image = indexed(np.rint(np.outer(RAMP, shares)))
    image.save(tmp_path / "p", form)
    picture = read_as_described(tmp_path / "p")
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], np.asarray(image))
    assert picture.channel_colors == (color,)


@pytest.mark.parametrize("form", ["PNG", "BMP", "GIF"])
@pytest.mark.parametrize("entries", [2, 16, 200])
def test_other_palettes_become_rgb(tmp_path: Path, form: str, entries: int) -> None:
    table = RNG.integers(0, 256, (entries, 3))
    table[0] = (0, 200, 10)
    image = indexed(table)
    image.save(tmp_path / "p", form)
    picture = read_as_described(tmp_path / "p")
    np.testing.assert_array_equal(picture.pixels[0], table[np.asarray(image)])
    assert "palette turned into RGB" in picture.notes


def test_a_palette_of_two_colours_is_a_drawing_not_an_intensity(tmp_path: Path) -> None:
    indexed([[0, 0, 0], [255, 0, 0]]).save(tmp_path / "p.png")
    assert read_as_described(tmp_path / "p.png").channels == 3


@pytest.mark.parametrize("stored", ["CMYK", "YCCK"])
def test_jpegs_of_four_inks(tmp_path: Path, stored: str) -> None:
    """imagecodecs gives the inks; Adobe's files keep them inverted."""
    inks = np.empty((16, 24, 4), np.uint8)
    inks[:, :12], inks[:, 12:] = (200, 40, 90, 30), (30, 160, 220, 60)
    raw = imagecodecs.jpeg8_encode(inks, level=98, colorspace="CMYK", outcolorspace=stored)
    assert b"Adobe" in raw[:64]
    (tmp_path / "k.jpg").write_bytes(raw)
    decoded = imagecodecs.jpeg8_decode(raw, outcolorspace="CMYK").astype(float)
    expected = decoded[..., :3] * decoded[..., 3:] / 255
    picture = read_as_described(tmp_path / "k.jpg")
    assert np.abs(picture.pixels[0] - expected).max() <= 3
    assert "CMYK colours turned into RGB" in picture.notes


def frames_of(channels: int, count: int = 4) -> list[Any]:
    """Return frames that no writer merges, as they all differ."""
    shape = (9, 12) if channels == 1 else (9, 12, channels)
    return [RNG.integers(0, 256, shape, np.uint8) for _ in range(count)]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_the_frames_of_a_moving_picture_become_planes(
    tmp_path: Path, form: str, channels: int
) -> None:
    frames = frames_of(channels)
    if form == "GIF" and channels == 3:
        frames = [frame // 128 * 255 for frame in frames]  # 8 colours: nothing to approximate
    images = [Image.fromarray(frame) for frame in frames]
    options = {"lossless": True, "exact": True} if form == "WEBP" else {}
    images[0].save(
        tmp_path / "m", form, save_all=True, append_images=images[1:], duration=40, **options
    )
    picture = read_as_described(tmp_path / "m")
    expected = np.stack(frames)
    if form == "WEBP" and channels == 1:
        expected = np.repeat(expected[..., np.newaxis], 3, axis=3)  # WebP knows no grey
    np.testing.assert_array_equal(picture.pixels, expected.reshape(4, 9, 12, -1))
    assert "4 frames taken as planes" in picture.notes
    if form == "GIF":
        other = imagecodecs.gif_decode((tmp_path / "m").read_bytes())
        np.testing.assert_array_equal(picture.pixels, other[..., : picture.channels])


def test_one_coloured_frame_makes_a_gif_coloured(tmp_path: Path) -> None:
    grey = indexed(np.repeat(RAMP[:, np.newaxis], 3, axis=1))
    drawn = indexed(RNG.integers(0, 256, (256, 3)))
    grey.save(tmp_path / "m.gif", save_all=True, append_images=[drawn], duration=40)
    picture = read_as_described(tmp_path / "m.gif")
    assert (picture.planes, picture.channels) == (2, 3)
    np.testing.assert_array_equal(picture.pixels[1], np.asarray(drawn.convert("RGB")))


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("alpha", [False, True])
def test_webp_agrees_with_another_decoder(tmp_path: Path, lossless: bool, alpha: bool) -> None:
    smooth = np.add.outer(np.arange(24), np.arange(32)).astype(np.uint8) * 4
    bands = [smooth, 255 - smooth, smooth // 2] + [np.full_like(smooth, 255)] * alpha
    Image.fromarray(np.stack(bands, -1)).save(tmp_path / "w.webp", lossless=lossless, quality=90)
    picture = read_as_described(tmp_path / "w.webp")
    expected = imagecodecs.webp_decode((tmp_path / "w.webp").read_bytes())[..., :3]
    np.testing.assert_array_equal(picture.pixels[0], expected)


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("kind", ["grey", "palette"])
def test_png_of_few_bits_agrees_with_another_decoder(tmp_path: Path, depth: int, kind: str) -> None:
    width, height = 24, 9
    rows = b"".join(b"\x00" + RNG.bytes(width * depth // 8) for _ in range(height))
    table = RNG.integers(0, 256, (2**depth, 3), np.uint8).tobytes()

    def chunk(tag: bytes, body: bytes) -> bytes:
        check = zlib.crc32(tag + body)
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", check)

    color_type = 3 if kind == "palette" else 0
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    raw += chunk(b"PLTE", table) if kind == "palette" else b""
    raw += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "p.png").write_bytes(raw)
    expected = imagecodecs.png_decode(raw)
    picture = read_as_described(tmp_path / "p.png")
    np.testing.assert_array_equal(picture.pixels[0].reshape(expected.shape), expected)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_was_transparent_is_said(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(RNG.integers(0, 256, (9, 12, 4), np.uint8)).convert(mode)
    image.save(tmp_path / "a.png", **({"transparency": 1} if mode == "P" else {}))  # type: ignore[arg-type]
    notes = read_as_described(tmp_path / "a.png").notes
    assert {"alpha channel dropped", "transparency dropped"} & set(notes)


@pytest.mark.parametrize("bits", ["RGB", "RGBA"])
def test_bmp_of_three_and_four_bytes(tmp_path: Path, bits: str) -> None:
    pixels = RNG.integers(0, 256, (9, 12, len(bits)), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "b.bmp")
    np.testing.assert_array_equal(read_as_described(tmp_path / "b.bmp").pixels[0], pixels[..., :3])


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
def test_damaged_exif_is_no_reason_to_refuse(tmp_path: Path) -> None:
    image = Image.fromarray(RNG.integers(0, 256, (9, 12), np.uint8))
    for form in ("PNG", "JPEG", "WEBP"):
        image.save(tmp_path / "e", form, exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
        assert read_as_described(tmp_path / "e").height == 9


def test_exif_behind_the_pixels_turns_a_png(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (9, 12), np.uint8)).save(buffer, "PNG")
    exif = Image.Exif()
    exif[0x0112] = 6
    body = exif.tobytes().removeprefix(b"Exif\x00\x00")
    raw = buffer.getvalue()
    chunk = struct.pack(">I", len(body)) + b"eXIf" + body
    chunk += struct.pack(">I", zlib.crc32(b"eXIf" + body))
    (tmp_path / "e.png").write_bytes(raw[:-12] + chunk + raw[-12:])
    picture = read_as_described(tmp_path / "e.png")
    assert (picture.height, picture.width) == (12, 9)


def test_many_frames_count_together(tmp_path: Path) -> None:
    frames = [Image.fromarray(frame) for frame in frames_of(1, 30)]
    frames[0].save(tmp_path / "m.gif", save_all=True, append_images=frames[1:], duration=40)
    with pytest.raises(BadInput, match="allowed"):
        describe(tmp_path / "m.gif", max_bytes=4000)
    assert read_picture(tmp_path / "m.gif").planes == 30


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_cut_moving_pictures_are_refused_or_whole(tmp_path: Path, form: str) -> None:
    frames = [Image.fromarray(frame) for frame in frames_of(3)]
    path = tmp_path / "m"
    frames[0].save(path, form, save_all=True, append_images=frames[1:], duration=40)
    raw = path.read_bytes()
    for part in (0.05, 0.3, 0.6):
        path.write_bytes(raw[: int(len(raw) * part)])
        with pytest.raises(BadInput, match=r"^'m' is damaged"):
            read_picture(path)
