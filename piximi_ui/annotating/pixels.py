"""The pixels of the file under what is drawn: of the channels and the part that are in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box
from piximi_core.errors import BadInput, NotFound
from piximi_core.project.contents.things import Thing, get_things, image_gone
from piximi_core.project.database.store import Store
from piximi_ui.base.context import picture_channels
from piximi_ui.components.annotator import Stroke
from piximi_ui.server.pictures.making import Original
from piximi_ui.server.pictures.maps import WIDEST, Asked, Map, Sort, make_map

__all__ = ["Crop", "crop_around", "crop_in_sight", "image_of", "map_in_sight", "pixels_in"]

_LONGEST_SIDE = 2048  # of what a tool looks at around a point: more takes seconds


@dataclass(frozen=True)
class Crop:
    """A part of a plane.

    Attributes
    ----------
    pixels
        ``[H, W, C]``, native values.
    box
        Where it lies in the image, ``(x1, y1, x2, y2)``, the end exclusive.
    """

    pixels: NDArray[Any]
    box: Box


def image_of(store: Store, image_id: str) -> Thing:
    """Return an image of a project.

    Raises
    ------
    NotFound
        It is gone, or an object.
    """
    image = next(iter(get_things(store, [image_id])), None)
    if image is None or image.box is not None:
        raise image_gone()
    return image


def crop_in_sight(store: Store, thing: Thing, stroke: Stroke, around: tuple[float, float]) -> Crop:
    """Return what is in sight, at most 2048 pixels a side around a point."""
    x, y = around
    x1, y1, x2, y2 = stroke.view
    half = _LONGEST_SIDE // 2
    return _cut(store, thing, stroke, (max(x1, x - half), max(y1, y - half), x2, y2))


def crop_around(store: Store, thing: Thing, stroke: Stroke, margin: int) -> Crop:
    """Return the box of a stroke's points and as many pixels around it."""
    xs, ys = np.array(stroke.points).T
    box = (xs.min() - margin, ys.min() - margin, xs.max() + margin, ys.max() + margin)
    return _cut(store, thing, stroke, box)


def map_in_sight(store: Store, thing: Thing, stroke: Stroke, sort: Sort) -> Map:
    """Return the map that the browser drew with, of what is in sight.

    Raises
    ------
    BadInput
        Nothing of the image is in sight, or more than a map holds.
    """
    x1, y1, x2, y2 = (round(side) for side in stroke.view)
    box = (max(0, x1), max(0, y1), min(thing.width, x2), min(thing.height, y2))
    if box[0] >= box[2] or box[1] >= box[3] or max(box[2] - box[0], box[3] - box[1]) > WIDEST:
        raise BadInput("Zoom in first: too much of the image is in sight for this tool.")
    original = _original(store, thing)
    return make_map(sort, Asked(original, stroke.plane, box, stroke.channels, stroke.size))


def _cut(store: Store, thing: Thing, stroke: Stroke, wanted: tuple[float, ...]) -> Crop:
    left = int(np.clip(np.floor(wanted[0]), 0, thing.width - 1))
    top = int(np.clip(np.floor(wanted[1]), 0, thing.height - 1))
    right = int(np.clip(np.ceil(wanted[2]), left + 1, min(thing.width, left + _LONGEST_SIDE)))
    bottom = int(np.clip(np.ceil(wanted[3]), top + 1, min(thing.height, top + _LONGEST_SIDE)))
    box = (left, top, right, bottom)
    return Crop(pixels_in(store, thing, stroke.plane, box, stroke.channels), box)


def pixels_in(
    store: Store, image: Thing, plane: int, box: Box, channels: Sequence[int]
) -> NDArray[Any]:
    """Return the native values ``[H, W, C]`` of some channels in a box, of all if none is named.

    Raises
    ------
    NotFound
        The image's file is missing.
    """
    return _original(store, image).cut(plane, box, channels)


def _original(store: Store, image: Thing) -> Original:
    # As the browser is shown it: both then share a pyramid, recent planes and maps. Only what does
    # not declare its channels is read by this number, and it came in with as many as all others.
    try:
        return Original.find(store.folder, image.file_sha256, picture_channels(store))
    except FileNotFoundError as error:
        raise NotFound(
            "The file of {name} is missing on the disk; add it once more.", name=image.name[:80]
        ) from error
