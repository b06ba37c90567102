"""Piximi's own annotation JSON: 0.1 (without a version), 0.2 and 1.1.

Written with ``plane`` beside ``activePlane``: Piximi 1.1.4 asks for the one and uses the other.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

from piximi_core.annotation.regions import Region
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.by_id import ById
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    ObjectCategory,
    ObjectKind,
    Problem,
    SetObject,
)
from piximi_core.formats.annotations.plain_json import numbers, read_json, records, text_of, whole
from piximi_core.images import safe_name
from piximi_core.messages import Message
from piximi_core.vocabulary import PIXIMI_PARTITIONS, UNKNOWN_NAME

__all__ = ["PiximiVersion", "read_piximi_annotations", "write_piximi_annotations"]

PiximiVersion = Literal["1.1.4", "0.2.0", "0.1"]

_RUNS = re.compile(r"\d{1,12}( \d{1,12})*")
_UNKNOWN_COLOR = "#AAAAAA"


def read_piximi_annotations(path: Path, name: str) -> AnnotationSet:
    """Read the annotations of any Piximi; in those of 0.1 the categories are the kinds.

    Raises
    ------
    BadInput
        The file as a whole is none of Piximi's.
    """
    shown = safe_name(name)
    content = read_json(path, name)
    rows = records(content, "images", shown)  # what others write has a version, too
    old = not _is_current(content.get("version"), shown)
    found = AnnotationSet()
    images = ById[str]()
    for row in rows:
        image_name = text_of(row.get("name"), 1000)
        if image_name is not None:
            images.add(row.get("id"), image_name, image_name)
    found.images = [AnnotatedImage(image) for image in images.all]
    found.skipped += images.problems("image")
    kinds = {} if old else _kinds(content, shown)
    categories = _categories(records(content, "categories", shown), kinds, old)
    found.kinds = [ObjectKind(name, kind_id) for kind_id, name in kinds.items()]
    found.categories = list(categories.values())
    for number, row in enumerate(records(content, "annotations", shown)):
        label = text_of(row.get("name"), 80) or text_of(row.get("id"), 40) or f"no. {number + 1}"
        try:
            found.objects.append(_object(row, images, categories, kinds, old, found, label))
        except BadInput as error:
            found.skipped.append(Problem(Message("object {id}", id=label), str(error)))
    return found


def _is_current(version: Any, shown: str) -> bool:
    """Whether a file has kinds (0.2 and later); one without a version has not."""
    if version is None:
        return False
    parts = re.match(r"(\d+)\.(\d+)", str(version))
    if parts is None:
        raise BadInput(
            "'{shown}' gives {version!r} as its version, which is none.",
            shown=shown,
            version=str(version)[:40],
        )
    major, minor = int(parts[1]), int(parts[2])
    if major > 1:
        raise BadInput(
            "'{shown}' was written by Piximi {version}, which is newer than this "
            "program; update the program.",
            shown=shown,
            version=str(version)[:40],
        )
    return (major, minor) >= (0, 2)


def _kinds(content: dict[str, Any], shown: str) -> dict[str, str]:
    kinds = {}
    for row in records(content, "kinds", shown) if "kinds" in content else []:
        name = text_of(row.get("displayName")) or text_of(row.get("id"))
        if name is not None:
            kinds[str(row.get("id"))] = name
    return kinds


def _categories(
    rows: list[dict[str, Any]], kinds: dict[str, str], old: bool
) -> dict[str, ObjectCategory]:
    categories = {}
    for row in rows:
        name = text_of(row.get("name"))
        if name is None:
            continue
        of_kind = text_of(row.get("kind")) or ""
        kind = name if old else kinds.get(of_kind, of_kind)
        color = text_of(row.get("color"))
        shown_color = color if color and re.fullmatch(r"#[0-9a-fA-F]{6}", color) else None
        categories[str(row.get("id"))] = ObjectCategory(name, kind, shown_color)
    return categories


def _object(
    row: dict[str, Any],
    images: ById[str],
    categories: dict[str, ObjectCategory],
    kinds: dict[str, str],
    old: bool,
    found: AnnotationSet,
    label: str,
) -> SetObject:
    image = images.get(row.get("imageId"))
    if image is None:
        raise BadInput.saying(images.why("image", row.get("imageId")))
    category = categories.get(str(row.get("categoryId")))
    if category is None:
        found.repaired.append(
            Problem(
                Message("object {id}", id=label),
                Message("Its category is not in the file; it became Unknown."),
            )
        )
    kind_id = text_of(row.get("kind"))
    kind = kinds.get(kind_id, kind_id) if kind_id else (category.kind if category else None)
    # Unknown ids begin with 0; the name alone would take away a category that is so called.
    unlabelled = category is None or str(row.get("categoryId")).startswith("0") or old
    partition = text_of(row.get("partition"))
    return SetObject(
        image=image,
        shape=Region(_box(row.get("boundingBox")), _runs(row.get("mask", row.get("encodedMask")))),
        kind=None if old and category and category.name.casefold() == "unknown" else kind,
        category=None if unlabelled or category is None else category.name,
        plane=_plane(row),
        name=text_of(row.get("name")),
        partition=partition if partition in PIXIMI_PARTITIONS else None,
    )


def _plane(row: dict[str, Any]) -> int:
    plane = row.get("activePlane", row.get("plane"))
    return 0 if plane is None else whole(plane)


def _box(value: Any) -> tuple[int, int, int, int]:
    x1, y1, x2, y2 = (round(edge) for edge in numbers(value, 4))
    return x1, y1, x2, y2


def _runs(value: Any) -> tuple[int, ...]:
    if isinstance(value, str):
        if not _RUNS.fullmatch(value.strip()):
            raise BadInput("Its mask is no list of run lengths.")
        return tuple(map(int, value.split()))
    return tuple(whole(run) for run in numbers(value))


def write_piximi_annotations(
    found: AnnotationSet, path: Path, version: PiximiVersion = "1.1.4"
) -> None:
    """Write annotations as Piximi does; its images must have the same names.

    Parameters
    ----------
    version
        ``0.1`` has no kinds: each kind becomes a category, as its readers expect, and the
        categories within are not kept.
    """
    content = _old(found) if version == "0.1" else _current(found, version)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text, encoding="utf-8")


def _ids(found: AnnotationSet) -> tuple[dict[str, str], list[str]]:
    """Return the id of each image and each object; numbers where the set gives none."""
    images = {
        image.name: image.id or f"1-image-{number}" for number, image in enumerate(found.images)
    }
    return images, [item.id or f"1-object-{n}" for n, item in enumerate(found.objects)]


def _current(found: AnnotationSet, version: str) -> dict[str, Any]:
    image_ids, object_ids = _ids(found)
    kinds = {kind.name: kind for kind in found.kinds}
    categories = {(c.kind, c.name): c for c in found.categories}
    for item in found.objects:
        kind, category = item.kind or "object", item.category or UNKNOWN_NAME
        kinds.setdefault(kind, ObjectKind(kind))
        categories.setdefault((kind, category), ObjectCategory(category, kind))
    for kind in kinds:
        categories.setdefault((kind, UNKNOWN_NAME), ObjectCategory(UNKNOWN_NAME, kind))
    kind_ids = {name: kind.id or name for name, kind in kinds.items()}
    category_ids = {
        (kind, name): entry.id or f"{0 if name == UNKNOWN_NAME else 1}-{kind}-{name}"
        for (kind, name), entry in categories.items()
    }
    inside: dict[tuple[str, str], list[str]] = {key: [] for key in categories}
    rows = []
    sizes = {image.name: (image.planes or 1, image.channels or 1) for image in found.images}
    for item, object_id in zip(found.objects, object_ids, strict=True):
        key = (item.kind or "object", item.category or UNKNOWN_NAME)
        inside[key].append(object_id)
        _planes, channels = sizes[item.image]
        rows.append(
            {
                **_row(item, object_id, image_ids[item.image], category_ids[key]),
                "activePlane": item.plane,
                "name": item.name or object_id,
                "partition": _partition(item.partition),
                "kind": kind_ids[key[0]],
                "shape": [1, item.region.height, item.region.width, channels],
            }
        )
    return {
        "version": version,
        "categories": [
            {
                "id": category_ids[key],
                "name": entry.name,
                "color": entry.color or _UNKNOWN_COLOR,
                "visible": True,
                "kind": kind_ids[key[0]],
                "containing": inside[key],
            }
            for key, entry in categories.items()
        ],
        "images": [{"id": image_ids[image.name], "name": image.name} for image in found.images],
        "annotations": rows,
        "kinds": [
            {
                "id": kind_ids[name],
                "displayName": name,
                "containing": [i for key, ids in inside.items() if key[0] == name for i in ids],
                "categories": [category_ids[key] for key in categories if key[0] == name],
                "unknownCategoryId": category_ids[name, UNKNOWN_NAME],
            }
            for name in kinds
        ],
    }


def _partition(name: str | None) -> str:
    """Return the partition as Piximi knows it, which has no Test."""
    if name == "Test":
        return "Validation"
    return name if name in PIXIMI_PARTITIONS else "Unassigned"


def _row(item: SetObject, object_id: str, image_id: str, category_id: str) -> dict[str, Any]:
    return {
        "categoryId": category_id,
        "imageId": image_id,
        "id": object_id,
        "mask": " ".join(map(str, item.region.runs)),
        "plane": item.plane,
        "boundingBox": list(item.region.box),
    }


def _old(found: AnnotationSet) -> dict[str, Any]:
    image_ids, object_ids = _ids(found)
    names = list(dict.fromkeys(item.kind or "object" for item in found.objects))
    category_ids = {name: f"1-{name}" for name in names}
    # Its readers fail at an image without an object.
    used = {item.image for item in found.objects}
    return {
        "categories": [
            {"id": category_ids[name], "name": name, "color": "#009292", "visible": True}
            for name in names
        ],
        "images": [
            {"id": image_ids[image.name], "name": image.name}
            for image in found.images
            if image.name in used
        ],
        "annotations": [
            _row(item, object_id, image_ids[item.image], category_ids[item.kind or "object"])
            for item, object_id in zip(found.objects, object_ids, strict=True)
        ],
    }
