"""Ellipses and turned rectangles as the rings that outlines are made of."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.outlines import as_one_ring, trace_mask
from piximi_core.annotation.regions import Region
from piximi_core.errors import BadInput

__all__ = ["ellipse_ring", "rectangle_ring", "region_ring"]

_CORNERS = 360


def ellipse_ring(
    x: float, y: float, radius_x: float, radius_y: float, turned: float = 0.0
) -> NDArray[np.float64]:
    """Return corners ``[360, 2]`` of an ellipse about (x, y), turned clockwise by degrees.

    Raises
    ------
    BadInput
        A radius is not above 0.
    """
    if not (radius_x > 0 and radius_y > 0):
        raise BadInput("Its radius is not above 0.")
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    ring = np.stack([radius_x * np.cos(angle), radius_y * np.sin(angle)], axis=1)
    return np.add(_turned(ring, turned), (x, y))


def rectangle_ring(
    x: float, y: float, width: float, height: float, turned: float = 0.0
) -> NDArray[np.float64]:
    """Return corners ``[4, 2]`` of a rectangle, turned clockwise by degrees about (x, y)."""
    ring = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    return np.add(_turned(ring, turned), (x, y))


def _turned(ring: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned: NDArray[np.float64] = ring @ np.array([[cos, sin], [-sin, cos]])
    return turned


def region_ring(region: Region) -> NDArray[np.float64]:
    """Return one ring ``[N, 2]`` around all parts of a region, joined by slits without width."""
    ring = as_one_ring(trace_mask(region.mask()))
    return np.add(ring, region.box[:2]).astype(np.float64)
