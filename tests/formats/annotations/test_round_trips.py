"""Every annotation format: written and read again it is the same, pixel for pixel."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile

from piximi_core.formats.annotations.registry import FORMATS, read_annotations, write_annotations
from tests.formats.annotations.sets import (
    boxes,
    made_up,
    only,
    pixels,
    there_and_back,
    union,
)

EXACT = [
    ("coco", "polygons"),
    ("coco", "single"),
    ("coco", "runs"),
    ("piximi", "1.1.4"),
    ("piximi", "0.2.0"),
    ("labels", ""),
    ("masks", "label-matrices"),
    ("masks", "labeled-instance"),
    ("masks", "binary-instance"),
    ("geojson", ""),
    ("imagej", ""),
]


@pytest.mark.parametrize(("name", "style"), EXACT)
def test_masks_kinds_and_categories_come_back(tmp_path: Path, name: str, style: str) -> None:
    whole = made_up()
    if name == "coco":  # has no planes
        whole.objects = [replace(one, plane=0) for one in whole.objects]
    back = there_and_back(whole, tmp_path, name, style, guess=True)
    fields = ("kind", "category", "name")
    assert pixels(back, whole, fields) == pixels(whole, whole, fields)


@pytest.mark.parametrize("name", ["labels", "geojson", "voc", "imagej"])
def test_one_image_needs_no_zip_around_its_file(tmp_path: Path, name: str) -> None:
    whole = only(made_up(), "Zellen-ü.png")
    whole.objects = [replace(one, kind="nucleus", category=None) for one in whole.objects]
    path, _hidden = write_annotations(whole, tmp_path, name)
    assert path.name == f"Zellen-ü{FORMATS[name].ending_of_one}"
    known = [image.name for image in whole.images]
    _name, back = read_annotations(path, path.name, tmp_path / "scratch", known=known)
    expected = boxes(whole) if name == "voc" else whole
    # A bare label image has no room for words.
    fields = () if name == "labels" else ("kind", "category")
    assert pixels(back, whole, fields) == pixels(expected, whole, fields)


def test_voc_keeps_boxes_and_everything_else(tmp_path: Path) -> None:
    whole = made_up()
    back = there_and_back(whole, tmp_path, "voc", guess=True)
    assert pixels(back, whole) == pixels(boxes(whole), whole)
    with zipfile.ZipFile(tmp_path / "out" / "My project.zip") as archive:
        text = archive.read("Annotations/cells 1.ome.xml").decode()
    assert "<xmin>4</xmin>" in text  # counted from 1
    assert "<xmax>11</xmax>" in text


@pytest.mark.parametrize("style", ["boxes", "outlines"])
def test_yolo_keeps_boxes_or_outlines_by_class(tmp_path: Path, style: str) -> None:
    whole = made_up()
    back = there_and_back(whole, tmp_path, "yolo", style, guess=True)
    expected = made_up() if style == "outlines" else boxes(made_up())
    # Objects without a category carry the name of their kind.
    expected.objects = [
        replace(one, plane=0, category=one.category or one.kind) for one in expected.objects
    ]
    assert pixels(back, whole, ("category",)) == pixels(expected, whole, ("category",))


@pytest.mark.parametrize("style", ["labeled-semantic", "binary-semantic"])
def test_masks_of_categories_keep_the_pixels_of_each(tmp_path: Path, style: str) -> None:
    whole = made_up()
    back = there_and_back(whole, tmp_path, "masks", style, guess=True)
    fields = ("kind", "category")
    assert union(back, whole, *fields) == union(whole, whole, *fields)


def test_piximi_01_keeps_kinds_as_its_categories(tmp_path: Path) -> None:
    whole = made_up()
    back = there_and_back(whole, tmp_path, "piximi", "0.1")
    assert pixels(back, whole, ("kind",)) == pixels(whole, whole, ("kind",))
    content = json.loads((tmp_path / "out" / "My project.json").read_text("utf-8"))
    assert "version" not in content
    assert [image["name"] for image in content["images"]] == ["cells 1.ome.tif", "Zellen-ü.png"]


def test_every_field_that_piximi_asks_for_is_there(tmp_path: Path) -> None:
    """What its validator and its reader want of the two ages of files (piximi.md B.3.3, F.5)."""
    there_and_back(made_up(), tmp_path, "piximi")
    content = json.loads((tmp_path / "out" / "My project.json").read_text("utf-8"))
    kinds = {kind["id"]: kind for kind in content["kinds"]}
    categories = {category["id"]: category for category in content["categories"]}
    images = {image["id"]: image["name"] for image in content["images"]}
    assert content["version"] == "1.1.4"
    for category in categories.values():
        assert {"id", "color", "name", "visible", "kind", "containing"} <= category.keys()
        assert (category["id"][0] == "0") == (category["name"] == "Unknown")
        assert category["kind"] in kinds
    for kind in kinds.values():
        assert categories[kind["unknownCategoryId"]]["kind"] == kind["id"]
        assert {c["id"] for c in categories.values() if c["kind"] == kind["id"]} == {
            *kind["categories"]
        }
    for row in content["annotations"]:
        assert row["plane"] == row["activePlane"]
        assert row["id"] in kinds[row["kind"]]["containing"]
        assert row["id"] in categories[row["categoryId"]]["containing"]
        assert row["imageId"] in images
        x1, y1, x2, y2 = row["boundingBox"]
        assert row["shape"][1:3] == [y2 - y1, x2 - x1]
        assert sum(map(int, row["mask"].split())) == (y2 - y1) * (x2 - x1)
        assert row["partition"] in ("Training", "Validation", "Inference", "Unassigned")


def test_unpacked_zips_are_read_like_the_zips(tmp_path: Path) -> None:
    whole = made_up()
    known = [image.name for image in whole.images]
    fields = ("kind", "category", "name")
    for name in ("masks", "labels", "geojson", "imagej"):
        path, _hidden = write_annotations(whole, tmp_path, name)
        folder = tmp_path / name
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        path.unlink()
        inner = folder / "My project" if name == "masks" else folder
        found, back = read_annotations(inner, inner.name, tmp_path / f"room {name}", known=known)
        assert found == name
        assert pixels(back, whole, fields) == pixels(whole, whole, fields)


def test_a_crowd_stays_a_crowd(tmp_path: Path) -> None:
    whole = made_up()
    whole.objects = [replace(one, plane=0, crowd=True) for one in whole.objects]
    back = there_and_back(whole, tmp_path, "coco")
    assert pixels(back, whole, ("crowd",)) == pixels(whole, whole, ("crowd",))
    rows = json.loads((tmp_path / "out" / "My project.json").read_text("utf-8"))["annotations"]
    assert all(isinstance(row["segmentation"]["counts"], list) for row in rows)
    back = there_and_back(whole, tmp_path, "coco", "single")  # Piximi fails at crowds
    assert not any(one.crowd for one in back.objects)


def test_mask_values_count_where_piximi_does_not(tmp_path: Path) -> None:
    whole = made_up()
    out = tmp_path / "out"
    out.mkdir()
    values = {}
    for style in ("label-matrices", "labeled-semantic", "labeled-instance"):
        path, _hidden = write_annotations(whole, out, "masks", style=style)
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.endswith(".tiff"):
                    with archive.open(member) as file:
                        values[style, member] = tifffile.imread(file)
    matrix = values["label-matrices", "My project/cells 1.ome/nucleus.tiff"]
    assert matrix.dtype == np.uint16
    assert np.unique(matrix).tolist() == [0, 1, 2]
    late = values["labeled-semantic", "My project/Zellen-ü/nucleus_late, 'very'.tiff"]
    early = values["labeled-semantic", "My project/cells 1.ome/nucleus_early.tiff"]
    assert (np.unique(early).tolist(), np.unique(late).tolist()) == ([0, 1], [0, 2])
    assert late.shape == (3, 20, 25)
    # Where category and kind have one name, Piximi writes it once.
    assert ("labeled-semantic", "My project/cells 1.ome/spot.tiff") in values
    colored = values["labeled-instance", "My project/Zellen-ü/nucleus.tiff"]
    assert (colored.shape, colored.dtype) == ((9, 20, 25), np.uint8)
    assert colored[6:].any()
    assert not colored[:6].any()


def test_objects_below_others_are_named(tmp_path: Path) -> None:
    whole = made_up()
    first = whole.objects[0]
    whole.objects.append(replace(first, name="on top"))
    for name, style in (("labels", ""), ("masks", "label-matrices")):
        _path, hidden = write_annotations(whole, tmp_path, name, style=style)
        assert [problem.what for problem in hidden] == ["first"]
    _path, hidden = write_annotations(whole, tmp_path, "masks", style="binary-instance")
    assert not hidden


def test_the_same_set_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("masks", "labels", "voc", "yolo", "geojson", "imagej"):
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / "b").mkdir(exist_ok=True)
        first, _hidden = write_annotations(made_up(), tmp_path / "a", name)
        second, _hidden = write_annotations(made_up(), tmp_path / "b", name)
        assert first.read_bytes() == second.read_bytes()
