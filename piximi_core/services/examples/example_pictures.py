"""A strip of pictures of each example, so that one sees before one chooses."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piximi_core.images.rendering import channel_ranges, render
from piximi_core.images.synthetic_cells import crop_cells, draw_field
from piximi_core.services.examples.cells import CELL_COLORS, CELL_SIDE
from piximi_core.services.examples.digits import scanned_digits

__all__ = ["PICTURES", "STRIPS"]

PICTURES = 6
"""How many stand side by side in a strip."""

_HEIGHT = 96


@lru_cache(maxsize=1)
def _cells() -> bytes:
    """Return the first cells of the example, in its colours, as one PNG."""
    cells = (np.moveaxis(pixels, 0, -1) for _cell, pixels in crop_cells(draw_field(0), CELL_SIDE))
    return _strip(
        [render(pixels, channel_ranges(pixels), CELL_COLORS) for pixels in islice(cells, PICTURES)]
    )


@lru_cache(maxsize=1)
def _digits() -> bytes:
    """Return the first digits of the example as one PNG; raise `PiximiError` without them."""
    scans, _shown = scanned_digits(PICTURES)
    return _strip([np.repeat(scan[..., None], 3, axis=-1) for scan in scans])


STRIPS: dict[str, Callable[[], bytes]] = {"cells": _cells, "digits": _digits}
"""The strips by the examples' keys."""


def _strip(pictures: list[NDArray[np.uint8]]) -> bytes:
    """Return ``[H,W,3]`` pictures of one size beside each other, enlarged to a common height."""
    joined = Image.fromarray(np.concatenate(pictures, axis=1))
    wide = joined.resize((_HEIGHT * len(pictures), _HEIGHT), Image.Resampling.BICUBIC)
    stream = BytesIO()
    wide.save(stream, "PNG")
    return stream.getvalue()
