"""Apple's CreateML: boxes about their middles, in pixels, of all images in one JSON file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.annotations.plain_json import finite, read_json, records, text_of
from piximi_core.formats.annotations.shapes import BoxShape
from piximi_core.images import safe_name
from piximi_core.messages import Message

__all__ = ["read_createml", "write_createml"]


def read_createml(path: Path, name: str) -> AnnotationSet:
    """Read boxes.

    Raises
    ------
    BadInput
        It is no file of CreateML.
    """
    content = read_json(path, name, list_as="images")
    found = AnnotationSet()
    for row in records(content, "images", safe_name(name)):
        image = text_of(row.get("image", row.get("imagefilename")), 1000)
        listed = row.get("annotations", row.get("annotation"))
        if image is None or not isinstance(listed, list):
            found.skipped.append(
                Problem(Message("an image"), Message("It has no file name or no annotations."))
            )
            continue
        found.images.append(AnnotatedImage(image))
        for number, item in enumerate(listed):
            try:
                found.objects.append(_object(item, image))
            except BadInput as error:
                found.skipped.append(
                    Problem(
                        Message("{image}, box {number}", image=image[:80], number=number + 1),
                        str(error),
                    )
                )
    if not found.images:
        raise BadInput(
            "'{name}' holds no images with boxes, as CreateML writes them.", name=safe_name(name)
        )
    return found


def _object(item: Any, image: str) -> SetObject:
    box = item.get("coordinates") if isinstance(item, dict) else None
    if not isinstance(box, dict):
        raise BadInput("It has no box.")
    x, y, width, height = (finite(box.get(key)) for key in ("x", "y", "width", "height"))
    shape = BoxShape(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return SetObject(image, shape, category=text_of(item.get("label")))


def write_createml(found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]) -> None:
    """Write boxes; masks, kinds and planes are not kept."""
    objects = found.by_image()
    content = [
        {"image": image.name, "annotations": [_row(item) for item in objects[image.name]]}
        for image in images
    ]
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _row(item: SetObject) -> dict[str, Any]:
    x1, y1, x2, y2 = item.region.box
    middle = {"x": (x1 + x2) / 2, "y": (y1 + y2) / 2, "width": x2 - x1, "height": y2 - y1}
    return {"label": item.category or item.kind or "object", "coordinates": middle}
