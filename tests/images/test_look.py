"""How a picture is shown: short forms, what is refused, and the thumbnail that follows."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.images import ChannelLook, Look, Picture, display_colors, render, thumbnail

TEXT = "ff0000:0:255,-00ff00:-12.5:1e+22,0000ff:3:3"


def test_a_look_reads_back_from_its_short_form_and_from_json() -> None:
    look = Look.parse(TEXT)
    assert look.colors == ("#ff0000", None, "#0000ff")
    assert look.ranges == ((0, 255), (-12.5, 1e22), (3, 3))
    assert str(look) == "ff0000:0:255,-00ff00:-12.5:1e+22,0000ff:3:3"
    assert Look.from_json(look.to_json()) == look
    third = Look((ChannelLook("#ffffff", 1 / 3, 0.1 + 0.2 + 1),))
    assert Look.parse(str(third)) == third


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "ff0000",
        "ff0000:0",
        "ff0000:nan:1",
        "ff0000:0:inf",
        "ff0000:0:1e999",
        "ff0000:2:1",
        "ff0000:-:1",
        "FF0000:0:1",
        "red:0:1",
        "ff0000:0:1,",
        "ff0000:0:1;x",
        "ff0000:٣:4",
        "ff0000:0:" + "9" * 400,
        ",".join(["ff0000:0:1"] * 101),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Look.parse(text)


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data), formats=["JPEG"]).convert("RGB")).astype(int)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "float32"])
def test_a_thumbnail_follows_the_look(kind: str) -> None:
    pixels = np.zeros((1, 16, 16, 3), kind)
    pixels[..., 0], pixels[..., 1], pixels[..., 2] = 30, 60, 90
    look = Look.parse("ffff00:0:120,-00ff00:0:60,0000ff:80:100")
    shown = decoded(thumbnail(Picture(pixels, 8), ranges=look.ranges, colors=look.colors))
    # By hand: (30-0)/120 of yellow and (90-80)/20 of blue; the second channel is hidden.
    np.testing.assert_allclose(shown[8, 8], [64, 64, 128], atol=3)
    hidden = (None,) * 3
    black = decoded(thumbnail(Picture(pixels, 8), ranges=look.ranges, colors=hidden))
    assert black.shape == (16, 16, 3)
    assert black.max() == 0


def test_a_picture_in_colours_of_its_own_looks_the_same_small_and_large() -> None:
    pixels = np.full((1, 8, 8, 1), 128, np.uint8)
    pixels[0, 0, 0], pixels[0, 0, 1] = 0, 255
    picture = Picture(pixels, 8, channel_colors=("#00ff00",))
    large = render(pixels[0], ((0, 255),), display_colors(picture))
    small = decoded(thumbnail(picture))
    assert tuple(large[4, 4]) == (0, 128, 0)
    assert small[4, 4, 1] > 100
    assert small[4, 4, 0] < 40


def test_of_many_coloured_channels_the_first_is_shown() -> None:
    colors = ("#00ffff", "#ff00ff", "#ffff00", "#ffffff")
    picture = Picture(np.zeros((1, 2, 2, 4), np.uint8), 8, channel_colors=colors)
    assert display_colors(picture) == ("#00ffff", None, None, None)


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int16"])
def test_many_values_are_drawn_as_few_are(kind: str) -> None:
    limits = np.iinfo(kind)
    generator = np.random.default_rng(3)
    plane = generator.integers(limits.min, limits.max, (400, 400, 2), kind, endpoint=True)  # type: ignore[call-overload]
    low, high = int(limits.min) // 3, int(limits.max) // 2
    shown = render(plane, ((low, high),) * 2, ("#ff0000", "#0080ff"))
    share = np.clip((plane.astype(float) - low) / (high - low), 0, 1)
    red, blue = share[..., 0], share[..., 1]
    by_hand = np.stack([red, blue * (128 / 255), blue], axis=-1) * 255
    assert np.abs(shown - by_hand).max() <= 0.51
