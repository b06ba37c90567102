"""COCO object detection: one JSON file of images, categories and outlines or masks.

An object of several parts is written as several polygons; a hole is joined to its part by a slit
without width, since COCO has no holes. By the rules of pycocotools the polygons give back each mask
pixel for pixel, and the area is the mask's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from piximi_core import __version__
from piximi_core.annotation.columns import columns_of_region
from piximi_core.annotation.outlines import as_one_ring, trace_mask
from piximi_core.annotation.polygons import FARTHEST
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.by_id import ById
from piximi_core.formats.annotations.coco_runs import compress, expand
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    ObjectCategory,
    Problem,
    SetObject,
)
from piximi_core.formats.annotations.plain_json import (
    numbers,
    read_json,
    records,
    text_of,
    whole,
)
from piximi_core.formats.annotations.shapes import (
    BoxShape,
    CocoPolygons,
    ColumnRuns,
    PixelTrace,
    Shape,
)
from piximi_core.images import safe_name
from piximi_core.messages import Message
from piximi_core.vocabulary import UNKNOWN_NAME

__all__ = ["CocoStyle", "read_coco", "write_coco"]

CocoStyle = Literal["polygons", "single", "piximi", "runs"]

_VERSION = re.compile(r"\d+(\.\d+)+")
_NO_RING = np.empty((0, 2))


def read_coco(path: Path, name: str) -> AnnotationSet:
    """Read a COCO file: polygons, both forms of run lengths, crowds, and boxes without masks.

    Supercategories become kinds. Objects that cannot be used are listed in ``skipped``.

    Raises
    ------
    BadInput
        The file as a whole is none of COCO's.
    """
    shown = safe_name(name)
    content = read_json(path, name)
    found = AnnotationSet()
    images = _images(records(content, "images", shown), found)
    categories = _categories(records(content, "categories", shown), found)
    rows = records(content, "annotations", shown)
    traced = _is_of_piximi(content, rows)
    for number, item in enumerate(rows):
        what = Message("object {id}", id=text_of(item.get("id"), 40) or f"no. {number + 1}")
        try:
            image = images.get(item.get("image_id"))
            if image is None:
                raise BadInput.saying(images.why("image", item.get("image_id")))
            category = categories.get(item.get("category_id"))
            if category is None:
                raise BadInput.saying(categories.why("category", item.get("category_id")))
            shape = _shape(item, traced)
        except BadInput as error:
            found.skipped.append(Problem(what, str(error)))
            continue
        found.objects.append(
            SetObject(
                image=image.name,
                shape=shape,
                kind=category.kind or None,
                category=None
                if category.name.casefold() == UNKNOWN_NAME.casefold()
                else category.name,
                name=text_of(item.get("name")),
                crowd=str(item.get("iscrowd")) in ("1", "True"),
            )
        )
    return found


def _images(rows: list[dict[str, Any]], found: AnnotationSet) -> ById[AnnotatedImage]:
    images = ById[AnnotatedImage]()
    for row in rows:
        name = text_of(row.get("file_name"), 1000)
        if name is None or "id" not in row:
            found.skipped.append(
                Problem(Message("an image"), Message("It has no file name or no id."))
            )
            continue
        try:
            size = (whole(row.get("width")), whole(row.get("height")))
        except BadInput as error:
            if row.get("width") is not None:
                found.repaired.append(
                    Problem(name, Message("Its size is not used: {error}", error=error))
                )
            size = (0, 0)
        image = AnnotatedImage(name, size[0] or None, size[1] or None)
        images.add(row["id"], image, image.name)
    found.images = images.all
    found.skipped += images.problems("image")
    return images


def _categories(rows: list[dict[str, Any]], found: AnnotationSet) -> ById[ObjectCategory]:
    categories = ById[ObjectCategory]()
    for row in rows:
        name = text_of(row.get("name"))
        if name is None or "id" not in row:
            found.skipped.append(Problem("a category", Message("It has no name or no id.")))
            continue
        kind = text_of(row.get("supercategory")) or ""
        # What programs write that know no supercategories.
        kind = "" if kind.casefold() in ("none", "null", "undefined") else kind
        categories.add(row["id"], ObjectCategory(name, kind), name)
    found.categories = categories.all
    found.skipped += categories.problems("category")
    return categories


def _is_of_piximi(content: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
    """Whether Piximi wrote a file: it gives every area as 0, and outlines from pixel to pixel.

    They run through the middles of the pixels at the rim, so that as polygons of COCO they would
    lose a column and a row.
    """
    info = content.get("info")
    if not isinstance(info, dict) or not _VERSION.fullmatch(str(info.get("version"))):
        return False
    return all(
        item.get("area") == 0 and isinstance(item.get("area"), int) and _is_trace(item)
        for item in rows
    )


def _is_trace(item: dict[str, Any]) -> bool:
    drawn = item.get("segmentation")
    if not isinstance(drawn, list) or len(drawn) != 1 or not isinstance(drawn[0], list):
        return False
    if len(drawn[0]) < 2 or len(drawn[0]) % 2 or not all(type(value) is int for value in drawn[0]):
        return False
    if max(map(abs, drawn[0])) > FARTHEST:
        return False
    pixels = np.array(drawn[0]).reshape(-1, 2)
    return bool(np.abs(np.diff(pixels, axis=0)).max(initial=0) <= 1)


def _shape(item: dict[str, Any], traced: bool) -> Shape:
    drawn = item.get("segmentation")
    if traced and isinstance(drawn, list):
        return PixelTrace(np.array(drawn[0], dtype=np.float64).reshape(-1, 2))
    if isinstance(drawn, dict):
        size = numbers(drawn.get("size"), 2)
        counts = drawn.get("counts")
        if isinstance(counts, str):
            return ColumnRuns(whole(size[0]), whole(size[1]), expand(counts))
        return ColumnRuns(whole(size[0]), whole(size[1]), tuple(map(whole, numbers(counts))))
    rings, first = [], None
    if isinstance(drawn, list) and drawn:
        # One polygon that is not wrapped in a list is a common slip of writers.
        for part in drawn if any(isinstance(part, list) for part in drawn) else [drawn]:
            try:
                rings.append(_ring(part))
            except BadInput as error:
                first = first or error
    if rings:
        # What a bad part is missing is said where the others become pixels.
        return CocoPolygons([*rings, _NO_RING] if first else rings)
    try:
        x, y, width, height = numbers(item.get("bbox"), 4)
    except BadInput as error:
        raise first or error from None
    return BoxShape(x, y, x + width, y + height)


def _ring(ring: Any) -> Any:
    corners = numbers(ring)
    if len(corners) % 2 or len(corners) < 6:
        raise BadInput("An outline of {count} numbers has no three corners.", count=len(corners))
    return np.array(corners, dtype=np.float64).reshape(-1, 2)


def write_coco(found: AnnotationSet, path: Path, style: CocoStyle = "polygons") -> list[Problem]:
    """Write a COCO file with every field that Piximi's strict reader asks for.

    Parameters
    ----------
    style
        ``polygons``: as most programs expect it, crowds as run lengths. ``single``: one polygon for
        each object, with slits between its parts, and no crowds: all that Piximi reads.
        ``piximi``: as single, and kinds by their ids, by which alone Piximi finds them.
        ``runs``: compressed run lengths, smaller for ragged masks.

    Returns
    -------
    list of Problem
        What a reader will not see as it is.
    """
    ids = {kind.name: kind.id for kind in found.kinds if kind.id} if style == "piximi" else {}
    style = "single" if style == "piximi" else style
    used = {(item.kind or "", item.category or UNKNOWN_NAME): None for item in found.objects}
    listed = dict.fromkeys((c.kind, c.name) for c in found.categories) | used
    category_ids = {pair: number for number, pair in enumerate(listed)}
    image_ids = {image.name: number for number, image in enumerate(found.images)}
    sizes = {image.name: (image.height or 0, image.width or 0) for image in found.images}
    head = {
        "info": {
            "year": datetime.now(UTC).year,
            "version": __version__,
            "description": found.project,
            "contributor": "",
            "url": "",
            "date_created": "",
        },
        "licenses": [{"id": 0, "name": "", "url": ""}],
        "images": [_image_row(image, image_ids[image.name]) for image in found.images],
        "categories": [
            {"id": number, "name": name, "supercategory": ids.get(kind) or kind}
            for (kind, name), number in category_ids.items()
        ],
    }
    rows = (
        {
            "id": number,
            "image_id": image_ids[item.image],
            "category_id": category_ids[item.kind or "", item.category or UNKNOWN_NAME],
            **_drawn(item, sizes[item.image], style),
            "name": item.name or "",
        }
        for number, item in enumerate(found.objects)
    )
    _write(head, rows, path)
    return _joined_parts(found) if ids else []


def _joined_parts(found: AnnotationSet) -> list[Problem]:
    """Say which objects are one polygon although they have several parts, or holes."""
    told = []
    for number, item in enumerate(found.objects):
        outlines = trace_mask(item.region.mask())
        if len(outlines) > 1 or outlines[0].holes:
            what = item.name or Message(
                "object {number} of {image}", number=number + 1, image=item.image
            )
            told.append(
                Problem(what, Message("Its parts and holes are joined by slits in one polygon."))
            )
    return told


def _write(head: dict[str, Any], rows: Iterator[dict[str, Any]], path: Path) -> None:
    """Write row by row: a project's masks as one text would take many times their memory."""
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "annotations": [')
        for number, row in enumerate(rows):
            file.write(",\n" if number else "\n")
            file.write(json.dumps(row, ensure_ascii=False))
        file.write("\n]}\n")


def _image_row(image: AnnotatedImage, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "width": image.width or 0,
        "height": image.height or 0,
        "file_name": image.name,
        "license": 0,
        "flickr_url": "",
        "coco_url": "",
        "date_captured": "",
    }


def _drawn(item: SetObject, size: tuple[int, int], style: CocoStyle) -> dict[str, Any]:
    region = item.region
    x1, y1, x2, y2 = region.box
    crowd = item.crowd and style != "single"
    if crowd or style == "runs":
        counts = columns_of_region(region, *size)
        # Official files give crowds as plain numbers, and so do readers expect them.
        runs: Any = compress(counts) if style == "runs" else counts
        segmentation: Any = {"size": list(size), "counts": runs}
    else:
        outlines = trace_mask(region.mask())
        parts = [outlines] if style == "single" else [[outline] for outline in outlines]
        rings = [np.add(as_one_ring(part), (x1, y1)) for part in parts]
        segmentation = [ring.ravel().tolist() for ring in rings]
    return {
        "segmentation": segmentation,
        "area": region.area,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "iscrowd": int(crowd),
    }
