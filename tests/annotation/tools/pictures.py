"""Regions and pictures for the tests of tools, and what holds of every region that one makes."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from piximi_core.annotation.regions import Region, region_of
from piximi_core.annotation.run_lengths import encode_mask

HEIGHT, WIDTH = 11, 13

masks = arrays.arrays(bool, (HEIGHT, WIDTH))
regions = masks.map(region_of)
drawn_regions = regions.filter(lambda region: region is not None)
# Some on whole and half pixels, where a centre may lie exactly on the line.
coordinates = st.floats(-8, 22) | st.integers(-16, 44).map(lambda n: n / 2)
points = st.tuples(coordinates, coordinates)


def some(region: Region | None) -> Region:
    """Return a region that there has to be."""
    assert region is not None
    return region


def full(region: Region | None, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Return a region as a mask of the whole image; it has to lie inside."""
    mask = np.zeros((height, width), bool)
    if region is not None:
        x1, y1, x2, y2 = region.box
        assert 0 <= x1 < x2 <= width, region.box
        assert 0 <= y1 < y2 <= height, region.box
        mask[y1:y2, x1:x2] = region.mask()
    return mask


def is_tidy(region: Region | None) -> bool:
    """Whether the box is tight and the runs are those that any other way to them gives."""
    if region is None:
        return True
    mask = region.mask()
    touches = (mask[0].any(), mask[-1].any(), mask[:, 0].any(), mask[:, -1].any())
    return all(touches) and region.runs == tuple(encode_mask(mask))


def centres(height: int = HEIGHT, width: int = WIDTH) -> tuple[np.ndarray, np.ndarray]:
    """Return x ``[1, W]`` and y ``[H, 1]`` of the pixels' centres."""
    return np.arange(width)[None, :] + 0.5, np.arange(height)[:, None] + 0.5


def disc(x: float, y: float, radius: float, height: int = 64, width: int = 64) -> Region:
    """Return the pixels whose centres lie in a disc that lies in the image."""
    across, down = centres(height, width)
    return some(region_of((across - x) ** 2 + (down - y) ** 2 <= radius**2))
