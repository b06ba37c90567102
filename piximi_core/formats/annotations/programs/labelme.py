"""LabelMe: one JSON file for each image, with shapes in pixels.

A mask is a PNG inside its box. What LabelMe has no word for (kind, plane) stands in members of our
own, which it keeps.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from piximi_core.annotation.regions import Region, region_of
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import image_paths, path_stem, write_zip
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.annotations.own_facts import object_with, own_facts
from piximi_core.formats.annotations.plain_json import numbers, read_json, records, text_of, whole
from piximi_core.formats.annotations.round_shapes import ellipse_ring, region_ring
from piximi_core.formats.annotations.shapes import BoxShape, Polygons, Shape
from piximi_core.images import safe_name
from piximi_core.messages import Message

__all__ = ["read_labelme", "write_labelme"]

_VERSION = "5.5.0"
_MOST_PIXELS = 100_000_000


def read_labelme(path: Path, name: str) -> AnnotationSet:
    """Read the shapes of one image; points and lines have no area and are listed.

    Raises
    ------
    BadInput
        It is no file of LabelMe.
    """
    shown = safe_name(name)
    content = read_json(path, name)
    shapes = records(content, "shapes", shown)
    image = text_of(content.get("imagePath"), 1000) or path_stem(name)
    found = AnnotationSet(images=[AnnotatedImage(image, *_size(content), also=(path_stem(name),))])
    for number, item in enumerate(shapes):
        try:
            label = text_of(item.get("label"))
            found.objects.append(object_with(item, image, _shape(item), label))
        except BadInput as error:
            found.skipped.append(
                Problem(
                    Message("{image}, shape {number}", image=image[:80], number=number + 1),
                    str(error),
                )
            )
    return found


def _size(content: dict[str, Any]) -> tuple[int | None, int | None]:
    try:
        width, height = whole(content.get("imageWidth")), whole(content.get("imageHeight"))
    except BadInput:
        return None, None
    return width or None, height or None


def _shape(item: dict[str, Any]) -> Shape:
    listed = item.get("points")
    points = [numbers(point, 2) for point in listed] if isinstance(listed, list) else []
    sort = text_of(item.get("shape_type"), 40) or "polygon"
    if sort == "mask":
        return _mask(item.get("mask"), points)
    if sort == "rectangle" and len(points) == 2:
        (x1, y1), (x2, y2) = points
        return BoxShape(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    if sort == "circle" and len(points) == 2:
        (x, y), (rim_x, rim_y) = points
        radius = math.hypot(rim_x - x, rim_y - y)
        return Polygons([ellipse_ring(x, y, radius, radius)])
    if sort in ("polygon", "rectangle", "rotation"):
        if len(points) < 3:
            raise BadInput("An outline has fewer than three corners.")
        return Polygons([np.array(points, dtype=np.float64)])
    raise BadInput("A {sort} has no area.", sort=sort)


def _mask(text: Any, points: Sequence[Sequence[float]]) -> Region:
    if not isinstance(text, str) or len(points) != 2:
        raise BadInput("Its mask is missing.")
    try:
        content = base64.b64decode(text, validate=True)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise BadInput("Its mask has more than 100 million pixels.")
            pixels = np.asarray(picture.convert("L")) > 0
    except BadInput:
        raise
    except (
        binascii.Error,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
    ) as error:
        raise BadInput("Its mask is no whole PNG.") from error
    x, y = (round(min(point[axis] for point in points)) for axis in (0, 1))
    region = region_of(pixels, x, y)
    if region is None:
        raise BadInput("Its mask is empty.")
    return region


def write_labelme(found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]) -> None:
    """Write the outlines of one image, or of several as a zip of such files."""
    objects = found.by_image()
    if len(images) == 1 and path.suffix.lower() != ".zip":
        path.write_text(_file(images[0], objects[images[0].name]), encoding="utf-8")
        return
    words = image_paths([image.name for image in images])
    with write_zip(path) as archive:
        for image in images:
            archive.add(f"{words[image.name]}.json", _file(image, objects[image.name]))


def _file(image: AnnotatedImage, objects: Sequence[SetObject]) -> str:
    content: dict[str, Any] = {
        "version": _VERSION,
        "flags": {},
        "shapes": [_row(item) for item in objects],
        "imagePath": image.name,
        "imageData": None,
        "imageHeight": image.height or 0,
        "imageWidth": image.width or 0,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _row(item: SetObject) -> dict[str, Any]:
    return {
        "label": item.category or item.kind or "object",
        "points": region_ring(item.region).tolist(),
        "group_id": None,
        "description": "",
        "shape_type": "polygon",
        "flags": {},
        **own_facts(item),
    }
