"""GeoJSON as QuPath writes it: outlines with holes and several parts, classes with colours.

One file belongs to one image, whose name is the file's; ours say it inside as well.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.annotation.outlines import trace_mask
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import (
    image_of_member,
    image_paths,
    members_of,
    pick,
    write_zip,
)
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    ObjectCategory,
    Problem,
    SetObject,
)
from piximi_core.formats.annotations.plain_json import numbers, read_json, text_of, whole
from piximi_core.formats.annotations.shapes import JoinedPolygons
from piximi_core.messages import Message

__all__ = ["read_geojson", "write_geojson"]

_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_MOST_NESTED = 8


def read_geojson(path: Path, name: str, scratch: Path) -> AnnotationSet:
    """Read one file, or all of a zip or folder; classes become categories.

    Points and lines have no area and are listed in ``skipped``.

    Raises
    ------
    BadInput
        There is no such file, or the only one cannot be read.
    """
    found = AnnotationSet()
    members = pick(members_of(path, name, scratch), name, ".geojson", ".json")
    for member in members:
        try:
            content = read_json(member.path, member.name, list_as="features")
            _read(content, member.name, name, found, alone=len(members) == 1)
        except BadInput as error:
            if len(members) == 1:
                raise
            found.skipped.append(Problem(member.name, str(error)))
    return found


def _read(
    content: dict[str, Any], member: str, archive: str, found: AnnotationSet, *, alone: bool
) -> None:
    features = content.get("features") if content.get("type") != "Feature" else [content]
    if not isinstance(features, list):
        raise BadInput("'{member}' is no GeoJSON: it has no features.", member=member[:80])
    told = text_of(content.get("image"), 1000)
    image = told or image_of_member(member, archive)
    found.images.append(AnnotatedImage(image, told=told is not None or not alone))
    for number, feature in enumerate(features):
        try:
            found.objects.append(_object(feature, image, found))
        except BadInput as error:
            found.skipped.append(
                Problem(
                    Message("{image}, feature {number}", image=image[:80], number=number + 1),
                    str(error),
                )
            )


def _object(feature: Any, image: str, found: AnnotationSet) -> SetObject:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict):
        raise BadInput("It has no geometry.")
    shape = JoinedPolygons(list(_polygons(geometry)))
    if not any(shape.parts):
        raise BadInput("It has no area.")
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    more = properties.get("metadata")
    more = more if isinstance(more, dict) else {}
    kind = text_of(more.get("kind"))
    category, color = _class(properties.get("classification"))
    if category is not None:
        entry = ObjectCategory(category, kind or "", color)
        if color and entry not in found.categories:
            found.categories.append(entry)
    plane = geometry.get("plane")
    return SetObject(
        image=image,
        shape=shape,
        kind=kind,
        category=category,
        plane=whole(plane.get("z", 0)) if isinstance(plane, dict) else 0,
        name=text_of(properties.get("name")),
    )


def _class(value: Any) -> tuple[str | None, str | None]:
    """Return the name and colour of a class; classes within classes are joined, as QuPath does."""
    if isinstance(value, str):
        return text_of(value), None
    if not isinstance(value, dict):
        return None, None
    names = value.get("names")
    joined = ": ".join(map(str, names)) if isinstance(names, list) else value.get("name")
    return text_of(joined), _hex(value)


def _hex(value: dict[str, Any]) -> str | None:
    try:
        if isinstance(value.get("colorRGB"), int):
            return f"#{value['colorRGB'] & 0xFFFFFF:06x}"
        red, green, blue = (min(max(whole(c), 0), 255) for c in numbers(value.get("color"), 3))
    except BadInput:
        return None
    return f"#{red:02x}{green:02x}{blue:02x}"


def _polygons(geometry: dict[str, Any], depth: int = 0) -> Iterator[list[Any]]:
    """Yield the rings of each polygon; none of one that cannot be used among others."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon" and isinstance(coordinates, list):
        yield [_ring(ring) for ring in coordinates]
    elif kind == "MultiPolygon" and isinstance(coordinates, list):
        for polygon in coordinates:
            yield [_ring(ring) for ring in polygon] if isinstance(polygon, list) else []
    elif kind == "GeometryCollection" and depth < _MOST_NESTED:
        inner = geometry.get("geometries")
        for part in inner if isinstance(inner, list) else []:
            try:
                yield from _polygons(part if isinstance(part, dict) else {}, depth + 1)
            except BadInput:
                yield []
    else:
        raise BadInput("A {kind} has no area.", kind=str(kind)[:40])


def _ring(corners: Any) -> Any:
    """Return corners ``[N, 2]``; none of a ring that is not made of numbers."""
    try:
        pairs = [numbers(corner)[:2] for corner in corners]
        ring = np.array(pairs, dtype=np.float64)
    except (BadInput, TypeError, ValueError):
        return np.empty((0, 2))
    return ring if ring.shape[1:] == (2,) else np.empty((0, 2))


def write_geojson(found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]) -> None:
    """Write one image's objects as GeoJSON, or those of several as a zip of such files."""
    objects, colors = found.by_image(), found.colors()
    if len(images) == 1 and path.suffix.lower() != ".zip":
        path.write_text(_collection(images[0], objects[images[0].name], colors), "utf-8")
        return
    words = image_paths([image.name for image in images])
    with write_zip(path) as archive:
        for image in images:
            member = f"{words[image.name]}.geojson"
            archive.add(member, _collection(image, objects[image.name], colors))


def _collection(image: AnnotatedImage, objects: list[SetObject], colors: Any) -> str:
    features = [_feature(item, number, colors) for number, item in enumerate(objects)]
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    name = json.dumps(image.name, ensure_ascii=False)
    return f'{{"type": "FeatureCollection", "image": {name}, "features": [\n{rows}\n]}}\n'


def _feature(item: SetObject, number: int, colors: Any) -> dict[str, Any]:
    x1, y1 = item.region.box[:2]
    polygons = [
        [[*_closed(ring, x1, y1)] for ring in (outline.outer, *outline.holes)]
        for outline in trace_mask(item.region.mask())
    ]
    one = len(polygons) == 1
    properties: dict[str, Any] = {
        "objectType": "annotation",
        "name": item.name or "",
        "metadata": {"kind": item.kind or "object"},
    }
    if item.category is not None:
        color = colors.get((item.kind or "", item.category), "#009292")
        rgb = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
        properties["classification"] = {"name": item.category, "color": rgb}
    return {
        "type": "Feature",
        "id": str(uuid.uuid5(_SPACE, f"{item.id or ''}{item.image}{number}")),
        "geometry": {
            "type": "Polygon" if one else "MultiPolygon",
            "coordinates": polygons[0] if one else polygons,
            "plane": {"c": -1, "z": item.plane, "t": 0},
        },
        "properties": properties,
    }


def _closed(ring: Any, x: int, y: int) -> Iterator[list[int]]:
    corners: list[list[int]] = np.add(ring, (x, y)).tolist()
    yield from corners
    yield corners[0]
