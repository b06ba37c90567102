"""Pictures written as TIFF read back as the same pictures, by our reader and by tifffile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from piximi_core.formats.picture_tiff import write_picture
from piximi_core.images import Picture, PixelSize, read_picture

SHAPES = [(1, 6, 8, 1), (1, 6, 8, 3), (1, 6, 8, 4), (5, 6, 8, 1), (3, 6, 8, 2), (1, 1, 1, 1)]
TYPES = ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32"]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", TYPES)
def test_it_reads_back_the_same(tmp_path: Path, shape: tuple[int, ...], dtype: str) -> None:
    noise = np.random.default_rng(len(dtype)).normal(0, 100, shape)
    pixels = noise.astype(dtype) if dtype[0] != "u" else np.abs(noise).astype(dtype)
    depth = 32 if dtype == "float32" else 8 * pixels.itemsize
    picture = Picture(pixels, depth, PixelSize(0.25, 0.5, 2.0, "µm"))
    write_picture(picture, tmp_path / "a.tif")
    back = read_picture(tmp_path / "a.tif")
    assert np.array_equal(back.pixels, pixels)
    assert (back.pixels.dtype, back.bit_depth) == (pixels.dtype, depth)
    assert back.pixel_size == picture.pixel_size
    pages = tifffile.imread(tmp_path / "a.tif").reshape(shape[0], shape[3], *shape[1:3])
    assert np.array_equal(np.moveaxis(pages, 1, 3), pixels)


def test_equal_pictures_give_equal_bytes(tmp_path: Path) -> None:
    picture = Picture(np.arange(96, dtype=np.uint16).reshape(2, 6, 8, 1), 16)
    for name in ("a.tif", "b.tif"):
        write_picture(picture, tmp_path / name)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


@pytest.mark.parametrize("unit", ["nm", "mm", "m"])
def test_other_units_keep_their_meaning(tmp_path: Path, unit: str) -> None:
    write_picture(
        Picture(np.zeros((1, 4, 4, 1), np.uint8), 8, PixelSize(2.0, 2.0, None, unit)),
        tmp_path / "a.tif",
    )
    found = read_picture(tmp_path / "a.tif").pixel_size
    assert found is not None
    factor = {"nm": 1e-3, "mm": 1e3, "m": 1e6, "µm": 1}
    assert found.x is not None
    assert found.x * factor[found.unit] == pytest.approx(2.0 * factor[unit])
