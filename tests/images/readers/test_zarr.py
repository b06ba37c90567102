"""Zarr and OME-Zarr, written by zarr's own library, in folders and zips."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from numcodecs import Blosc, Delta, GZip, Zstd
from zarr.codecs import BloscCodec

from piximi_core.errors import BadInput
from piximi_core.images import (
    ChannelsUnknown,
    TimeUnknown,
    describe,
    extension_for,
    is_image_zip,
    is_zarr_folder,
    pack_zarr,
    read_picture,
)
from tests.images.agreement import read_as_described

RNG = np.random.default_rng(11)
SIZES = {"t": 2, "c": 3, "z": 4, "y": 9, "x": 7}


def values(axes: str, kind: str = "uint16") -> Any:
    shape = [SIZES[letter] for letter in axes]
    return RNG.integers(0, 120, shape).astype(kind)


def as_zhwc(data: Any, axes: str) -> Any:
    for letter in "zc":
        if letter not in axes:
            data, axes = data[np.newaxis], letter + axes
    return data.transpose([axes.index(letter) for letter in "zyxc"])


def write_array(folder: Path, data: Any, version: int, **options: Any) -> Path:
    chunks = tuple(max(1, length // 2) for length in data.shape)
    array = zarr.create_array(
        folder,
        shape=data.shape,
        dtype=data.dtype,
        chunks=chunks,
        zarr_format=version,  # type: ignore[arg-type]
        **options,
    )
    array[...] = data
    return folder


def write_ome(
    folder: Path, data: Any, axes: str, version: int, level: str = "0", **more: Any
) -> Path:
    """Write a two-level OME-Zarr image: 0.4 in version 2, 0.5 in version 3."""
    group = zarr.create_group(folder, zarr_format=version)  # type: ignore[arg-type]
    small = data[tuple(slice(None, None, 2 if letter in "yx" else 1) for letter in axes)]
    for name, level_data in ((level, data), (f"{level}1", small)):
        array = group.create_array(name, shape=level_data.shape, dtype=data.dtype)
        array[...] = level_data
    kinds = {"t": "time", "c": "channel"}
    named = [{"name": letter, "type": kinds.get(letter, "space")} for letter in axes]
    for axis in named:
        if axis["type"] == "space":
            axis["unit"] = "micrometer"
    scale = [{"z": 2.0, "y": 0.5, "x": 0.25}.get(letter, 1.0) for letter in axes]
    datasets = [
        {"path": path, "coordinateTransformations": [{"type": "scale", "scale": scale}]}
        for path in (level, f"{level}1")
    ]
    ome = {"multiscales": [{"version": "0.4", "axes": named, "datasets": datasets}], **more}
    group.attrs.update({"ome": {"version": "0.5", **ome}} if version == 3 else ome)
    return folder


def zipped(folder: Path, target: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, prefix + path.relative_to(folder).as_posix())
    return target


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    "axes", ["yx", "cyx", "zyx", "yxc", "czyx", "zcyx", "tczyx", "tyx", "xy", "zyxc"]
)
def test_ome_axes_in_any_order(tmp_path: Path, axes: str, version: int) -> None:
    data = values(axes)
    path = write_ome(tmp_path / "a.zarr", data, axes, version)
    if "t" not in axes:
        picture = read_as_described(path)
        np.testing.assert_array_equal(picture.pixels, as_zhwc(data, axes))
    else:
        with pytest.raises(TimeUnknown, match="2 time points"):
            read_picture(path)
        picture = read_as_described(path, time=2)
        np.testing.assert_array_equal(picture.pixels, as_zhwc(data[1], axes[1:]))
    size = picture.pixel_size
    assert size is not None
    z = 2.0 if "z" in axes else None
    assert (size.x, size.y, size.z, size.unit) == (0.25, 0.5, z, "µm")
    assert describe(path).format == "OME-Zarr"


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    "kind", ["bool", "u1", "i1", "<u2", ">u2", "<i2", "<u4", ">i4", "f2", "<f4", ">f4", "<f8"]
)
def test_every_type(tmp_path: Path, kind: str, version: int) -> None:
    data = values("yx", kind) if kind != "bool" else values("yx") > 60
    path = write_array(tmp_path / "a.zarr", data, version)
    picture = read_as_described(path)
    expected = data * np.uint8(255) if kind == "bool" else data
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], expected)


@pytest.mark.parametrize(
    "compressors", [None, Blosc("lz4"), Blosc("zstd", shuffle=2), Zstd(3), GZip(1)]
)
def test_packings_of_version_2(tmp_path: Path, compressors: Any) -> None:
    data = values("yx")
    filters = [Delta("<u2")] if compressors is not None else None
    path = write_array(tmp_path / "a", data, 2, compressors=compressors, filters=filters)
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], data)


@pytest.mark.parametrize("name", ["blosc", "gzip", "zstd", "none", "sharding"])
def test_packings_of_version_3(tmp_path: Path, name: str) -> None:
    data = values("yx")
    options: dict[str, Any] = {"none": {"compressors": None}, "sharding": {"shards": (8, 6)}}.get(  # type: ignore[assignment]
        name, {"compressors": {"name": name, "configuration": {}}}
    )
    if name == "blosc":
        options = {"compressors": BloscCodec()}
    path = write_array(tmp_path / "a", data, 3, **options)
    np.testing.assert_array_equal(read_as_described(path).pixels[0, ..., 0], data)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("prefix", ["", "deep/cells.zarr/"])
def test_a_zip_reads_as_its_folder(tmp_path: Path, version: int, prefix: str) -> None:
    data = values("zcyx")
    folder = write_ome(tmp_path / "a.zarr", data, "zcyx", version)
    path = zipped(folder, tmp_path / "a.zip", prefix)
    assert (extension_for(path), is_image_zip(path)) == ("zarr.zip", True)
    np.testing.assert_array_equal(read_as_described(path).pixels, as_zhwc(data, "zcyx"))


def test_a_packed_folder_always_has_the_same_bytes(tmp_path: Path) -> None:
    data = values("cyx")
    folder = write_ome(tmp_path / "a.zarr", data, "cyx", 2)
    assert is_zarr_folder(folder)
    assert not is_zarr_folder(tmp_path)
    pack_zarr(folder, tmp_path / "1.zip")
    for path in folder.rglob("*"):
        path.touch()
    pack_zarr(folder, tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    np.testing.assert_array_equal(
        read_as_described(tmp_path / "1.zip").pixels, read_picture(folder).pixels
    )


@pytest.mark.parametrize("version", [2, 3])
def test_a_lone_array_says_its_axes_or_is_asked(tmp_path: Path, version: int) -> None:
    data = values("zyx")
    silent = write_array(tmp_path / "s", data, version)
    with pytest.raises(ChannelsUnknown, match="4 frames"):
        read_picture(silent)
    got = read_as_described(silent, channels=2).pixels
    np.testing.assert_array_equal(got[1, ..., 1], data[3])
    told = write_array(tmp_path / "t", data, version)
    if version == 2:
        (told / ".zattrs").write_text(json.dumps({"_ARRAY_DIMENSIONS": ["z", "y", "x"]}))
    else:
        document = json.loads((told / "zarr.json").read_text())
        document["dimension_names"] = ["z", "y", "x"]
        (told / "zarr.json").write_text(json.dumps(document))
    np.testing.assert_array_equal(read_as_described(told).pixels[..., 0], data)


@pytest.mark.parametrize("version", [2, 3])
def test_colours_and_windows_are_kept(tmp_path: Path, version: int) -> None:
    channels = [
        {"color": color, "window": {"start": 1, "end": 90}}
        for color in ("FF0000", "00ff00", "0000FF")
    ]
    path = write_ome(
        tmp_path / "a.zarr", values("cyx"), "cyx", version, omero={"channels": channels}
    )
    picture = read_as_described(path)
    assert picture.channel_colors == ("#ff0000", "#00ff00", "#0000ff")
    assert picture.window == ((1.0, 90.0),) * 3


def test_the_layout_of_bioformats2raw(tmp_path: Path) -> None:
    top = tmp_path / "a.zarr"
    group = zarr.create_group(top, zarr_format=2)
    group.attrs.update({"bioformats2raw.layout": 3})
    data = values("cyx")
    write_ome(top / "0", data, "cyx", 2)
    np.testing.assert_array_equal(read_as_described(top).pixels, as_zhwc(data, "cyx"))


def test_what_is_no_single_image_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "group"
    zarr.create_group(empty, zarr_format=2)
    with pytest.raises(BadInput, match="'group' is a Zarr group without an image"):
        read_picture(empty)
    plate = tmp_path / "plate"
    zarr.create_group(plate, zarr_format=3, attributes={"ome": {"plate": {}}})
    with pytest.raises(BadInput, match="is a plate with many images"):
        read_picture(plate)


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * 126)
    folder = write_array(tmp_path / "a.zarr", values("yx", "u1"), 2)
    chunk = next(path for path in folder.iterdir() if path.name[0].isdigit())
    chunk.unlink()
    chunk.symlink_to(secret)
    with pytest.raises(BadInput, match="holds links"):
        read_picture(folder)
    with pytest.raises(BadInput, match="holds links"):
        pack_zarr(folder, tmp_path / "p.zip")


def test_an_image_cannot_point_outside_itself(tmp_path: Path) -> None:
    write_array(tmp_path / "secret", values("yx"), 2)
    folder = write_ome(tmp_path / "a.zarr", values("yx"), "yx", 2)
    attributes = json.loads((folder / ".zattrs").read_text())
    for path in ("../secret", "/etc"):
        attributes["multiscales"][0]["datasets"][0]["path"] = path
        (folder / ".zattrs").write_text(json.dumps(attributes))
        with pytest.raises(BadInput, match="outside itself"):
            read_picture(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"compressor": {"id": "pickle"}}, "packed with 'pickle'"),
        ({"filters": [{"id": "pickle"}]}, "packed with 'pickle'"),
        ({"filters": [{"id": "json2"}]}, "packed with 'json2'"),
        ({"dtype": "|O"}, "does not store numbers"),
        ({"dtype": [["a", "<u1"]]}, "does not hold plain numbers"),
        ({"shape": [2**40, 2**40]}, "memory"),
        ({"chunks": [2**40, 2**40]}, "memory"),
        ({"chunks": [0, 0]}, "no pixels"),
        ({"shape": []}, "damaged"),
        ({"shape": "x"}, "damaged"),
        ({"compressor": 5}, "damaged"),
    ],
)
def test_hostile_metadata(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    folder = write_array(tmp_path / "a.zarr", values("yx"), 2)
    document = json.loads((folder / ".zarray").read_text())
    (folder / ".zarray").write_text(json.dumps({**document, **change}))
    for path in (folder, zipped(folder, tmp_path / "a.zip")):
        with pytest.raises(BadInput, match=words):
            read_picture(path)


@pytest.mark.parametrize("version", [2, 3])
def test_broken_chunks_and_documents(tmp_path: Path, version: int) -> None:
    folder = write_array(tmp_path / "a.zarr", values("yx"), version)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            path.write_bytes(raw[: len(raw) // 2])
            with pytest.raises(BadInput, match=r"^'a\.zarr' is damaged"):
                read_picture(folder)
            path.write_bytes(raw)
    assert read_picture(folder).planes == 1
