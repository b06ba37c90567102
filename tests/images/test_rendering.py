"""Numbers to unit range, to RGB and to thumbnails, computed by hand."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import (
    Picture,
    channel_ranges,
    default_colors,
    render,
    thumbnail,
    to_unit,
)


def decoded(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data), formats=["JPEG"]).convert("RGB"))


@pytest.mark.parametrize(
    ("raw", "kind", "depth", "expected"),
    [
        ([0, 51, 255], "uint8", 8, [0, 0.2, 1]),
        ([0, 13107, 65535], "uint16", 16, [0, 0.2, 1]),
        ([0, 2**32 - 1], "uint32", 32, [0, 1]),
        ([-128, -77, 127], "int8", 8, [0, 0.2, 1]),
        ([-32768, -1024, 32767], "int16", 16, [0, 31744 / 65535, 1]),
        ([-(2**31), 2**31 - 1], "int32", 32, [0, 1]),
    ],
)
def test_integers_are_divided_by_their_full_range(
    raw: list[int], kind: str, depth: int, expected: list[float]
) -> None:
    unit = to_unit(np.array(raw, kind), depth)
    assert unit.dtype == np.float32
    np.testing.assert_allclose(unit, expected, rtol=1e-7)


def test_eight_and_sixteen_bits_are_exactly_the_float32_quotient() -> None:
    for kind, top in ((np.uint8, 255), (np.uint16, 65535)):
        every = np.arange(top + 1, dtype=kind)
        expected = (np.arange(top + 1, dtype=np.float64) / top).astype(np.float32)
        np.testing.assert_array_equal(to_unit(every, 8 * every.itemsize), expected)


def test_floats_use_the_given_range_and_are_clipped() -> None:
    values = np.array([-1, 0, 5, 10, 99, np.nan, np.inf, -np.inf], np.float32)
    expected = [0, 0, 0.5, 1, 1, 0, 1, 0]
    np.testing.assert_array_equal(to_unit(values, 32, (0.0, 10.0)), expected)
    own = to_unit(values, 32)
    assert (own[0], own[4]) == (0, 1)
    assert not to_unit(np.full((2, 2), 7, np.float32), 32).any()


@settings(max_examples=80, deadline=None)
@given(
    npst.arrays(
        st.sampled_from([np.uint8, np.uint16, np.uint32, np.int8, np.int16, np.int32, np.float32]),
        st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 7), st.integers(1, 8)),
    )
)
def test_any_picture_can_be_drawn(pixels: NDArray[np.generic]) -> None:
    """Constant, NaN and infinite ones included; pytest turns a NumPy warning into a failure."""
    depth = 8 * pixels.dtype.itemsize
    unit = to_unit(pixels, depth)
    assert 0 <= unit.min() <= unit.max() <= 1
    drawn = render(pixels[0])
    assert drawn.dtype == np.uint8
    assert drawn.shape == (*pixels.shape[1:3], 3)
    assert decoded(thumbnail(Picture(pixels, depth))).shape == drawn.shape


def test_ranges_are_per_channel_over_the_whole_stack() -> None:
    rng = np.random.default_rng(1)
    for kind in ("uint8", "int16", "float32"):
        pixels = (rng.normal(0, 30, (3, 5, 6, 4)) + 50).astype(kind)
        expected = [(pixels[..., c].min(), pixels[..., c].max()) for c in range(4)]
        assert channel_ranges(pixels) == tuple(expected)
    hollow = np.array([[[[np.nan], [2.0], [np.inf], [5.0]]]], np.float32)
    assert channel_ranges(hollow) == ((2.0, 5.0),)


def test_one_channel_is_stretched_to_white() -> None:
    plane = np.array([[[10], [20], [30]]], np.uint16)
    assert render(plane)[0].tolist() == [[0] * 3, [128] * 3, [255] * 3]
    assert render(plane, [(0.0, 40.0)])[0, 1].tolist() == [128] * 3


def test_channels_add_up_in_their_colours() -> None:
    plane = np.array([[[0, 0], [100, 0], [100, 50], [50, 50]]], np.uint8)
    expected = [[0, 0, 0], [255, 0, 0], [255, 255, 0], [128, 255, 0]]
    assert render(plane)[0].tolist() == expected
    both = render(plane, colors=["#ff00ff", "#ff0000"])
    assert both[0].tolist() == [[0, 0, 0], [255, 0, 255], [255, 0, 255], [255, 0, 128]]


def test_of_more_than_three_channels_the_first_is_shown() -> None:
    plane = np.zeros((1, 2, 5), np.uint8)
    plane[0, 1] = 200
    assert render(plane)[0].tolist() == [[0, 0, 0], [255, 0, 0]]
    assert default_colors(3) == ("#ff0000", "#00ff00", "#0000ff")
    assert default_colors(1) == ("#ffffff",)


def test_a_constant_channel_keeps_its_brightness() -> None:
    assert (render(np.full((2, 2, 1), 51, np.uint8)) == 51).all()
    assert (render(np.full((2, 2, 1), 65535, np.uint16)) == 255).all()
    assert not render(np.full((2, 2, 1), np.nan, np.float32)).any()


def test_wrong_arguments_are_refused() -> None:
    plane = np.zeros((2, 2, 2), np.uint8)
    for arguments in ({"ranges": [(0, 1)]}, {"colors": ["#fff"]}, {"colors": ["#ff00zz"] * 2}):
        with pytest.raises(BadInput):
            render(plane, **arguments)
    with pytest.raises(BadInput):
        render(plane[0])


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_a_thumbnail_shows_plane_0_in_the_stacks_ranges(kind: str, channels: int) -> None:
    ramp = np.linspace(0, 100, 600).astype(kind)
    pixels = np.zeros((2, 300, 600, channels), kind)
    pixels[0, ..., 0] = ramp
    pixels[1, ..., :] = 120
    picture = Picture(pixels, 8)
    shown = decoded(thumbnail(picture, 200)).astype(int)
    assert shown.shape == (100, 200, 3)
    # A photograph, 8-bit with three channels, is not stretched.
    brightest = 255 if (kind, channels) == ("uint8", 3) else 120
    assert abs(shown[50, 199, 0] - round(255 * 100 / brightest)) < 6
    assert abs(shown[50, 100, 0] - round(255 * 50 / brightest)) < 6
    assert shown[50, 3, 0] < 10


def test_small_pictures_are_not_enlarged() -> None:
    assert decoded(thumbnail(Picture(np.zeros((1, 3, 5, 1), np.uint8), 8))).shape[:2] == (3, 5)


def test_a_sliver_keeps_at_least_one_pixel() -> None:
    assert decoded(thumbnail(Picture(np.zeros((1, 1, 9000, 1), np.uint16), 16))).shape[:2] == (
        1,
        256,
    )


def test_the_heavy_readers_are_not_imported_with_the_package() -> None:
    code = (
        "import sys, piximi_core.images\n"
        "print(sorted({'tifffile', 'pydicom', 'imagecodecs', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_channels_that_lie_apart_are_measured_and_drawn_alike() -> None:
    stored = np.random.default_rng(3).integers(0, 5000, (2, 3, 40, 50)).astype(np.uint16)
    view = np.moveaxis(stored, 1, 3)
    copy = np.ascontiguousarray(view)
    assert channel_ranges(view) == channel_ranges(copy)
    assert thumbnail(Picture(view, 16)) == thumbnail(Picture(copy, 16))
    np.testing.assert_array_equal(render(view[1]), render(copy[1]))
