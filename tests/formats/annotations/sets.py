"""Sets of objects for the tests of annotation files, and what is compared of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from piximi_core.annotation.regions import Region, region_of
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    ObjectCategory,
    SetObject,
)
from piximi_core.formats.annotations.registry import read_annotations, write_annotations
from piximi_core.formats.annotations.shapes import place

masks = arrays.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 11)))

RING = np.ones((7, 8), bool)
RING[2:5, 2:6] = False
RING[3, 4] = True  # an island in the hole
PARTS = np.zeros((6, 9), bool)
PARTS[:2, :3] = PARTS[4:, 5:] = PARTS[3, 4] = True  # the last two touch at a corner
DOT = np.ones((1, 1), bool)


def made_up() -> AnnotationSet:
    """Two images, one of three planes; two kinds; holes, parts, a crowd, no category at all."""
    images = [
        AnnotatedImage("cells 1.ome.tif", 40, 30, 1, 3),
        AnnotatedImage("Zellen-ü.png", 25, 20, 3, 1),
        AnnotatedImage("empty.png", 8, 9, 1, 1),
    ]
    objects = [
        item("cells 1.ome.tif", RING, 3, 4, "nucleus", "early", "first"),
        item("cells 1.ome.tif", PARTS, 30, 23, "nucleus", None, "second"),
        item("cells 1.ome.tif", DOT, 39, 29, "spot", "spot", "third"),
        item("Zellen-ü.png", RING, 0, 0, "nucleus", "late, 'very'", "fourth", plane=2),
        item("Zellen-ü.png", PARTS, 16, 14, "spot", "early", "fifth", plane=1),
    ]
    categories = [
        ObjectCategory("early", "nucleus", "#c84c4c"),
        ObjectCategory("late, 'very'", "nucleus", "#006ddb"),
        ObjectCategory("spot", "spot", "#237700"),
        ObjectCategory("early", "spot", "#490092"),
    ]
    return AnnotationSet(images, objects, categories=categories, project="My project")


def item(
    image: str,
    mask: Any,
    x: int,
    y: int,
    kind: str | None,
    category: str | None,
    name: str | None = None,
    **more: Any,
) -> SetObject:
    region = region_of(mask, x, y)
    assert region is not None
    return SetObject(image, region, kind, category, name=name, **more)


def only(whole: AnnotationSet, *images: str) -> AnnotationSet:
    """The part of a set that belongs to some images."""
    return AnnotationSet(
        [image for image in whole.images if image.name in images],
        [one for one in whole.objects if one.image in images],
        categories=whole.categories,
        project=whole.project,
    )


def there_and_back(
    whole: AnnotationSet, tmp_path: Path, format_name: str, style: str = "", guess: bool = False
) -> AnnotationSet:
    """Write a set, read what was written, and say that nothing of it was refused."""
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    path, _hidden = write_annotations(whole, out, format_name, style=style)
    scratch = tmp_path / "scratch"
    known = [image.name for image in whole.images]
    name, found = read_annotations(
        path, path.name, scratch, known=known, format_name="" if guess else format_name
    )
    assert name == format_name
    assert not found.skipped
    return found


def pixels(
    found: AnnotationSet, like: AnnotationSet, fields: Sequence[str] = ("kind", "category")
) -> Counter[Any]:
    """Count each object of a set as its image, plane, pixels and the given fields."""
    sizes = {image.name: (image.height, image.width) for image in like.images}
    counted: Counter[Any] = Counter()
    for one in found.objects:
        height, width = sizes[one.image]
        region = place(one.shape, height or 0, width or 0)
        assert region is not None
        counted[one.image, one.plane, region, *(getattr(one, field) for field in fields)] += 1
    return counted


def boxes(found: AnnotationSet) -> AnnotationSet:
    """The same objects with their whole boxes as masks: what formats without masks keep."""
    from dataclasses import replace

    from piximi_core.annotation.regions import filled_box

    return AnnotationSet(
        found.images, [replace(one, shape=filled_box(one.region.box)) for one in found.objects]
    )


def union(found: AnnotationSet, like: AnnotationSet, *fields: str) -> dict[Any, Any]:
    """Return for each image, plane and fields the mask of all objects together, as bytes."""
    sizes = {image.name: (image.height or 0, image.width or 0) for image in like.images}
    whole: dict[Any, Any] = {}
    for one in found.objects:
        region = place(one.shape, *sizes[one.image])
        assert isinstance(region, Region)
        key = (one.image, one.plane, *(getattr(one, field) for field in fields))
        mask = whole.setdefault(key, np.zeros(sizes[one.image], bool))
        x1, y1, x2, y2 = region.box
        mask[y1:y2, x1:x2] |= region.mask()
    return {key: mask.tobytes() for key, mask in whole.items()}
