"""The eight files of Piximi's own tests, each against a reader that is not ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image

from piximi_core.images import describe
from tests.images.agreement import read_as_described

TIFFS = {
    "16b_1c_fluorescence.tif": ((1, 384, 384, 1), "uint16", None),
    "16b_3c_nueron-composite.tif": ((1, 512, 512, 3), "uint16", None),
    "8b_1c_confocal-series_LUT.tif": ((1, 400, 400, 1), "uint8", "#ff0000"),
    "8b_2c_actin-nuclei.tif": ((1, 450, 450, 2), "uint8", None),
    "8b_rgb_FluorescentCells.tif": ((1, 512, 512, 3), "uint8", None),
    "9z_1c_8b_shorter_3d_monolayer_xy1_ch0.tif": ((9, 256, 256, 1), "uint8", None),
}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "piximi/images"


@pytest.mark.parametrize("name", TIFFS)
def test_tiff_against_pillow(folder: Path, name: str) -> None:
    """Pillow reads these frames rightly, one by one; what they are comes from the shape."""
    shape, kind, color = TIFFS[name]
    picture = read_as_described(folder / name)
    assert (picture.pixels.shape, picture.pixels.dtype) == (shape, kind)
    assert picture.channel_colors == ((color,) if color else None)
    with Image.open(folder / name) as image:
        frames: list[Any] = []
        for frame in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(frame)
            frames.append(np.asarray(image))
    expected = np.stack(frames)
    if expected.ndim == 3:
        expected = np.moveaxis(expected.reshape(shape[0], shape[3], *shape[1:3]), 1, 3)
    np.testing.assert_array_equal(picture.pixels, expected)


def test_the_one_bit_png_against_imagecodecs(folder: Path) -> None:
    path = folder / "1c_1b_Neighborhood_watch_bw.png"
    picture = read_as_described(path)
    assert (picture.pixels.shape, picture.bit_depth) == ((1, 140, 200, 1), 8)
    assert set(np.unique(picture.pixels)) == {0, 255}
    np.testing.assert_array_equal(
        picture.pixels[0, ..., 0], imagecodecs.png_decode(path.read_bytes())
    )


def test_the_ct_against_its_own_bytes(folder: Path) -> None:
    path = folder / "CT1_UNC.explicit_little_endian.dcm"
    stored = np.frombuffer(pydicom.dcmread(path).PixelData, "<i2").reshape(512, 512)
    picture = read_as_described(path)
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], stored.astype(int) - 1024)
    assert picture.pixels.dtype == np.int16
    # Air is -1024; what lies outside the scanner's circle keeps its number but is drawn black.
    assert picture.window == ((-1024, picture.pixels.max()),)
    assert picture.pixel_size is not None
    assert picture.pixel_size.x == pytest.approx(0.661468)


@pytest.mark.parametrize(
    ("name", "z"),
    [
        ("8b_1c_confocal-series_LUT.tif", None),
        ("16b_3c_nueron-composite.tif", None),
        ("9z_1c_8b_shorter_3d_monolayer_xy1_ch0.tif", 0.29),
    ],
)
def test_pixel_sizes_against_the_tags_that_pillow_reads(
    folder: Path, name: str, z: float | None
) -> None:
    with Image.open(folder / name) as image:
        x, y = (1 / float(image.tag_v2[tag]) for tag in (282, 283))  # type: ignore[attr-defined]
    size = describe(folder / name).pixel_size
    assert size is not None
    assert (size.x, size.y) == (pytest.approx(x), pytest.approx(y))
    assert (size.z, size.unit) == (z, "µm")
