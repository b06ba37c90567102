"""Objects of several outlines: joined as their format means it, and a bad part costs the part."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import pytest

from piximi_core.formats.annotations.model import AnnotatedImage
from piximi_core.formats.annotations.placing import Placed, place_annotations
from piximi_core.formats.annotations.registry import read_annotations

IMAGE = AnnotatedImage("a.png", 80, 60, 1, 3, "1")
SQUARE = [10, 10, 40, 10, 40, 30, 10, 30]  # 30 x 20 = 600 pixels
LEFT_OUT = "A part of its outline has no area in any image and was left out."


def read(path: Path, tmp_path: Path, **size: Any) -> Placed:
    found = read_annotations(path, path.name, tmp_path / "scratch", known=["a.png"])[1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy's go to standard error otherwise
        return place_annotations(found, [IMAGE], default_kind="object")


def coco(tmp_path: Path, *drawn: Any, bbox: Any = (10, 10, 30, 20)) -> Placed:
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": 80, "height": 60}],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "segmentation": one, "bbox": bbox} for one in drawn
        ],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    return read(path, tmp_path)


def geojson(tmp_path: Path, *geometries: Any) -> Placed:
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in geometries]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return read(path, tmp_path)


def square(x: float, y: float, side: float) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


BAD_PARTS: list[Any] = [
    [],
    [40.0, 30.0],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
    [1, 2, "three", 4, 5, 6],
    None,
    7,
    [0, 0, 1e308, 0, 1e308, 1e308],
    [0, 0, 1e200, 0, 1e200, 1e200],
    [0, 0, 9e7, 0, 9e7, 9e7],
    [math.nan, 0, 5, 0, 5, 5],
    [math.inf, 0, 5, 0, 5, 5],
]


@pytest.mark.parametrize("bad", BAD_PARTS)
def test_a_bad_part_of_a_coco_outline_costs_the_part(tmp_path: Path, bad: Any) -> None:
    result = coco(tmp_path, [SQUARE, bad], [bad, SQUARE])
    assert [one.region.area for one in result.objects] == [600, 600]
    assert [problem.reason for problem in result.repaired].count(LEFT_OUT) == 2
    assert not result.skipped


@pytest.mark.parametrize("drawn", [[[5.0, 5.0]], [[]], [[], [5, 5]], [None]])
def test_a_coco_object_without_a_usable_outline_is_its_box(tmp_path: Path, drawn: Any) -> None:
    (one,) = coco(tmp_path, drawn).objects
    assert (one.region.box, one.region.area) == ((10, 10, 40, 30), 600)


def test_parts_of_a_coco_object_are_joined_as_pycocotools_does(tmp_path: Path) -> None:
    over = [20, 20, 50, 20, 50, 40, 20, 40]
    (one,) = coco(tmp_path, [SQUARE, over]).objects
    assert one.region.area == 600 + 600 - 20 * 10


def test_polygons_of_a_geojson_object_are_joined_and_only_rings_are_holes(tmp_path: Path) -> None:
    apart = [[square(10, 10, 20)], [square(20, 20, 20)]]
    with_hole = [[square(10, 10, 20), square(15, 15, 5)], [square(17, 17, 2)]]
    hole_under_part = [[square(10, 10, 20), square(15, 15, 5)], [square(14, 14, 8)]]
    three = [[square(10, 10, 10)], [square(10, 10, 10)], [square(12, 12, 2)]]
    geometries = [
        {"type": "MultiPolygon", "coordinates": one}
        for one in (apart, with_hole, hole_under_part, three)
    ]
    ring_over_ring = {"type": "Polygon", "coordinates": [square(10, 10, 20), square(20, 20, 20)]}
    together = {
        "type": "GeometryCollection",
        "geometries": [{"type": "Polygon", "coordinates": part} for part in apart],
    }
    result = geojson(tmp_path, *geometries, ring_over_ring, together)
    areas = [one.region.area for one in result.objects]
    assert areas == [700, 400 - 25 + 4, 400, 100, 400 + 400 - 2 * 100, 700]
    assert not result.repaired


FAR = [[-1e308, -1e308], [1e308, 1e308], [5, 25]]
BAD_RINGS: list[Any] = [
    [],
    [[50, 50], [51, 51]],
    [[1, 1], [None, 1], [5, 4]],
    [[1], [2], [3]],
    "ring",
    None,
    FAR,
    [[0, 0], [1e200, 0], [5, 5]],
]


@pytest.mark.parametrize("bad", BAD_RINGS)
def test_a_bad_part_of_a_geojson_object_costs_the_part(tmp_path: Path, bad: Any) -> None:
    good = square(10, 10, 20)
    multi = {"type": "MultiPolygon", "coordinates": [[good], [bad, square(40, 40, 5)]]}
    hole = {"type": "Polygon", "coordinates": [good, bad]}
    mixed = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Point", "coordinates": [1, 2]},
            {"type": "Polygon", "coordinates": [good]},
        ],
    }
    result = geojson(tmp_path, multi, hole, mixed)
    # The hole of an outline that is none is no object.
    assert [one.region.area for one in result.objects] == [400, 400, 400]
    assert [problem.reason for problem in result.repaired] == [LEFT_OUT] * 3


def numbers(value: float) -> dict[str, bytes]:
    """One good object and one with a corner at that number, in each format that has outlines."""
    good, text = square(10, 10, 20), repr(value)
    coco_rows = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "segmentation": [ring]}
            for ring in ([*SQUARE], [-value, -value, value, value, 5, 25])
        ],
    }
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for ring in (good, [[-value, -value], [value, value], [5, 25]])
    ]
    piximi = {
        "version": "1.1.4",
        "images": [{"id": "i", "name": "a.png"}],
        "categories": [{"id": "1c", "name": "x", "kind": "k"}],
        "kinds": [{"id": "k", "displayName": "k"}],
        "annotations": [
            {"imageId": "i", "categoryId": "1c", "kind": "k", "mask": "0 6", "boundingBox": box}
            for box in ([1, 1, 4, 3], [value, value, value, value])
        ],
    }
    return {
        "a.json": json.dumps(coco_rows).encode(),
        "a.geojson": json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        "p.json": json.dumps(piximi).encode(),
        "a.txt": (
            f"0 0.5 0.5 0.2 0.2\n0 {text} {text} 0.1 0.1 -{text} {text}\n"
            f"0 {text} {text} {text} {text}\n"
        ).encode(),
        "a.xml": (
            "<annotation><filename>a.png</filename>"
            + "".join(
                f"<object><name>x</name><bndbox><xmin>{low}</xmin><ymin>{low}</ymin>"
                f"<xmax>{high}</xmax><ymax>{high}</ymax></bndbox></object>"
                for low, high in (("2", "9"), (f"-{text}", "nan"))
            )
            + "</annotation>"
        ).encode(),
    }


@pytest.mark.parametrize("value", [1e308, 1e300, 1e200, math.nan, math.inf])
def test_numbers_beyond_any_image_cost_their_object_alone(tmp_path: Path, value: float) -> None:
    for name, content in numbers(value).items():
        path = tmp_path / name
        path.write_bytes(content)
        result = read(path, tmp_path)
        assert len(result.objects) == 1, name
        assert result.skipped, name
        for problem in result.skipped:
            assert len(problem.reason) < 200, name


@pytest.mark.parametrize("case", ["good_and_point", "good_and_empty", "point_only", "empty_part"])
def test_the_cases_of_bad_parts(shared_data: Path, tmp_path: Path, case: str) -> None:
    path = shared_data / "cases" / "degenerate-part-drops-object" / f"{case}.json"
    (one,) = read(path, tmp_path).objects
    assert (one.region.box, one.region.area) == ((10, 10, 40, 30), 600)


def test_the_cases_of_geojson(shared_data: Path, tmp_path: Path) -> None:
    cases = shared_data / "cases"
    (one,) = read(cases / "geojson-overlap-becomes-hole" / "a.geojson", tmp_path).objects
    assert one.region.area == 700
    bad = cases / "degenerate-part-drops-object" / "multipolygon.geojson"
    (one,) = read(bad, tmp_path).objects
    assert one.region.area == 400
