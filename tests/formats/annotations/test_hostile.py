"""Files that lie, break off or attack: one sentence, or a list of what was left out."""

from __future__ import annotations

import json
import resource
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet
from piximi_core.formats.annotations.placing import Placed, place_annotations
from piximi_core.formats.annotations.plain_json import MOST_BYTES
from piximi_core.formats.annotations.registry import FORMATS, read_annotations, write_annotations
from tests.formats.annotations.sets import made_up, only

IMAGE = AnnotatedImage("a.png", 20, 10, 3, 1, "1")


def read(path: Path, tmp_path: Path, name: str = "") -> AnnotationSet:
    scratch = tmp_path / "scratch"
    return read_annotations(path, path.name, scratch, known=["a.png"], format_name=name)[1]


def placed(found: AnnotationSet) -> Placed:
    return place_annotations(found, [IMAGE], default_kind="object")


def coco(tmp_path: Path, *annotations: dict[str, Any], **more: Any) -> Path:
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 10}],
        "categories": [{"id": 1, "name": "cell", "supercategory": "cells"}],
        "annotations": [{"image_id": 1, "category_id": 1, **row} for row in annotations],
        **more,
    }
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(content))
    return path


def piximi(tmp_path: Path, *annotations: dict[str, Any], version: str | None = "1.1.4") -> Path:
    content = {
        "version": version,
        "images": [{"id": "i", "name": "a.png"}],
        "categories": [{"id": "1c", "name": "early", "kind": "k", "color": "red"}],
        "kinds": [{"id": "k", "displayName": "nucleus"}],
        "annotations": [
            {"imageId": "i", "categoryId": "1c", "kind": "k", "id": str(n), **row}
            for n, row in enumerate(annotations)
        ],
    }
    path = tmp_path / "piximi.json"
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"images": NaN}',
        b'{"a": -Infinity}',
        b"[" * 200_000,
        b'{"a": ' * 200_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"images": [], "categories": []}',
        b'{"images": 3, "categories": [], "annotations": []}',
        b'{"version": "7.0.0", "images": [], "categories": [], "annotations": []}',
        b'{"version": "new", "images": [], "categories": [], "annotations": []}',
    ],
)
def test_what_is_no_annotation_file_is_refused_in_a_sentence(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(text)
    for name in ("", "piximi") if b"version" in text else ("", "coco", "piximi"):
        with pytest.raises(BadInput, match=r"^'x\.json' .+\."):
            read(path, tmp_path, name)


def test_a_file_of_500_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput, match=rf"500 MB.*{MOST_BYTES // 1_000_000} MB"):
        read(path, tmp_path, "coco")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_a_file_of_empty_lists_is_refused_before_it_takes_thirty_times_its_size(
    tmp_path: Path,
) -> None:
    path = tmp_path / "empty.json"
    path.write_bytes(b'{"images": [' + 20_000_000 * b"[]," + b"[]]}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput, match="holds 20,000,003 lists and objects"):
        read(path, tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


BAD_COCO = [
    ({"bbox": ["left", 1, 2, 3]}, "'left' is no number"),
    ({"bbox": [1, 2, 3]}, "3 numbers stand where 4"),
    ({"bbox": [1, 2, 1e999, 3]}, "no number"),
    ({"bbox": [100, 100, 5, 5]}, "covers no pixel"),
    ({"bbox": [1, 1, -3, 2]}, "covers no pixel"),
    ({"segmentation": [[1, 2, 3]]}, "no three corners"),
    ({"segmentation": [[1, 2, "three", 4, 5, 6]]}, "'three' is no number"),
    ({"segmentation": {"size": [10, 20], "counts": [10**15, 5]}}, "do not add up to the 200"),
    ({"segmentation": {"size": [10, 20], "counts": [250, -50]}}, "do not add up"),
    ({"segmentation": {"size": [10, 20], "counts": "P~~~~~~~~~~~~~~0"}}, "compressed mask"),
    ({"segmentation": {"size": [10, 20], "counts": "\u20ac"}}, "compressed mask"),
    ({"segmentation": {"size": [10**9, 10**9], "counts": [10**18]}}, "1000000000"),
    ({"segmentation": {"size": [20, 10], "counts": [200]}}, "10 x 20"),
    ({"segmentation": [[0, 0, 1e300, 0, 1e300, 1e300]]}, "too long"),
    ({"segmentation": [[0, 0, 9e8, 0, 9e8, 9e8]]}, "too long"),
    ({"segmentation": None, "bbox": None}, "no list of numbers"),
    ({"segmentation": "mask"}, "no list of numbers"),
    ({"image_id": 7, "bbox": [1, 1, 2, 2]}, "image is not in the file"),
    ({"category_id": [1], "bbox": [1, 1, 2, 2]}, "category is not in the file"),
]


@pytest.mark.parametrize(("row", "words"), BAD_COCO)
def test_coco_objects_that_cannot_be_are_left_out_and_listed(
    tmp_path: Path, row: dict[str, Any], words: str
) -> None:
    good = {"bbox": [1, 1, 4, 4], "id": "good"}
    result = placed(read(coco(tmp_path, row, good), tmp_path))
    assert [one.region.box for one in result.objects] == [(1, 1, 5, 5)]
    (problem,) = result.skipped
    assert words in problem.reason


def test_numbers_written_as_text_are_understood(tmp_path: Path) -> None:
    row = {"bbox": ["1", "2", "3.0", "4"], "image_id": "1", "category_id": "1", "iscrowd": "0"}
    (one,) = placed(read(coco(tmp_path, row), tmp_path)).objects
    assert (one.region.box, one.kind, one.category) == ((1, 2, 4, 6), "cells", "cell")


def test_what_reaches_over_the_border_is_cut_and_said(tmp_path: Path) -> None:
    rows = [
        {"bbox": [-5, -5, 10, 10], "id": 1},
        {"segmentation": [[10, 5, 40, 5, 40, 30, 10, 30]], "id": 2},
    ]
    result = placed(read(coco(tmp_path, *rows), tmp_path))
    assert [one.region.box for one in result.objects] == [(0, 0, 5, 5), (10, 5, 20, 10)]
    assert [problem.reason for problem in result.repaired] == [
        "It reached over the border and was cut there."
    ] * 2


def test_a_polygon_of_ten_thousand_points_is_fine(tmp_path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 10_000, endpoint=False)
    ring = np.stack([10 + 4 * np.cos(angle), 5 + 4 * np.sin(angle)], axis=1).ravel().tolist()
    (one,) = placed(read(coco(tmp_path, {"segmentation": [ring]}), tmp_path)).objects
    assert abs(one.region.area - np.pi * 16) < 8


def test_labels_of_another_size_are_refused_together(tmp_path: Path) -> None:
    images = [{"id": 1, "file_name": "a.png", "width": 40, "height": 20}]
    found = read(coco(tmp_path, {"bbox": [1, 1, 4, 4]}, images=images), tmp_path)
    result = placed(found)
    assert not result.objects
    assert "made for 40 x 20 pixels, but the image has 20 x 10" in result.skipped[0].reason


GOOD = {"boundingBox": [1, 1, 4, 3], "mask": "1 5", "activePlane": 0}
BAD_PIXIMI = [
    ({**GOOD, "mask": "1 4"}, "5 pixels, but its box has 6"),
    ({**GOOD, "mask": "1 -5"}, "no list of run lengths"),
    ({**GOOD, "mask": [7, -1]}, "negative length"),
    ({**GOOD, "mask": "99999999999999999999"}, "no list of run lengths"),
    ({**GOOD, "boundingBox": [0, 0, 10**8, 10**8], "mask": f"0 {10**16}"}, "no list of run"),
    ({**GOOD, "boundingBox": [0, 0, 10**6, 10**5], "mask": f"0 {10**11}"}, "far larger"),
    ({**GOOD, "boundingBox": [4, 1, 1, 3]}, "covers no pixel"),
    ({**GOOD, "mask": "6"}, "covers no pixel"),
    ({**GOOD, "imageId": "gone"}, "image is not in the file"),
    ({**GOOD, "activePlane": "low"}, "no number"),
    ({"boundingBox": [1, 1, 4, 3]}, "no list of numbers"),
]


@pytest.mark.parametrize(("row", "words"), BAD_PIXIMI)
def test_piximi_objects_that_cannot_be_are_left_out_and_listed(
    tmp_path: Path, row: dict[str, Any], words: str
) -> None:
    result = placed(read(piximi(tmp_path, row, GOOD), tmp_path))
    assert [(one.kind, one.category) for one in result.objects] == [("nucleus", "early")]
    (problem,) = result.skipped
    assert words in problem.reason


def test_planes_and_categories_that_are_not_there_are_mended(tmp_path: Path) -> None:
    rows = [{**GOOD, "activePlane": 9}, {**GOOD, "categoryId": "gone"}, {**GOOD, "plane": 2}]
    del rows[2]["activePlane"]
    result = placed(read(piximi(tmp_path, *rows), tmp_path))
    assert [(one.plane, one.category) for one in result.objects] == [
        (2, "early"), (0, None), (2, "early")
    ]  # fmt: skip
    reasons = [problem.reason for problem in result.repaired]
    assert "no plane 10; it was put in plane 3" in reasons[1]
    assert "became Unknown" in reasons[0]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]>
<annotation><filename>&y;</filename></annotation>"""
LEAK = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>"""


@pytest.mark.parametrize(
    "text",
    [BOMB, LEAK, BOMB.decode().encode("utf-16"), b"", b"<a>", b"<html></html>", b"<a" * 100_000],
)
def test_xml_that_attacks_or_is_none_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(text)
    with pytest.raises(BadInput, match=r"^'a\.xml' "):
        read(path, tmp_path)


@pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", "..\\a.xml"])
def test_zips_that_lead_outside_are_refused_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.xml", "<annotation/>")
        archive.writestr(name, "<annotation/>")
    with pytest.raises(BadInput, match="leads outside"):
        read(path, tmp_path)
    assert not [p for p in (tmp_path / "scratch").rglob("*") if p.is_file()]


def test_label_images_with_fractions_or_too_large_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.full((10, 20), 0.5, np.float32))
    with pytest.raises(BadInput, match="fractions"):
        read(path, tmp_path)
    tifffile.imwrite(path, np.zeros((10, 20), np.uint16))
    raw = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        tags = file.pages[0].tags
        places = [tags[name].valueoffset for name in ("ImageWidth", "ImageLength")]
    for place in places:
        raw[place : place + 4] = (200_000).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(BadInput, match=r"too large|damaged"):
        read(path, tmp_path)


