"""JSON of LabelMe, VIA, Label Studio and CreateML, and what lies beside annotations in a zip."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from piximi_core.annotation import decode_mask
from piximi_core.annotation.regions import region_of
from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, SetObject
from piximi_core.formats.annotations.placing import place_annotations
from piximi_core.formats.annotations.programs.label_studio_brush import brush_mask
from piximi_core.formats.annotations.registry import read_annotations, write_annotations
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.store import Store
from tests.services.annotations.test_cases_of_names import LINES, packed
from tests.services.annotations.test_names_in_folders import bring_in, pictures
from tests.services.conftest import add


def png(mask: Any) -> str:
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def brush(mask: Any) -> list[int]:
    """Pack a mask as Label Studio does, every run as single values."""
    values = np.repeat(mask.ravel().astype(np.uint8) * 255, 4)
    bits = f"{len(values):032b}" + f"{7:05b}" + "".join(f"{n - 1:04b}" for n in (3, 4, 8, 16))
    for at in range(0, len(values), 200):
        run = values[at : at + 200]
        same = len(set(run.tolist())) == 1
        bits += ("1" if same else "0") + "10" + f"{len(run) - 1:08b}"
        bits += "".join(f"{value:08b}" for value in (run[:1] if same else run).tolist())
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


SQUARE = [[2, 3], [8, 3], [8, 9], [2, 9]]
BLOB = np.zeros((20, 30), bool)
BLOB[4:9, 6:12] = BLOB[12:15, 20:28] = True


def labelme(*shapes: dict[str, Any], **more: Any) -> Any:
    head = {"version": "5.0.1", "flags": {}, "imagePath": "..\\pics\\a.png", "imageData": None}
    return {**head, "imageHeight": 20, "imageWidth": 30, "shapes": list(shapes), **more}


def via(shape: dict[str, Any], attributes: dict[str, Any] | None = None) -> Any:
    region = {"shape_attributes": shape, "region_attributes": attributes or {"type": "rbc"}}
    return {"a.png1234": {"filename": "a.png", "size": 1234, "regions": [region]}}


def studio(sort: str, value: dict[str, Any], **more: Any) -> Any:
    size = {"original_width": 30, "original_height": 20}
    value = {**value, f"{sort}labels": ["rbc"]}
    result = [{"type": f"{sort}labels", "value": value, **size, **more}]
    image = "/data/upload/1/a1b2c3d4-a.png"
    return [{"id": 1, "annotations": [{"id": 1, "result": result}], "data": {"image": image}}]


@pytest.mark.parametrize(
    ("name", "content", "box", "area"),
    [
        ("labelme", labelme({"label": "rbc", "points": SQUARE, "shape_type": "polygon"}),
         (2, 3, 8, 9), 36),
        ("labelme", labelme({"label": "rbc", "points": [[8, 9], [2, 3]],
                             "shape_type": "rectangle"}), (2, 3, 8, 9), 36),
        ("labelme", labelme({"label": "rbc", "points": [[10, 10], [10, 15]],
                             "shape_type": "circle"}), (5, 5, 15, 15), np.pi * 25),
        ("labelme", labelme({"label": "rbc", "points": [[2, 3], [7, 5]], "shape_type": "mask",
                             "mask": png(np.eye(3, 6) > 0)}), (2, 3, 5, 6), 3),
        ("via", via({"name": "rect", "x": 1, "y": 2, "width": 10, "height": 9}),
         (1, 2, 11, 11), 90),
        ("via", {"_via_settings": {}, "_via_img_metadata": via(
            {"name": "polygon", "all_points_x": [2, 8, 8, 2], "all_points_y": [3, 3, 9, 9]},
            {"size": "5", "Class": {"rbc": True}})}, (2, 3, 8, 9), 36),
        ("via", via({"name": "circle", "cx": 10, "cy": 10, "r": 5}), (5, 5, 15, 15), np.pi * 25),
        ("via", via({"name": "ellipse", "cx": 15, "cy": 10, "rx": 3, "ry": 8,
                     "theta": np.pi / 2}), (7, 7, 23, 13), np.pi * 24),
        ("labelstudio", studio("rectangle", {"x": 10, "y": 10, "width": 50, "height": 20}),
         (3, 2, 18, 6), 60),
        ("labelstudio", studio("rectangle", {"x": 50, "y": 10, "width": 50, "height": 20,
                                             "rotation": 90}), (11, 2, 15, 17), 60),
        ("labelstudio", studio("polygon", {"points": [[10, 10], [60, 10], [60, 30], [10, 30]]}),
         (3, 2, 18, 6), 60),
        ("labelstudio", studio("ellipse", {"x": 50, "y": 50, "radiusX": 20, "radiusY": 10,
                                           "rotation": 0}), (9, 8, 21, 12), np.pi * 12),
        ("labelstudio", studio("brush", {"format": "rle", "rle": brush(BLOB)}),
         (6, 4, 28, 15), 54),
        ("createml", [{"image": "a.png", "annotations": [
            {"label": "rbc", "coordinates": {"x": 10, "y": 8, "width": 6, "height": 4}}]}],
         (7, 6, 13, 10), 24),
    ],
)  # fmt: skip
def test_every_shape_becomes_its_pixels(
    store: Store, tmp_path: Path, name: str, content: Any, box: tuple[int, ...], area: float
) -> None:
    add(store, pictures(tmp_path / "in", "a.png", "b.png"))
    (tmp_path / "export.json").write_text(json.dumps(content))
    result = bring_in(store, tmp_path / "export.json")
    assert result.format == name
    (row,) = list_objects(store)
    assert (row.image_name, row.category_name, row.box) == ("a.png", "rbc", box)
    # Circles are made of whole pixels.
    assert row.area == pytest.approx(area, rel=0.08 if isinstance(area, float) else 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (labelme({"label": "x", "points": [[1, 2]], "shape_type": "point"}), "A point has no area"),
        (labelme({"label": "x", "points": SQUARE, "shape_type": "mask", "mask": "!!"}), "mask"),
        (labelme({"label": "x", "points": [[0, 0], [3, 3]], "shape_type": "mask",
                  "mask": base64.b64encode(b"no png").decode()}), "no whole PNG"),
        (via({"name": "point", "cx": 1, "cy": 2}), "A point has no area"),
        (via({"name": "circle", "cx": 1, "cy": 2, "r": -1}), "radius"),
        (studio("keypoint", {"x": 1, "y": 2}), "A keypoint has no area"),
        (studio("brush", {"rle": brush(BLOB)[:30]}), "ends too early"),
        (studio("brush", {"rle": brush(BLOB[:10])}), "another size"),
        (studio("brush", {"rle": [999]}), "no list of bytes"),
    ],
)  # fmt: skip
def test_what_has_no_area_is_told(tmp_path: Path, content: Any, reason: str) -> None:
    (tmp_path / "x.json").write_text(json.dumps(content))
    _name, found = read_annotations(tmp_path / "x.json", "x.json", tmp_path / "room")
    assert not found.objects
    assert reason in " ".join(problem.reason for problem in found.skipped)


def test_the_last_of_several_annotations_counts_and_is_told(tmp_path: Path) -> None:
    one = studio("rectangle", {"x": 0, "y": 0, "width": 50, "height": 50})[0]
    two = studio("rectangle", {"x": 0, "y": 0, "width": 10, "height": 10})[0]["annotations"]
    cancelled = [{"result": [], "was_cancelled": True}]
    one["annotations"] += [*two, *cancelled]
    (tmp_path / "x.json").write_text(json.dumps([one]))
    _name, found = read_annotations(tmp_path / "x.json", "x.json", tmp_path / "room")
    (item,) = found.objects
    assert getattr(item.shape, "right", None) == 0.1
    assert "annotated 2 times" in found.repaired[0].reason


def test_json_that_is_nobodys_is_not_called_piximis(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"version": "5.0.1", "settings": []}')
    with pytest.raises(BadInput, match="of no format of annotations"):
        read_annotations(tmp_path / "x.json", "x.json", tmp_path / "room")


def test_other_files_in_a_zip_are_named_as_left_out(store: Store, tmp_path: Path) -> None:
    add(store, pictures(tmp_path / "in", "a.png", "b.png"))
    notes = json.dumps({"categories": [], "info": {"contributor": "Label Studio"}})
    path = packed(tmp_path / "y.zip", classes__txt="rbc\nwbc\n", notes__json=notes,
                  other__xml="<settings/>", labels_S_a__txt=LINES)  # fmt: skip
    result = bring_in(store, path)
    assert (result.format, result.new) == ("yolo", 2)
    assert [what for what, _ in result.skipped] == ["notes.json", "other.xml"]

    image = {"id": 1, "file_name": "b.png", "width": 30, "height": 20}
    captions = json.dumps({"images": [image], "annotations": []})
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 4, 5]}
    whole = {"images": [image], "annotations": [box], "categories": [{"id": 1, "name": "x"}]}
    path = packed(tmp_path / "c.zip", a__json=captions, b__json=json.dumps(whole), c__xml="<x/>")
    result = bring_in(store, path)
    assert (result.format, result.new) == ("coco", 1)
    assert [what for what, _ in result.skipped] == ["a.json", "c.xml"]


def test_a_zip_of_nothing_that_is_read_says_why(store: Store, tmp_path: Path) -> None:
    add(store, pictures(tmp_path / "in", "a.png"))
    with pytest.raises(PiximiError, match="of no format of annotations"):
        bring_in(store, packed(tmp_path / "y.zip", a__json='{"a": 1}', b__xml="<x/>"))


masks = st.lists(st.booleans(), min_size=48, max_size=48).filter(any)


@settings(max_examples=25, deadline=None)
@given(st.lists(masks, min_size=1, max_size=3), st.sampled_from(["labelme", "via", "labelstudio"]))
def test_any_masks_come_back(tmp_path_factory: Any, drawn: list[list[bool]], name: str) -> None:
    folder = tmp_path_factory.mktemp("round")
    image = AnnotatedImage("dir/a b.png", 8, 6, 1, 1)
    regions = [region_of(np.array(bits).reshape(6, 8)) for bits in drawn]
    objects = [
        SetObject(image.name, region, "cell", f"class {n}" if n else None, name=f"n{n}")
        for n, region in enumerate(regions)
        if region is not None
    ]
    path, _ = write_annotations(AnnotationSet([image], objects), folder, name)
    found_name, found = read_annotations(path, path.name, folder / "room")
    placed = place_annotations(found, [image], default_kind="x")
    assert found_name == name
    back = [(p.region, p.kind, p.category, p.name) for p in placed.objects]
    assert back == [(o.region, o.kind, o.category, o.name) for o in objects]


@settings(max_examples=25, deadline=None)
@given(masks)
def test_any_brush_mask_is_decoded(bits: list[bool]) -> None:
    mask = np.array(bits).reshape(6, 8)
    region = brush_mask(brush(mask), 8, 6)
    x1, y1, x2, y2 = region.box
    whole = np.zeros((6, 8), bool)
    whole[y1:y2, x1:x2] = decode_mask(region.runs, y2 - y1, x2 - x1)
    assert np.array_equal(whole, mask)
