"""The pixels of an image of a Piximi project, and how its channels are shown."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.piximi_project.arrays import read_header, read_small, restore_pixels
from piximi_core.formats.piximi_project.content import ChannelView
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.formats.piximi_project.tree import Damaged, Tree
from piximi_core.images.request import ReadRequest, allowed_bytes
from piximi_core.messages import Message

__all__ = ["read_channels", "read_pixels"]

_MOST_CHANNELS = 100


def read_pixels(tree: Tree, path: str, repairs: Repairs, name: str) -> NDArray[Any]:
    """Read an image's array as the whole numbers it was made from.

    Returns
    -------
    ndarray
        uint8 or uint16 ``[Z, H, W, C]``.

    Raises
    ------
    Damaged
        There is no array, or no way to read it.
    """
    header = read_header(tree, path)
    if len(header.shape) != 4 or not all(header.shape) or header.shape[3] > _MOST_CHANNELS:
        raise Damaged("their array is no stack of planes, rows, columns and channels")
    said = (tree.attributes(path) or {}).get("bit_depth")
    depth = 8 if said == 8 else 16
    try:
        ReadRequest(name, None, allowed_bytes()).check_size(header.shape, depth // 8)
    except BadInput as error:
        raise Damaged("they are larger than PIXIMI_MAX_IMAGE_BYTES allows") from error
    restored, complete = restore_pixels(tree, header, depth)
    if said is None and not restored.between:
        # What is whole in 8 bits is whole in 16 as well (65,535 is 257 times 255): take the lesser.
        eight, _ = restore_pixels(tree, header, 8)
        restored = restored if eight.between else eight
    elif restored.between and depth == 8:
        sixteen, _ = restore_pixels(tree, header, 16)
        restored = restored if sixteen.between else sixteen
        repairs.note(
            Message("Images had numbers that are no 8-bit ones; they are now 16 bit."), name
        )
    if said not in (8, 16):
        repairs.note(
            Message("Images did not say 8 or 16 bit; it was told from their numbers."), name
        )
    if not complete:
        repairs.note(Message("Images lacked a part of their pixels, which is now 0."), name)
    if restored.outside:
        repairs.note(Message("Images had values outside 0 to 1, which were cut to them."), name)
    elif restored.between:
        repairs.note(
            Message("Images had values between the whole numbers, which were rounded."), name
        )
    return restored.array(header.shape)


def read_channels(
    tree: Tree, path: str, channels: int, repairs: Repairs, name: str
) -> tuple[ChannelView, ...] | None:
    """Read the colours and ranges of the channels; None, and noted, where they make no sense."""
    try:
        low, high, visible, color = (
            read_small(tree, f"{path}/{part}")
            for part in ("range_min", "range_max", "visible_B", "color")
        )
    except Damaged:
        low = high = visible = color = np.zeros(0)
    fits = color.shape == (channels, 3) and all(
        array.shape == (channels,) for array in (low, high, visible)
    )
    if not fits or not all(map(_is_range, low, high)) or not np.isfinite(color).all():
        repairs.note(Message("Images without usable channel colours are shown as at first."), name)
        return None
    shades = np.rint(np.clip(color.astype(np.float64), 0, 1) * 255).astype(int)
    return tuple(
        ChannelView("#{:02x}{:02x}{:02x}".format(*shade), bool(v), float(a), float(b))
        for shade, v, a, b in zip(shades, visible, low, high, strict=True)
    )


def _is_range(low: float, high: float) -> bool:
    return math.isfinite(low) and math.isfinite(high) and low <= high
