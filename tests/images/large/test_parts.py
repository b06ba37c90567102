"""Boxes of a file are those of the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr

from piximi_core.errors import BadInput
from piximi_core.images import open_parts, read_picture
from piximi_core.images.large.parts import strips
from piximi_core.images.request import TooLarge
from tests.images.large.pictures import FILES, noise

BOXES = ((0, 0, 1, 1), (3, 5, 70, 67), (63, 31, 65, 66), (0, 10, 10_000, 12), (90, 80, 95, 10_000))


@pytest.mark.parametrize("name", FILES)
def test_boxes_of_a_tiff_are_those_of_the_whole(tmp_path: Path, name: str) -> None:
    shape, dtype, write = FILES[name]
    path = tmp_path / "large.tif"
    write(path, noise(*shape, dtype=dtype))
    whole = read_picture(path)
    with open_parts(path) as (description, parts):
        assert parts is not None
        assert (parts.planes, parts.height, parts.width, parts.channels) == whole.pixels.shape
        assert parts.dtype == whole.pixels.dtype
        assert (description.bit_depth, parts.channel_colors) == (
            whole.bit_depth,
            whole.channel_colors,
        )
        for plane in range(parts.planes):
            for x1, y1, x2, y2 in BOXES:
                expected = whole.pixels[plane, y1:y2, x1:x2]
                np.testing.assert_array_equal(parts.cut(plane, (x1, y1, x2, y2)), expected)
        for most in (1, 4000, 10**9):
            seen = np.zeros_like(whole.pixels)
            for plane, top, pixels in strips(parts, most):
                assert len(pixels) % 2 == 0 or top + len(pixels) == parts.height
                seen[plane, top : top + len(pixels)] = pixels
            np.testing.assert_array_equal(seen, whole.pixels)
        with pytest.raises(IndexError):
            parts.cut(parts.planes, (0, 0, 1, 1))


@pytest.mark.parametrize("packed", [False, True])
def test_boxes_of_a_zarr_and_the_levels_it_holds(tmp_path: Path, packed: bool) -> None:
    full = noise(2, 3, 101, 150)
    path = write_ome(tmp_path, [full, full[..., ::2, ::2], full[..., ::4, ::4]])
    if packed:
        from piximi_core.images import pack_zarr

        pack_zarr(path, tmp_path / "large.zarr.zip")
        path = tmp_path / "large.zarr.zip"
    whole = read_picture(path)
    with open_parts(path) as (_, parts):
        assert parts is not None
        for plane in range(3):
            for x1, y1, x2, y2 in BOXES:
                expected = whole.pixels[plane, y1:y2, x1:x2]
                np.testing.assert_array_equal(parts.cut(plane, (x1, y1, x2, y2)), expected)
        assert [(one.height, one.width) for one in parts.smaller] == [(51, 75), (26, 38)]
        np.testing.assert_array_equal(
            parts.smaller[1].whole(2), np.moveaxis(full[:, 2, ::4, ::4], 0, 2)
        )


def write_ome(folder: Path, levels: list[np.ndarray], paths: list[str] | None = None) -> Path:
    """Write levels ``[C, Z, Y, X]`` as an OME-Zarr; their paths may be made up."""
    path = folder / "large.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=2)
    for number, level in enumerate(levels):
        array = group.create_array(
            str(number), shape=level.shape, dtype=level.dtype, chunks=(1, 1, 32, 64)
        )
        array[...] = level
    said = paths or [str(number) for number in range(len(levels))]
    group.attrs["multiscales"] = [
        {
            "version": "0.4",
            "axes": [{"name": n} for n in "czyx"],
            "datasets": [{"path": p} for p in said],
        }
    ]
    return path


def test_levels_that_are_none_keep_nobody_from_the_picture(tmp_path: Path) -> None:
    full = noise(2, 3, 101, 150)
    levels = [full, full[:1, :, ::2, ::2], full[..., :100, :], full[..., ::2, ::2].astype("uint8")]
    path = write_ome(tmp_path, levels, ["0", "1", "../0", "/etc", "2", "gone", "3"])
    with open_parts(path) as (_, parts):
        assert parts is not None
        assert parts.smaller == ()
        np.testing.assert_array_equal(parts.whole(0), np.moveaxis(full[:, 0], 0, 2))


def test_what_cannot_be_read_in_parts_says_so(tmp_path: Path) -> None:
    path = tmp_path / "series.tif"
    tifffile.imwrite(path, noise(4, 20, 30), imagej=True, metadata={"axes": "TYX"})
    with pytest.raises(BadInput, match="time points"), open_parts(path):
        pass
    tifffile.imwrite(path, noise(6000, 6000), compression="zlib", rowsperstrip=6000)
    with open_parts(path) as (_, parts):
        assert parts is None, "one strip of 72 MB is no part"


def test_a_file_in_parts_may_be_larger_than_memory_but_not_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.tif"
    tifffile.imwrite(path, noise(1000, 1000), tile=(64, 64))
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", "1000000")
    with pytest.raises(TooLarge, match="more than the 1 MiB allowed"):
        read_picture(path)
    with open_parts(path) as (_, parts):
        assert parts is not None
        assert parts.cut(0, (990, 990, 1000, 1000)).shape == (10, 10, 1)
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", "400000")
    with pytest.raises(TooLarge), open_parts(path):
        pass


def test_a_file_that_is_cut_short_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    for how in ({}, {"tile": (64, 64), "compression": "zlib"}):
        tifffile.imwrite(path, noise(500, 500), **how)
        with path.open("r+b") as file, open_parts(path) as (_, parts):
            assert parts is not None
            file.truncate(path.stat().st_size // 2)
            with pytest.raises(BadInput, match=r"cut short|damaged"), open_parts(path):
                pass
            with pytest.raises(BadInput, match="cut short"):
                parts.cut(0, (0, 480, 500, 500))


def test_a_damaged_tile_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    tifffile.imwrite(path, noise(500, 500), tile=(64, 64), compression="zlib")
    with tifffile.TiffFile(path) as tif:
        place = tif.pages[0].dataoffsets[5]
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"nonsense" * 8)
    with pytest.raises(BadInput, match="damaged or not a complete TIFF"):
        _read_across(path)


def _read_across(path: Path) -> None:
    with open_parts(path) as (_, parts):
        assert parts is not None
        assert parts.cut(0, (0, 0, 10, 10)).shape == (10, 10, 1)
        parts.cut(0, (5 * 64, 0, 5 * 64 + 1, 1))
