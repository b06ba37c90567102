"""COCO by the rules of pycocotools, and with all that Piximi's strict reader asks for."""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.formats.annotations.coco_runs import compress, expand
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, ObjectKind
from piximi_core.formats.annotations.programs.coco import read_coco, write_coco
from piximi_core.formats.annotations.shapes import place
from tests.formats.annotations.sets import item, made_up, masks

from pycocotools import mask as coco_mask  # isort: skip
from pycocotools.coco import COCO  # isort: skip


def decode(runs: Any) -> np.ndarray:
    with warnings.catch_warnings():
        # pycocotools 2.0 speaks to NumPy 2 in an older manner.
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.asarray(coco_mask.decode(runs)).astype(bool)


def load(path: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def canvas(region: Any, height: int, width: int) -> np.ndarray:
    whole = np.zeros((height, width), bool)
    x1, y1, x2, y2 = region.box
    whole[y1:y2, x1:x2] = region.mask()
    return whole


def check_against_pycocotools(path: Path) -> int:
    """Compare what we read, and areas and boxes in the file, with pycocotools; return how many."""
    theirs, ours = load(path), read_coco(path, path.name)
    rows = list(theirs.dataset["annotations"])
    assert len(rows) == len(ours.objects)
    for row, one in zip(rows, ours.objects, strict=True):
        image = theirs.imgs[row["image_id"]]
        region = place(one.shape, image["height"], image["width"])
        assert region is not None
        runs = theirs.annToRLE(row)
        assert (canvas(region, image["height"], image["width"]) == decode(runs)).all()
        assert region.area == int(coco_mask.area(runs))
        assert one.image == image["file_name"]
        assert one.crowd == bool(row["iscrowd"])
    return len(rows)


def test_real_labels_decode_as_pycocotools_does(shared_data: Path) -> None:
    folder = shared_data / "piximi" / "coco"
    assert check_against_pycocotools(folder / "labels_coco_full.json") == 18
    assert check_against_pycocotools(folder / "labels_coco_slim.json") == 5


@pytest.mark.parametrize("style", ["polygons", "single", "runs"])
def test_real_labels_written_again_agree_with_pycocotools(
    shared_data: Path, tmp_path: Path, style: Any
) -> None:
    source = shared_data / "piximi" / "coco" / "labels_coco_full.json"
    found = read_coco(source, source.name)
    sizes = {image.name: (image.height, image.width) for image in found.images}
    placed = []
    for one in found.objects:
        region = place(one.shape, *sizes[one.image])  # type: ignore[arg-type]
        placed.append(type(one)(**{**vars(one), "shape": region}))
    whole = AnnotationSet(found.images, placed, categories=found.categories)
    path = tmp_path / "again.json"
    write_coco(whole, path, style)
    assert check_against_pycocotools(path) == 18
    theirs = load(path)
    for row, one in zip(theirs.dataset["annotations"], placed, strict=True):
        runs = theirs.annToRLE(row)
        assert row["area"] == one.region.area == int(coco_mask.area(runs))
        assert row["bbox"] == coco_mask.toBbox(runs).tolist()
        shown = decode(runs)
        assert (canvas(one.region, *shown.shape) == shown).all()


@settings(max_examples=60, deadline=None)
@given(masks, st.sampled_from(["polygons", "single", "runs"]))
def test_any_mask_is_what_pycocotools_makes_of_it(tmp_path_factory, mask, style) -> None:
    if not mask.any():
        return
    path = tmp_path_factory.mktemp("coco") / "x.json"
    image = AnnotatedImage("a.png", mask.shape[1] + 3, mask.shape[0] + 2)
    write_coco(AnnotationSet([image], [item("a.png", mask, 2, 1, "k", "c")]), path, style)
    theirs = load(path)
    (row,) = theirs.dataset["annotations"]
    shown = decode(theirs.annToRLE(row))
    assert (shown[1:-1, 2:-1] == mask).all()
    assert shown.sum() == mask.sum() == row["area"]


@settings(max_examples=100, deadline=None)
@given(masks)
def test_compressed_runs_are_those_of_pycocotools(mask) -> None:
    theirs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    text = theirs["counts"].decode()
    counts = expand(text)
    assert compress(counts) == text
    assert sum(counts) == mask.size
    assert sum(counts[1::2]) == mask.sum()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 2**38), max_size=30))
def test_runs_of_any_length_survive_compression(counts) -> None:
    assert list(expand(compress(counts))) == counts


def test_boxes_without_masks_are_filled(tmp_path: Path) -> None:
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 10}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1.4, 2.5, 3, 4], "segmentation": []}
        ],
    }
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(content))
    (one,) = read_coco(path, "boxes.json").objects
    region = place(one.shape, 10, 20)
    assert region is not None
    assert (region.box, region.area, one.kind) == ((1, 3, 4, 7), 12, None)


def whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def test_every_field_that_piximi_asks_for_is_there(tmp_path: Path) -> None:
    """The rules of Piximi's own validator (piximi.md B.3.4), written down once more."""
    path = tmp_path / "x.json"
    write_coco(made_up(), path, "single")
    content = json.loads(path.read_text("utf-8"))
    info = content["info"]
    assert whole_number(info["year"])
    assert all(
        isinstance(info[key], str)
        for key in ("version", "description", "contributor", "url", "date_created")
    )
    assert content["licenses"] == [{"id": 0, "name": "", "url": ""}]
    for image in content["images"]:
        assert all(whole_number(image[key]) for key in ("id", "width", "height", "license"))
        texts = ("file_name", "flickr_url", "coco_url", "date_captured")
        assert all(isinstance(image[key], str) for key in texts)
    for category in content["categories"]:
        assert whole_number(category["id"])
        assert isinstance(category["name"], str)
        assert isinstance(category["supercategory"], str)
    for row in content["annotations"]:
        assert all(whole_number(row[key]) for key in ("id", "image_id", "category_id"))
        assert row["iscrowd"] == 0
        assert len(row["bbox"]) == 4
        # More than one polygon, and Piximi passes over the object.
        (polygon,) = row["segmentation"]
        assert len(polygon) % 2 == 0
        assert row["area"] > 0


def test_for_piximi_kinds_are_called_by_their_ids(tmp_path: Path) -> None:
    whole, path = made_up(), tmp_path / "x.json"
    whole.kinds = [ObjectKind("nucleus", "113fc331-205a-4913-9fa7-62ed60c755d6")]
    told = write_coco(whole, path, "piximi")
    content = json.loads(path.read_text("utf-8"))
    assert {row["supercategory"] for row in content["categories"]} == {
        "113fc331-205a-4913-9fa7-62ed60c755d6", "spot"
    }  # fmt: skip
    assert all(len(row["segmentation"]) == 1 for row in content["annotations"])
    assert content["licenses"]
    assert whole_number(content["info"]["year"])
    # All but the dot have a hole, or two parts.
    assert [problem.what for problem in told] == ["first", "second", "fourth", "fifth"]
    assert write_coco(whole, path, "single") == []
    shown = {row["supercategory"] for row in json.loads(path.read_text("utf-8"))["categories"]}
    assert shown == {"nucleus", "spot"}
