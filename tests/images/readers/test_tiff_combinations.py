"""TIFF in the combinations that microscopes and programs write, pixel for pixel."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import ChannelsUnknown, describe, read_picture
from tests.images.agreement import read_as_described
from tests.images.readers.tiff_files import as_zhwc, values, write

RNG = np.random.default_rng(13)
SIZES = {"T": 2, "Z": 3, "C": 2, "Y": 20, "X": 18}
WHOLE_NUMBERS_ONLY = ("png", "jpegxl", "jpeg2000")
LOSSLESS = [
    (compression, kind)
    for compression in ("zlib", "lzw", "packbits", "lzma", "zstd", "lerc", *WHOLE_NUMBERS_ONLY)
    for kind in ("uint8", "uint16", "float32")
    if kind != "float32" or compression not in WHOLE_NUMBERS_ONLY
]
PREDICTED = [(1, "uint8"), (2, "uint8"), (2, "uint16"), (2, "int32"), (3, "float32")]


@pytest.mark.parametrize("layout", ["strips", "one strip", "tiles"])
@pytest.mark.parametrize(("compression", "kind"), LOSSLESS)
def test_lossless_compressions(tmp_path: Path, compression: str, layout: str, kind: str) -> None:
    data = values((33, 40), kind)
    options: dict[str, Any] = {  # type: ignore[assignment]
        "strips": {"rowsperstrip": 7},
        "one strip": {},
        "tiles": {"tile": (16, 32)},
    }[layout]
    if compression in ("jpegxl", "jpeg2000"):
        options["compressionargs"] = (
            {"lossless": True} if compression == "jpegxl" else {"reversible": True, "level": 0}
        )
    path = write(tmp_path / "c.tif", data, compression=compression, **options)
    picture = read_as_described(path)
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], data)
    assert picture.pixels.dtype == kind


@pytest.mark.parametrize(("predictor", "kind"), PREDICTED)
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_predictors(tmp_path: Path, kind: str, byteorder: Any, predictor: int) -> None:
    data = values((33, 40), kind)
    path = write(
        tmp_path / "p.tif", data, compression="zlib", predictor=predictor, byteorder=byteorder
    )
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], data)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("layout", ["strips", "tiles"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("alpha", [False, True])
def test_colour_in_every_arrangement(
    tmp_path: Path, kind: str, planar: str, layout: str, compression: Any, alpha: bool
) -> None:
    data = values((2, 33, 40, 4 if alpha else 3), kind)
    stored = data if planar == "contig" else np.moveaxis(data, 3, 1)
    options: dict[str, Any] = {"tile": (16, 32)} if layout == "tiles" else {"rowsperstrip": 7}
    if alpha:
        options["extrasamples"] = ["unassalpha"]
    path = write(
        tmp_path / "c.tif", stored, photometric="rgb", planarconfig=planar, compression=compression,
        metadata={"axes": "ZYXS" if planar == "contig" else "ZSYX"}, **options,
    )  # fmt: skip
    picture = read_as_described(path)
    np.testing.assert_array_equal(picture.pixels, data[..., :3])
    assert ("alpha channel dropped" in picture.notes) == alpha


@pytest.mark.parametrize("order", ["".join(order) for order in itertools.permutations("TZC")])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_ome_in_every_order_with_time_asked_for(
    tmp_path: Path, order: str, compression: Any
) -> None:
    axes = order + "YX"
    data = values(tuple(SIZES[letter] for letter in axes), "uint16")
    path = write(
        tmp_path / "o.ome.tif", data, metadata={"axes": axes}, compression=compression,
        photometric="minisblack",
    )  # fmt: skip
    told = describe(path)
    assert (told.frames, told.times, told.planes, told.channels) == (12, 2, 3, 2)
    for time in (1, 2):
        one = data.take(time - 1, axis=axes.index("T"))
        picture = read_as_described(path, time=time)
        np.testing.assert_array_equal(picture.pixels, as_zhwc(one, axes.replace("T", "")))


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_ome_with_colour_samples(tmp_path: Path, planar: str) -> None:
    data = values((3, 20, 18, 3), "uint8")
    stored = data if planar == "contig" else np.moveaxis(data, 3, 1)
    axes = "ZYXS" if planar == "contig" else "ZSYX"
    path = write(
        tmp_path / "o.ome.tif", stored, metadata={"axes": axes}, photometric="rgb",
        planarconfig=planar,
    )  # fmt: skip
    np.testing.assert_array_equal(read_as_described(path).pixels, data)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("axes", ["CYX", "ZYX", "TYX", "ZCYX", "TZCYX", "YXS", "ZYXS", "TZYXS"])
def test_imagej_hyperstacks(tmp_path: Path, axes: str, byteorder: Any) -> None:
    data = values(tuple({**SIZES, "S": 3}[letter] for letter in axes), "uint8")
    path = write(
        tmp_path / "ij.tif", data, imagej=True, metadata={"axes": axes}, byteorder=byteorder
    )
    expected, letters = data, axes.replace("S", "C")
    for time in (2, 1):
        if "T" in axes:
            expected, letters = data[time - 1], axes[1:].replace("S", "C")
        picture = read_as_described(path, time=time)
        np.testing.assert_array_equal(picture.pixels, as_zhwc(expected, letters))


def test_imagej_colours_of_channels(tmp_path: Path) -> None:
    tables = []
    for channel in range(2):
        table = np.zeros((3, 256), np.uint8)
        table[channel] = np.arange(256)
        tables.append(table)
    path = write(
        tmp_path / "ij.tif", values((2, 20, 18), "uint16"), imagej=True,
        metadata={"axes": "CYX", "mode": "composite", "LUTs": tables},
    )  # fmt: skip
    assert read_as_described(path).channel_colors == ("#ff0000", "#00ff00")


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("is_imagej", [False, True])
def test_an_imagej_table_of_many_colours_says_only_how_to_draw(
    tmp_path: Path, kind: str, is_imagej: bool
) -> None:
    index = values((20, 18), "uint8").astype(kind)
    table = RNG.integers(0, 65536, (3, 256 if kind == "uint8" else 65536)).astype(np.uint16)
    path = write(
        tmp_path / "p.tif", index, photometric="palette", colormap=table,
        description="ImageJ=1.53t\n" if is_imagej else None, metadata=None,
    )  # fmt: skip
    picture = read_as_described(path)
    if is_imagej:
        np.testing.assert_array_equal(picture.pixels[0, ..., 0], index)
    else:
        np.testing.assert_array_equal(picture.pixels[0], (table >> 8).T[index])


def test_a_falling_table_of_greys_is_applied(tmp_path: Path) -> None:
    index = values((20, 18), "uint8")
    table = np.repeat((np.arange(256)[::-1] * 257).astype(np.uint16)[np.newaxis], 3, axis=0)
    path = write(tmp_path / "p.tif", index, photometric="palette", colormap=table)
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], 255 - index)


@pytest.mark.parametrize("subifds", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_of_a_pyramid_the_full_level_is_read(tmp_path: Path, channels: int, subifds: bool) -> None:
    data = values((128, 96, channels), "uint8")
    options: dict[str, Any] = {"tile": (32, 32), "photometric": "rgb" if channels == 3 else None}
    path = tmp_path / "p.tif"
    with tifffile.TiffWriter(path) as writer:
        for level in range(3):
            step = 2**level
            writer.write(
                data[::step, ::step].squeeze(),
                subifds=2 if subifds and level == 0 else 0,
                subfiletype=int(level > 0),
                metadata=None,
                **options,
            )
    picture = read_as_described(path)
    np.testing.assert_array_equal(picture.pixels[0], data)
    assert picture.notes == ()


@pytest.mark.parametrize("bits", [2, 4, 10, 12])
def test_packed_bits(tmp_path: Path, bits: int) -> None:
    """Fewer than 8 bits are spread over 8, as in PNG; 9 to 15 stay as they are."""
    kind = np.uint8 if bits <= 8 else np.uint16
    data = RNG.integers(0, 2**bits, (9, 16)).astype(kind)
    path = write(tmp_path / "b.tif", data, bitspersample=bits, photometric="minisblack")
    expected = data.astype(int) * 255 // (2**bits - 1) if bits < 8 else data
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], expected)


@pytest.mark.parametrize("kind", ["float16", "float64", "int64", "uint64", "bool"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_unusual_types(tmp_path: Path, kind: str, byteorder: Any) -> None:
    data = RNG.integers(0, 2, (20, 18)).astype(kind)
    path = write(tmp_path / "u.tif", data, photometric="minisblack", byteorder=byteorder)
    expected = data * np.uint8(255) if kind == "bool" else data
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], expected)


@pytest.mark.parametrize("level", [70, 95])
@pytest.mark.parametrize("color", [False, True])
def test_jpeg_inside_agrees_with_pillow(tmp_path: Path, color: bool, level: int) -> None:
    smooth = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)
    data = np.stack([smooth, 255 - smooth, smooth // 2], axis=-1) if color else smooth
    path = write(
        tmp_path / "j.tif", data, compression="jpeg", compressionargs={"level": level},
        photometric="rgb" if color else "minisblack",
    )  # fmt: skip
    picture = read_as_described(path)
    got = picture.pixels[0] if color else picture.pixels[0, ..., 0]
    with Image.open(path) as image:
        assert np.abs(got.astype(int) - np.asarray(image)).max() <= 2
    assert np.abs(got.astype(int) - data).max() < 12


def test_frames_of_colour_in_time_are_asked_about(tmp_path: Path) -> None:
    data = values((4, 20, 18, 3), "uint8")
    path = write(tmp_path / "t.tif", data, photometric="rgb", metadata={"axes": "TYXS"})
    assert describe(path).question == "time"
    np.testing.assert_array_equal(read_as_described(path, time=3).pixels[0], data[2])
    np.testing.assert_array_equal(read_as_described(path, time="planes").pixels, data)


def test_axes_without_a_place_become_frames(tmp_path: Path) -> None:
    data = values((3, 2, 20, 18), "uint8")
    path = write(tmp_path / "q.tif", data, metadata={"axes": "RCYX"}, photometric="minisblack")
    with pytest.raises(ChannelsUnknown, match="6 frames"):
        read_picture(path)
    picture = read_as_described(path, channels=2)
    np.testing.assert_array_equal(picture.pixels, np.moveaxis(data, 1, 3))


def test_a_description_needs_no_pixels(tmp_path: Path) -> None:
    """The strips are overwritten with rubbish: only reading notices."""
    path = write(tmp_path / "d.tif", values((64, 64), "uint16"), compression="zlib")
    with tifffile.TiffFile(path) as tif:
        offset, count = tif.pages.first.dataoffsets[0], tif.pages.first.databytecounts[0]
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * count)
    assert (describe(path).height, describe(path).bit_depth) == (64, 16)
    with pytest.raises(BadInput, match="damaged"):
        read_picture(path)
