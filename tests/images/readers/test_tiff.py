"""TIFF in many forms, written by tifffile or by hand, compared pixel for pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import ChannelsUnknown, TimeUnknown, describe, read_picture
from tests.images.readers.tiff_files import as_zhwc, values, write

RNG = np.random.default_rng(7)
TYPES = ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32"]
SIZES = {"Z": 3, "C": 2, "Y": 5, "X": 4}


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(TYPES),
    axes=st.sampled_from(["YX", "ZYX", "CYX", "ZCYX", "CZYX"]),
    byteorder=st.sampled_from("<>"),
    compression=st.sampled_from([None, "zlib", "lzw"]),
    tile=st.sampled_from([None, (16, 16)]),
    big=st.booleans(),
    ome=st.booleans(),
)
def test_declared_axes_in_any_order(
    tmp_path: Path, kind: str, axes: str, byteorder: Any, ome: bool, big: bool, **options: Any
) -> None:
    data = values(tuple(SIZES[letter] for letter in axes), kind)
    path = tmp_path / ("a.ome.tif" if ome else "a.tif")
    write(
        path, data, metadata={"axes": axes}, byteorder=byteorder, bigtiff=big, ome=ome,
        photometric="minisblack", **options,
    )  # fmt: skip
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, as_zhwc(data, axes))
    assert picture.pixels.dtype == np.dtype(kind)
    assert picture.bit_depth == 8 * np.dtype(kind).itemsize
    assert (picture.is_signed, picture.is_float) == (kind[0] == "i", kind[0] == "f")


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("axes", ["ZYX", "CYX", "ZCYX"])
def test_imagej_stacks(tmp_path: Path, kind: str, axes: str) -> None:
    data = values(tuple(SIZES[letter] for letter in axes), kind)
    meta = {"axes": axes, "unit": "um", "spacing": 0.5}
    path = write(tmp_path / "ij.tif", data, imagej=True, resolution=(4.0, 2.0), metadata=meta)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, as_zhwc(data, axes))
    size = picture.pixel_size
    assert size is not None
    assert (size.x, size.y, size.z, size.unit) == (0.25, 0.5, 0.5, "µm")


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("samples", [3, 4])
def test_colour_samples(tmp_path: Path, kind: str, planar: str, samples: int) -> None:
    data = values((5, 4, samples), kind)
    stored = data if planar == "contig" else np.moveaxis(data, 2, 0)
    path = write(tmp_path / "c.tif", stored, photometric="rgb", planarconfig=planar)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[0], data[..., :3])
    assert ("alpha channel dropped" in picture.notes) == (samples == 4)


def test_samples_that_are_not_alpha_are_channels(tmp_path: Path) -> None:
    data = values((5, 4, 2), "uint16")
    path = write(
        tmp_path / "two.tif", data, photometric="minisblack", planarconfig="contig",
        extrasamples=["unspecified"],
    )  # fmt: skip
    np.testing.assert_array_equal(read_picture(path).pixels[0], data)


def test_a_stack_of_colour_planes(tmp_path: Path) -> None:
    data = values((3, 5, 4, 3), "uint8")
    declared = write(tmp_path / "z.tif", data, photometric="rgb", metadata={"axes": "ZYXS"})
    np.testing.assert_array_equal(read_picture(declared).pixels, data)
    silent = write(tmp_path / "q.tif", data, photometric="rgb", metadata=None)
    picture = read_picture(silent)
    np.testing.assert_array_equal(picture.pixels, data)
    assert any("taken as planes" in note for note in picture.notes)


@pytest.mark.parametrize("metadata", [None, {}])
def test_undeclared_pages_need_a_channel_count(tmp_path: Path, metadata: Any) -> None:
    data = values((6, 5, 4), "uint16")
    path = write(tmp_path / "s.tif", data, metadata=metadata, photometric="minisblack")
    with pytest.raises(ChannelsUnknown, match="say how many") as caught:
        read_picture(path)
    assert caught.value.frames == 6
    split = read_picture(path, channels=2).pixels
    assert split.shape == (3, 5, 4, 2)
    for plane in range(3):
        for channel in range(2):
            np.testing.assert_array_equal(split[plane, ..., channel], data[2 * plane + channel])
    with pytest.raises(BadInput, match="6 frames, which cannot be split into 4"):
        read_picture(path, channels=4)
    with pytest.raises(BadInput, match="0 channels"):
        read_picture(path, channels=0)


def test_pages_written_one_after_the_other_by_pillow(tmp_path: Path) -> None:
    pages = [Image.fromarray(values((5, 4), "uint8")) for _ in range(3)]
    path = tmp_path / "p.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    with pytest.raises(ChannelsUnknown):
        read_picture(path)
    got = read_picture(path, channels=3).pixels
    np.testing.assert_array_equal(got[0], np.stack([np.asarray(page) for page in pages], -1))


@pytest.mark.parametrize(("imagej", "compression"), [(True, None), (False, None), (False, "zlib")])
@pytest.mark.parametrize("axes", ["TYX", "TCYX", "TZCYX"])
def test_a_time_point_has_to_be_asked_for(
    tmp_path: Path, axes: str, imagej: bool, compression: Any
) -> None:
    data = values(tuple({"T": 4, **SIZES}[letter] for letter in axes), "uint16")
    path = write(
        tmp_path / "t.tif", data, imagej=imagej, ome=not imagej, compression=compression,
        metadata={"axes": axes}, photometric="minisblack",
    )  # fmt: skip
    assert (describe(path).times, describe(path).question) == (4, "time")
    with pytest.raises(TimeUnknown, match="4 time points") as caught:
        read_picture(path, channels=1)
    assert caught.value.times == 4
    for time in range(1, 5):
        picture = read_picture(path, time=time)
        np.testing.assert_array_equal(picture.pixels, as_zhwc(data[time - 1], axes[1:]))
    every = [as_zhwc(one, axes[1:]) for one in data]
    np.testing.assert_array_equal(read_picture(path, time="planes").pixels, np.concatenate(every))
    for wrong in (0, 5, -1):
        with pytest.raises(BadInput, match="from 1 to 4"):
            read_picture(path, time=wrong)


def test_one_time_point_may_fit_where_all_do_not(tmp_path: Path) -> None:
    data = values((50, 20, 20), "uint16")
    path = write(tmp_path / "t.tif", data, imagej=True, metadata={"axes": "TYX"})
    assert read_picture(path, time=50, max_bytes=5000).pixels.tobytes() == data[49].tobytes()
    with pytest.raises(BadInput, match="allowed"):
        read_picture(path, time="planes", max_bytes=5000)


def test_a_one_colour_table_is_one_channel_and_others_become_rgb(tmp_path: Path) -> None:
    index = values((5, 4), "uint8")
    ramp = np.zeros((3, 256), np.uint16)
    ramp[1] = np.arange(256) * 257
    green = read_picture(write(tmp_path / "g.tif", index, photometric="palette", colormap=ramp))
    np.testing.assert_array_equal(green.pixels[0, ..., 0], index)
    assert green.channels == 1
    assert green.channel_colors == ("#00ff00",)
    table = RNG.integers(0, 256, (3, 256)).astype(np.uint16) * 257
    path = write(tmp_path / "p.tif", index, photometric="palette", colormap=table)
    np.testing.assert_array_equal(
        read_picture(path).pixels[0], np.asarray(Image.open(path).convert("RGB"))
    )


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_white_is_zero_is_turned_around(tmp_path: Path, kind: str) -> None:
    data = values((5, 4), kind)
    path = write(tmp_path / "w.tif", data, photometric="miniswhite")
    np.testing.assert_array_equal(read_picture(path).pixels[0, ..., 0], np.iinfo(kind).max - data)


def test_one_bit_becomes_0_and_255(tmp_path: Path) -> None:
    mask = RNG.integers(0, 2, (9, 13)).astype(bool)
    path = write(tmp_path / "b.tif", mask, photometric="minisblack")
    np.testing.assert_array_equal(read_picture(path).pixels[0, ..., 0], mask * np.uint8(255))


@pytest.mark.parametrize("kind", ["float16", "float64", "uint64", "int64"])
def test_wider_numbers_are_narrowed_where_they_fit(tmp_path: Path, kind: str) -> None:
    data = RNG.integers(0, 1000, (5, 4)).astype(kind)
    picture = read_picture(write(tmp_path / "n.tif", data, photometric="minisblack"))
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], data)
    assert picture.pixels.dtype.itemsize == 4


def test_numbers_without_a_place_are_refused(tmp_path: Path) -> None:
    huge = np.full((5, 4), 2**40, np.uint64)
    with pytest.raises(BadInput, match="beyond 32 bits"):
        read_picture(write(tmp_path / "h.tif", huge, photometric="minisblack"))
    with pytest.raises(BadInput, match="complex"):
        read_picture(write(tmp_path / "c.tif", huge.astype(np.complex64)))
    lab = values((5, 4, 3), "uint8")
    with pytest.raises(BadInput, match="colours for print"):
        read_picture(write(tmp_path / "k.tif", lab, photometric="cielab"))


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_print_colours_become_rgb_as_pillow_does_it(tmp_path: Path, kind: str) -> None:
    eight = values((5, 4, 4), "uint8")
    data = eight.astype(kind) * (257 if kind == "uint16" else 1)
    picture = read_picture(write(tmp_path / "k.tif", data, photometric="separated"))
    pillow = np.asarray(Image.fromarray(eight, "CMYK").convert("RGB")).astype(float)
    got = picture.pixels[0] / (257 if kind == "uint16" else 1)
    assert np.abs(got - pillow).max() <= 1
    assert (picture.channels, picture.notes) == (3, ("print colours (CMYK) turned into RGB",))


def test_nan_is_kept(tmp_path: Path) -> None:
    data = np.array([[np.nan, 1.5], [np.inf, -2.0]], np.float32)
    picture = read_picture(write(tmp_path / "n.tif", data))
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], data)


def test_ome_states_size_and_colours(tmp_path: Path) -> None:
    metadata = {
        "axes": "CYX",
        "PhysicalSizeX": 0.5,
        "PhysicalSizeXUnit": "µm",
        "PhysicalSizeY": 0.25,
        "PhysicalSizeYUnit": "µm",
        "Channel": {"Name": ["a", "b"], "Color": [-16776961, 16711935]},
    }
    path = write(
        tmp_path / "o.ome.tif",
        values((2, 5, 4), "uint8"),
        metadata=metadata,
        photometric="minisblack",
    )
    picture = read_picture(path)
    assert picture.pixel_size is not None
    assert (picture.pixel_size.x, picture.pixel_size.y) == (0.5, 0.25)
    assert picture.channel_colors == ("#ff0000", "#00ff00")


@pytest.mark.parametrize(
    ("resolution", "unit", "expected"),
    [
        ((20_000, 10_000), "centimeter", (0.5, 1.0)),
        ((50_800, 50_800), "inch", (0.5, 0.5)),
        ((72, 72), "inch", None),
        ((300, 300), "inch", None),
        ((1, 1), "none", None),
    ],
)
def test_resolution_counts_unless_it_is_a_printer_s(
    tmp_path: Path, resolution: Any, unit: str, expected: Any
) -> None:
    data = values((5, 4), "uint8")
    path = write(
        tmp_path / "r.tif", data, resolution=resolution, resolutionunit=unit, metadata=None
    )
    size = read_picture(path).pixel_size
    assert (None if size is None else (size.x, size.y)) == expected


def test_an_ome_file_cannot_pull_in_other_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ome.tif"
    write(secret, values((2, 5, 4), "uint8"), metadata={"axes": "ZYX"}, photometric="minisblack")
    with tifffile.TiffFile(secret) as tif:
        xml = tif.ome_metadata
        uid = tif.pages.first.description.split('UUID="')[1].split('"')[0]
    assert xml is not None
    folder = tmp_path / "in"
    folder.mkdir()
    ours = "urn:uuid:00000000-0000-0000-0000-000000000001"
    data_block = "".join(
        f'<TiffData IFD="0" FirstZ="{z}" PlaneCount="1"><UUID FileName="{name}">{one}</UUID>'
        "</TiffData>"
        for z, (name, one) in enumerate([("x.ome.tif", ours), ("../secret.ome.tif", uid)])
    )
    start, end = xml.index("<TiffData"), xml.index("</Pixels>")
    hostile = (xml[:start] + data_block + xml[end:]).replace(uid, ours, 1)
    path = folder / "x.ome.tif"
    write(path, values((5, 4), "uint8"), description=hostile.encode(), metadata=None)
    with pytest.raises(BadInput, match="in other files"):
        read_picture(path)
    assert read_picture(path, channels=1).pixels.shape == (1, 5, 4, 1)


def test_further_images_in_the_file_are_mentioned(tmp_path: Path) -> None:
    path = tmp_path / "m.tif"
    with tifffile.TiffWriter(path) as writer:
        for shape in ((8, 9), (5, 4)):
            writer.write(values(shape, "uint8"), metadata=None, photometric="minisblack")
    picture = read_picture(path)
    assert picture.pixels.shape == (1, 8, 9, 1)
    assert any("first of 2 images" in note for note in picture.notes)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("imagej", [False, True])
def test_cut_files_are_refused(tmp_path: Path, compression: Any, imagej: bool) -> None:
    data = values((3, 64, 64), "uint16")
    options = {"imagej": True} if imagej else {"compression": compression}
    path = write(
        tmp_path / "c.tif", data, metadata={"axes": "ZYX"}, photometric="minisblack", **options
    )
    raw = path.read_bytes()
    for part in (0.05, 0.5, 0.9):
        path.write_bytes(raw[: int(len(raw) * part)])
        with pytest.raises(BadInput, match=r"'c\.tif' is (cut short|damaged|a TIFF without)"):
            read_picture(path)


def test_absurd_tags_are_refused_before_decoding(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", values((5, 4), "uint8"), photometric="minisblack")
    for tag, value in ((256, 2**31 - 1), (257, 2**31 - 1), (277, 60_000)):
        write(path, values((5, 4), "uint8"), photometric="minisblack")
        with tifffile.TiffFile(path, mode="r+") as tif:
            tif.pages.first.tags[tag].overwrite(value)
        with pytest.raises(BadInput):
            read_picture(path)
