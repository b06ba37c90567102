"""What the ROIs of ImageJ cover: rectangles, ovals, outlines, shapes made of several, points."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.polygons import FARTHEST, TOO_FAR
from piximi_core.annotation.regions import filled_box
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.shapes import BoxShape, Polygons, Shape

__all__ = ["shapes_of"]

_OVAL_CORNERS = 360
_MOST_POINTS = 100_000
_CURVE = np.linspace(0, 1, 17)[1:, np.newaxis]
_MOVE, _LINE, _QUADRATIC, _CUBIC, _CLOSE = range(5)
_POINTS = {_MOVE: 1, _LINE: 1, _QUADRATIC: 2, _CUBIC: 3, _CLOSE: 0}


def shapes_of(roi: Any) -> list[Shape]:
    """Return what a ROI covers, in fractions of a pixel where it says so; each of its points alone.

    Parameters
    ----------
    roi
        A ``roifile.ImagejRoi``.

    Raises
    ------
    BadInput
        It has no area and no points, more than 100,000 points, or points beyond any image.
    """
    from roifile import ROI_TYPE

    return _pixels(roi) if roi.roitype == ROI_TYPE.POINT else [_area(roi)]


def _pixels(roi: Any) -> list[Shape]:
    """Return the pixel that each point lies in."""
    if roi.subpixel_coordinates is not None:
        points = np.asarray(roi.subpixel_coordinates, np.float64)
    elif roi.integer_coordinates is not None:
        points = np.add(np.asarray(roi.integer_coordinates, np.float64), (roi.left, roi.top))
    else:
        points = np.empty((0, 2))
    if not 0 < len(points) <= _MOST_POINTS:
        raise BadInput("It has no point, or more than 100,000 of them.")
    # A comparison that NaN fails too.
    if not (np.abs(points) <= FARTHEST).all():
        raise BadInput.saying(TOO_FAR)
    corners = np.floor(points).astype(int).tolist()
    return [filled_box((x, y, x + 1, y + 1)) for x, y in corners]


def _area(roi: Any) -> Shape:
    from roifile import ROI_TYPE

    if roi.multi_coordinates is not None and len(roi.multi_coordinates):
        # ImageJ fills paths by the even-odd rule.
        return Polygons(_rings(roi.multi_coordinates))
    if roi.subpixelrect:
        left, top = float(roi.xd), float(roi.yd)
        right, bottom = left + float(roi.widthd), top + float(roi.heightd)
    else:
        left, top, right, bottom = roi.left, roi.top, roi.right, roi.bottom
    if roi.roitype == ROI_TYPE.RECT:
        return BoxShape(left, top, right, bottom)
    if roi.roitype == ROI_TYPE.OVAL:
        return _oval(left, top, right, bottom)
    if roi.roitype in (ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED):
        return _outline(roi)
    raise BadInput("Lines and texts have no area.")


def _outline(roi: Any) -> Shape:
    if roi.subpixel_coordinates is not None:
        return Polygons([np.asarray(roi.subpixel_coordinates, np.float64)])
    corners = np.asarray(roi.integer_coordinates, np.float64)
    return Polygons([np.add(corners, (roi.left, roi.top))])


def _oval(left: float, top: float, right: float, bottom: float) -> Shape:
    angle = np.linspace(0, 2 * np.pi, _OVAL_CORNERS, endpoint=False)
    x = (left + right) / 2 + (right - left) / 2 * np.cos(angle)
    y = (top + bottom) / 2 + (bottom - top) / 2 * np.sin(angle)
    return Polygons([np.stack([x, y], axis=1)])


def _rings(path: Any) -> list[NDArray[np.float64]]:
    """Return the rings of a path of steps, its curves as chains of short lines."""
    steps: list[float] = np.asarray(path, np.float64).tolist()
    rings: list[list[NDArray[np.float64]]] = []
    at = 0
    while at < len(steps):
        step = int(steps[at])
        if step not in _POINTS:
            raise BadInput("It is damaged or no ROI of ImageJ.")
        count = 2 * _POINTS[step]
        points = np.array(steps[at + 1 : at + 1 + count]).reshape(-1, 2)
        at += 1 + count
        if step == _MOVE:
            rings.append([points])
        elif step != _CLOSE and rings:
            rings[-1].append(_curve(rings[-1][-1][-1], points))
    return [np.concatenate(ring) for ring in rings]


def _curve(start: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where a line or Bezier curve leads, by de Casteljau's rule."""
    if len(points) == 1:
        return points
    hull = [np.broadcast_to(one, (len(_CURVE), 2)) for one in (start, *points)]
    while len(hull) > 1:
        hull = [a + _CURVE * (b - a) for a, b in pairwise(hull)]
    return hull[0]
