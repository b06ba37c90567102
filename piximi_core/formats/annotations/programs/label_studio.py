"""Label Studio's JSON: tasks with results, in hundredths of each image's width and height."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.annotations.own_facts import object_with, own_facts
from piximi_core.formats.annotations.plain_json import (
    finite,
    numbers,
    read_json,
    records,
    text_of,
    whole,
)
from piximi_core.formats.annotations.programs.label_studio_brush import brush_mask
from piximi_core.formats.annotations.round_shapes import (
    ellipse_ring,
    rectangle_ring,
    region_ring,
)
from piximi_core.formats.annotations.shapes import BoxShape, Polygons, Shape
from piximi_core.images import safe_name
from piximi_core.messages import Message

__all__ = ["read_label_studio", "write_label_studio"]

_LABELS = ("rectanglelabels", "polygonlabels", "ellipselabels", "brushlabels", "labels")
_NO_OBJECTS = ("choices", "taxonomy", "rating", "textarea", "number", "relation", "pairwise")


def read_label_studio(path: Path, name: str) -> AnnotationSet:
    """Read an export in the format JSON: rectangles, polygons, ellipses and brush masks.

    Of several annotations of one task the last that was not cancelled counts; it is said.

    Raises
    ------
    BadInput
        It is no export of Label Studio.
    """
    content = read_json(path, name, list_as="tasks")
    if "tasks" not in content and "data" in content:
        content = {"tasks": [content]}
    found = AnnotationSet()
    for number, task in enumerate(records(content, "tasks", safe_name(name))):
        image = _image(task)
        if image is None:
            found.skipped.append(
                Problem(Message("task {number}", number=number + 1), Message("It names no image."))
            )
            continue
        results = _results(task, image, found)
        found.images.append(AnnotatedImage(image, *_size(results)))
        for place, item in enumerate(results):
            try:
                shown = _object(item, image, results)
            except BadInput as error:
                found.skipped.append(
                    Problem(
                        Message("{image}, result {number}", image=image[:80], number=place + 1),
                        str(error),
                    )
                )
                continue
            found.objects += [shown] if shown is not None else []
    if not found.images:
        raise BadInput(
            "'{name}' holds no task of Label Studio with an image.", name=safe_name(name)
        )
    return found


def _image(task: dict[str, Any]) -> str | None:
    """Return the path of a task's image: of an address what names the file."""
    data = task.get("data")
    values = data.values() if isinstance(data, dict) else []
    texts = [value for value in values if isinstance(value, str)]
    named = [text for text in texts if re.search(r"\.\w{2,5}($|[?#])", text)] or texts
    if not named:
        return None
    if not re.match(r"[a-z][a-z0-9+.-]+://|/data/", named[0], re.IGNORECASE):
        return text_of(named[0], 1000)  # a plain path, in which % and # are signs as all others
    parts = urlsplit(named[0])
    query = parse_qs(parts.query).get("d")
    file = unquote(query[0] if query else parts.path)
    # /data/upload/<project>/<file> is where every Label Studio keeps what was uploaded.
    return text_of(re.sub(r"^/data/upload/(\d+/)?", "", file), 1000)


def _results(task: dict[str, Any], image: str, found: AnnotationSet) -> list[dict[str, Any]]:
    listed = task.get("annotations", task.get("completions"))
    given = [a for a in listed if isinstance(a, dict)] if isinstance(listed, list) else []
    kept = [one for one in given if not one.get("was_cancelled")]
    if len(kept) > 1:
        reason = Message(
            "It was annotated {count} times; the last annotation is read.", count=len(kept)
        )
        found.repaired.append(Problem(image, reason))
    results = kept[-1].get("result") if kept else []
    return [item for item in results if isinstance(item, dict)] if isinstance(results, list) else []


def _size(results: Sequence[dict[str, Any]]) -> tuple[int | None, int | None]:
    for item in results:
        try:
            return whole(item.get("original_width")), whole(item.get("original_height"))
        except BadInput:
            continue
    return None, None


def _object(
    item: dict[str, Any], image: str, results: Sequence[dict[str, Any]]
) -> SetObject | None:
    value, sort = item.get("value"), text_of(item.get("type"), 40) or ""
    if not isinstance(value, dict):
        raise BadInput("It has no value.")
    if sort in _NO_OBJECTS:
        raise BadInput("A {sort} belongs to a whole image; it is not read.", sort=sort)
    if sort == "labels":
        return None  # the word of a region that stands beside it
    category = next(iter(_words(value)), None) or _beside(item, results)
    meta = item.get("meta")
    ours = meta.get("piximi") if isinstance(meta, dict) else None
    return object_with(ours, image, _shape(item, value, sort.removesuffix("labels")), category)


def _words(value: dict[str, Any]) -> Iterator[str]:
    for key in _LABELS:
        words = value.get(key)
        for word in words if isinstance(words, list) else []:
            if (name := text_of(word)) is not None:
                yield name


def _beside(item: dict[str, Any], results: Sequence[dict[str, Any]]) -> str | None:
    """Return the label that another result of the same id gives to a region."""
    for other in results:
        value = other.get("value")
        if other is not item and other.get("id") == item.get("id") and isinstance(value, dict):
            return next(_words(value), None)
    return None


def _shape(item: dict[str, Any], value: dict[str, Any], sort: str) -> Shape:
    if sort == "rectangle":
        x, y, width, height = (finite(value.get(key)) for key in ("x", "y", "width", "height"))
        turned = finite(value.get("rotation") or 0)
        if not turned:
            return BoxShape(x / 100, y / 100, (x + width) / 100, (y + height) / 100, relative=True)
        # Angles are those of pixels, not of hundredths.
        across, down = _scale(item)
        corner = (x * across, y * down, width * across, height * down)
        return Polygons([rectangle_ring(*corner, turned)])
    if sort == "ellipse":
        x, y, rx, ry = (finite(value.get(key)) for key in ("x", "y", "radiusX", "radiusY"))
        across, down = _scale(item)
        turned = finite(value.get("rotation") or 0)
        return Polygons([ellipse_ring(x * across, y * down, rx * across, ry * down, turned)])
    if sort == "polygon":
        listed = value.get("points")
        points = [numbers(point, 2) for point in listed] if isinstance(listed, list) else []
        if len(points) < 3:
            raise BadInput("An outline has fewer than three corners.")
        return Polygons([np.array(points, dtype=np.float64) / 100], relative=True)
    if sort == "brush":
        width, height = (whole(item.get(f"original_{side}")) for side in ("width", "height"))
        return brush_mask(value.get("rle"), width, height)
    raise BadInput("A {sort} has no area.", sort=sort or Message("result without a type"))


def _scale(item: dict[str, Any]) -> tuple[float, float]:
    """Return how many pixels a hundredth of the image is, across and down."""
    return finite(item.get("original_width")) / 100, finite(item.get("original_height")) / 100


def write_label_studio(found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]) -> None:
    """Write tasks with polygons, for a project whose image and labels are so called."""
    objects = found.by_image()
    content = [
        {
            "id": number,
            "data": {"image": image.name},
            "annotations": [{"result": [_row(item, image) for item in objects[image.name]]}],
        }
        for number, image in enumerate(images, 1)
    ]
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _row(item: SetObject, image: AnnotatedImage) -> dict[str, Any]:
    width, height = image.width or 1, image.height or 1
    points = region_ring(item.region) / (width, height) * 100
    return {
        "type": "polygonlabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {
            "points": points.tolist(),
            "closed": True,
            "polygonlabels": [item.category or item.kind or "object"],
        },
        "meta": {"piximi": own_facts(item)},
    }