def test_objects_of_formats_without_sizes_are_cut_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0 0.5 0.5 2 2\n0 nan 0 1 1\n0 1 2\nx 0 0 1 1\n1 0 0 1 0 1 1\n")
    found = read(tmp_path / "a.txt", tmp_path)
    assert len(found.skipped) == 3
    result = placed(found)
    assert result.objects[0].region.box == (0, 0, 20, 10)
    assert result.objects[1].region.area == 100  # half of the image
    assert [one.category for one in result.objects] == ["0", "1"]


def test_geojson_without_area_is_left_out(tmp_path: Path) -> None:
    shapes = [
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [[[1, 1], [5, 1], [5, 4], [1, 4], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[1, 1], [None, 1], [5, 4]]]},
        {"type": "Polygon", "coordinates": []},
        None,
    ]
    features = [{"type": "Feature", "geometry": shape, "properties": None} for shape in shapes]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(features))  # QuPath writes bare lists, too
    result = placed(read(path, tmp_path))
    assert len(result.skipped) == 4
    assert [one.region.box for one in result.objects] == [(1, 1, 5, 4)]


def sentence_or_set(path: Path, tmp_path: Path, name: str) -> str | AnnotationSet:
    try:
        return read(path, tmp_path, name)
    except BadInput as error:
        return str(error)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_damage_anywhere_gives_one_sentence_or_a_list(tmp_path: Path, name: str, data: Any) -> None:
    room = tmp_path / f"good-{name}"
    if not room.exists():
        room.mkdir()
        write_annotations(only(made_up(), "Zellen-ü.png"), room, name)
    (source,) = room.iterdir()
    raw = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    hurt = tmp_path / source.name
    hurt.write_bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))])
    found = sentence_or_set(hurt, tmp_path, name)
    if isinstance(found, str):
        assert found.endswith(".")
        return
    image = AnnotatedImage("Zellen-ü.png", 25, 20, 3, 1)
    result = place_annotations(found, [image], default_kind="object")
    for one in result.objects:
        x1, y1, x2, y2 = one.region.box
        assert 0 <= x1 < x2 <= 25
        assert 0 <= y1 < y2 <= 20
        assert one.region.mask().any()
        assert 0 <= one.plane < 3


def test_a_tiff_whose_pages_lead_in_a_circle_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path, byteorder="<") as writer:
        for _ in range(2):
            writer.write(np.eye(9, dtype=np.uint16), contiguous=False, metadata=None)
    with tifffile.TiffFile(path) as file:
        first, second = (page.offset for page in file.pages)
    raw = bytearray(path.read_bytes())
    count = int.from_bytes(raw[second : second + 2], "little")
    end = second + 2 + 12 * count
    raw[end : end + 4] = first.to_bytes(4, "little")
    path.write_bytes(raw)
    assert len(read(path, tmp_path).objects) == 2
