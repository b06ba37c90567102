"""VGG Image Annotator (VIA) 1 and 2: regions of all images in one JSON file, in pixels."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.annotations.own_facts import object_with, own_facts
from piximi_core.formats.annotations.plain_json import finite, numbers, read_json, text_of
from piximi_core.formats.annotations.round_shapes import ellipse_ring, region_ring
from piximi_core.formats.annotations.shapes import BoxShape, Polygons, Shape
from piximi_core.images import safe_name
from piximi_core.messages import Message

__all__ = ["read_via", "write_via"]

# The attribute of a region that says what it shows; else the only one there is.
_CLASS_WORDS = ("category", "class", "label", "name", "type", "object")


def read_via(path: Path, name: str) -> AnnotationSet:
    """Read a project, or an export of annotations; points and open lines are listed.

    Raises
    ------
    BadInput
        It is no file of VIA 1 or 2.
    """
    shown = safe_name(name)
    content = read_json(path, name)
    files = content.get("_via_img_metadata", content)
    found = AnnotationSet()
    entries = files.values() if isinstance(files, dict) else []
    for entry in entries:
        if not isinstance(entry, dict) or "regions" not in entry:
            continue
        image = text_of(entry.get("filename"), 1000)
        if image is None:
            found.skipped.append(Problem(Message("an image"), Message("It has no file name.")))
            continue
        found.images.append(AnnotatedImage(image))
        for number, region in enumerate(_regions(entry["regions"])):
            try:
                found.objects.append(_object(region, image))
            except BadInput as error:
                found.skipped.append(
                    Problem(
                        Message("{image}, region {number}", image=image[:80], number=number + 1),
                        str(error),
                    )
                )
    if not found.images and "_via_img_metadata" not in content:
        raise BadInput(
            "'{shown}' holds no regions as VIA 2 writes them; export them as JSON.", shown=shown
        )
    return found


def _regions(value: Any) -> list[Any]:
    """Return the regions: a list in VIA 2, a map by number in VIA 1."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _object(region: Any, image: str) -> SetObject:
    shape = region.get("shape_attributes") if isinstance(region, dict) else None
    if not isinstance(shape, dict):
        raise BadInput("It has no shape.")
    told = region.get("region_attributes")
    told = told if isinstance(told, dict) else {}
    return object_with(told.get("piximi"), image, _shape(shape), _class(told))


def _class(told: dict[str, Any]) -> str | None:
    words = {key: word for key, value in told.items() if (word := _word(value)) is not None}
    by_word = {key.casefold(): word for key, word in words.items()}
    known = next((by_word[key] for key in _CLASS_WORDS if key in by_word), None)
    return known or (next(iter(words.values())) if len(words) == 1 else None)


def _word(value: Any) -> str | None:
    """Return the value of an attribute; of boxes that can be ticked the only one that is."""
    if isinstance(value, dict):
        ticked = [key for key, on in value.items() if on is True]
        return text_of(ticked[0]) if len(ticked) == 1 else None
    return text_of(value)


def _shape(shape: dict[str, Any]) -> Shape:
    sort = text_of(shape.get("name"), 40)
    if sort == "rect":
        x, y, width, height = (finite(shape.get(key)) for key in ("x", "y", "width", "height"))
        return BoxShape(x, y, x + width, y + height)
    if sort == "circle":
        x, y, radius = (finite(shape.get(key)) for key in ("cx", "cy", "r"))
        return Polygons([ellipse_ring(x, y, radius, radius)])
    if sort == "ellipse":
        x, y, rx, ry = (finite(shape.get(key)) for key in ("cx", "cy", "rx", "ry"))
        turned = math.degrees(finite(shape.get("theta", 0)))
        return Polygons([ellipse_ring(x, y, rx, ry, turned)])
    if sort == "polygon":
        xs, ys = numbers(shape.get("all_points_x")), numbers(shape.get("all_points_y"))
        if len(xs) != len(ys) or len(xs) < 3:
            raise BadInput("An outline has fewer than three corners.")
        return Polygons([np.stack([xs, ys], axis=1)])
    raise BadInput("A {sort} has no area.", sort=sort or Message("shape without a name"))


def write_via(found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]) -> None:
    """Write an export of annotations, which VIA 2 imports."""
    objects = found.by_image()
    content = {
        f"{image.name}-1": {
            "filename": image.name,
            "size": -1,
            "regions": [_row(item) for item in objects[image.name]],
            "file_attributes": {},
        }
        for image in images
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _row(item: SetObject) -> dict[str, Any]:
    ring = region_ring(item.region)
    return {
        "shape_attributes": {
            "name": "polygon",
            "all_points_x": ring[:, 0].tolist(),
            "all_points_y": ring[:, 1].tolist(),
        },
        "region_attributes": {
            "category": item.category or item.kind or "object",
            "piximi": own_facts(item),
        },
    }
