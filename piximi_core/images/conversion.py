"""One channel count per project: pictures of another count brought to it, or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from piximi_core.errors import BadInput
from piximi_core.messages import Message

from .picture import Picture, PixelArray

__all__ = ["convert_channels"]

# ITU-R BT.601, 2.5.1: how bright red, green and blue are to the eye.
_LUMINANCE = np.array([0.299, 0.587, 0.114])


def convert_channels(
    picture: Picture, channels: int, *, name: str = Message("The image")
) -> Picture:
    """Return a picture with another number of channels, if there is a sensible way.

    ======  ==========================================================
    1 → n   the same grey in every channel (three of them are RGB)
    3 → 1   luminance, 0.299 R + 0.587 G + 0.114 B, rounded to the nearest whole number
    n → k   the first k channels, for k < n
    ======  ==========================================================

    Parameters
    ----------
    picture
        What was read; it is not changed.
    channels
        How many channels the result has.
    name
        What to call the picture in the error.

    Raises
    ------
    BadInput
        Channels would have to be invented.

    Examples
    --------
    >>> convert_channels(Picture(np.zeros((1, 4, 4, 3), np.uint8), 8), 1).channels
    1
    """
    have = picture.channels
    if have == channels:
        return picture
    if channels < 1 or 1 < have < channels:
        raise BadInput(
            Message.plural(
                "{name} has {n} channel, which cannot become {channels}: nothing in it says what "
                "they would hold; put it into a project of {n} channel.",
                "{name} has {n} channels, which cannot become {channels}: nothing in it says what "
                "they would hold; put it into a project of {n} channels.",
                n=have,
                name=name,
                channels=channels,
            )
        )
    if have == 1:
        pixels = np.repeat(picture.pixels, channels, axis=3)
        return _converted(
            picture, pixels, Message("1 channel copied to {channels}", channels=channels)
        )
    if (have, channels) == (3, 1):
        note = Message("3 channels turned into grey (0.299 R + 0.587 G + 0.114 B, rounded)")
        return _converted(picture, _luminance(picture.pixels), note)
    note = Message("the first {channels} of {have} channels kept", channels=channels, have=have)
    kept = _converted(picture, np.ascontiguousarray(picture.pixels[..., :channels]), note)
    colors, window = picture.channel_colors, picture.window
    return replace(
        kept,
        channel_colors=colors[:channels] if colors else None,
        window=window[:channels] if window else None,
    )


def _converted(picture: Picture, pixels: PixelArray, note: str) -> Picture:
    notes = (*picture.notes, note)
    return replace(picture, pixels=pixels, notes=notes, channel_colors=None, window=None)


def _luminance(pixels: PixelArray) -> PixelArray:
    """Return ``[Z, H, W, 1]``; plane by plane, since the sums are eight bytes wide."""
    grey = np.empty((*pixels.shape[:3], 1), pixels.dtype)
    for plane, colors in enumerate(pixels):
        light = colors.astype(np.float64) @ _LUMINANCE
        grey[plane, ..., 0] = light if pixels.dtype.kind == "f" else np.rint(light)
    return grey
