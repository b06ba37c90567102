"""Channel counts brought to that of a project."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import Picture, convert_channels

RNG = np.random.default_rng(5)


def picture(channels: int, kind: str = "uint8", **more: object) -> Picture:
    pixels = RNG.integers(0, 127, (2, 5, 6, channels)).astype(kind)
    return Picture(pixels, 8 * pixels.dtype.itemsize, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "float32"])
def test_grey_becomes_equal_channels(kind: str) -> None:
    grey = picture(1, kind, channel_colors=("#ff0000",))
    rgb = convert_channels(grey, 3)
    for channel in range(3):
        np.testing.assert_array_equal(rgb.pixels[..., channel], grey.pixels[..., 0])
    assert (rgb.pixels.dtype, rgb.channel_colors) == (grey.pixels.dtype, None)
    assert rgb.notes == ("1 channel copied to 3",)


def test_colour_becomes_grey_as_pillow_does_it() -> None:
    """Pillow weighs in whole numbers of 2^-16 and cuts, so it may differ by one at most."""
    rgb = Picture(RNG.integers(0, 256, (1, 40, 50, 3), np.uint8), 8)
    grey = convert_channels(rgb, 1)
    pillow = np.asarray(Image.fromarray(rgb.pixels[0]).convert("L")).astype(int)
    assert np.abs(grey.pixels[0, ..., 0] - pillow).max() <= 1
    assert "rounded" in grey.notes[0]
    one = Picture(np.array([[[[255, 255, 255], [10, 20, 30], [0, 0, 0]]]], np.uint8), 8)
    assert convert_channels(one, 1).pixels.ravel().tolist() == [255, 18, 0]


def test_the_luminance_of_deep_and_signed_numbers_stays_in_range() -> None:
    for kind in ("uint16", "int16", "uint32", "int32"):
        limits = np.iinfo(kind)
        for value in (limits.min, limits.max):
            pixels = np.full((1, 2, 2, 3), value, kind)
            grey = convert_channels(Picture(pixels, limits.bits), 1).pixels
            assert (grey == value).all()


def test_the_first_channels_are_kept() -> None:
    four = picture(4, "uint16", channel_colors=("#111111", "#222222", "#333333", "#444444"))
    two = convert_channels(four, 2)
    np.testing.assert_array_equal(two.pixels, four.pixels[..., :2])
    assert two.channel_colors == ("#111111", "#222222")
    assert convert_channels(four, 1).channels == 1
    assert convert_channels(four, 4) is four


@pytest.mark.parametrize(("have", "wanted"), [(2, 3), (3, 4), (3, 0), (1, 0)])
def test_channels_are_never_invented(have: int, wanted: int) -> None:
    with pytest.raises(BadInput, match=f"^x.tif has {have} channels?, which cannot become"):
        convert_channels(picture(have), wanted, name="x.tif")
