"""Annotations by command line: every format there and back, and its sentences."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from piximi_core.project.contents.adding import add_images
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import open_store
from tests.made_up import made_up_image


@pytest.fixture
def project(tmp_path: Path, run: Any) -> Path:
    """A project of two images, and a COCO file with objects for them."""
    folder = tmp_path / "project"
    run("create", folder)
    put_images(folder)
    rows = [
        {"segmentation": [[2, 2, 9, 3, 8, 9]], "image_id": 0, "category_id": 0},
        {"segmentation": [[12, 12, 19, 12, 19, 18, 12, 18]], "image_id": 1, "category_id": 1},
        {"bbox": [1, 1, 5, 4], "image_id": 1, "category_id": 0},
        {"bbox": ["x", 1, 5, 4], "image_id": 1, "category_id": 0},
        {"bbox": [1, 1, 5, 4], "image_id": 2, "category_id": 0},
    ]
    names = ["cell 0.png", "cell 1.png", "other.png"]
    content = {
        "images": [{"id": n, "file_name": name} for n, name in enumerate(names)],
        "categories": [
            {"id": n, "name": name, "supercategory": "nucleus"}
            for n, name in enumerate(("early", "late"))
        ],
        "annotations": rows,
    }
    (tmp_path / "coco.json").write_text(json.dumps(content))
    return folder


def put_images(project: Path) -> None:
    """Two images of 20 x 30, without files."""
    made_up = [made_up_image(f"cell {number}.png") for number in range(2)]
    with open_store(project).step("Add images") as db:
        add_images(db, [replace(image, height=20, width=30) for image in made_up], who="test")


def objects(project: Path) -> Counter[Any]:
    return Counter(
        (row.image_name, row.box, row.runs, row.category_name)
        for row in list_objects(open_store(project))
    )


FORMATS = {
    "coco": "json", "piximi": "json", "masks": "zip", "voc": "zip", "yolo": "zip",
    "labels": "zip", "geojson": "zip", "imagej": "zip",
    "labelme": "zip", "via": "json", "labelstudio": "json", "createml": "json",
}  # fmt: skip


@pytest.mark.slow
def test_every_format_goes_out_and_comes_back(project: Path, tmp_path: Path, run: Any) -> None:
    out, err = run("annotations", "import", project, tmp_path / "coco.json", "--format", "coco")
    assert "Imported 3 objects in 2 images." in out
    assert "no image: other.png: The project has no image of this name." in err
    assert "left out: object no. 4: 'x' is no number." in err
    before = objects(project)
    boxes = Counter((image, box, name) for image, box, _runs, name in before)
    other = tmp_path / "other"
    run("create", other)
    put_images(other)
    for name, ending in FORMATS.items():
        file = tmp_path / f"{name}.{ending}"
        run("annotations", "export", project, file, "--format", name)
        out, _err = run("annotations", "import", other, file, "--format", name, "--json")
        assert (json.loads(out)["format"], json.loads(out)["new"]) == (name, 3)
        after = objects(other)
        if name in ("voc", "yolo", "createml"):
            assert Counter((image, box, name) for image, box, _runs, name in after) == boxes
        else:
            assert after == before
        assert undo(open_store(other)) == "Import 3 objects"


def test_a_dry_run_changes_nothing(project: Path, tmp_path: Path, run: Any) -> None:
    out, _err = run("annotations", "import", project, tmp_path / "coco.json", "--dry-run")
    assert "Would import 3 objects" in out
    assert "nucleus, early: 2" in out
    assert not objects(project)


def test_tables_and_folders_go_out(project: Path, tmp_path: Path, run: Any) -> None:
    run("annotations", "import", project, tmp_path / "coco.json")
    table = tmp_path / "labels.csv"
    run("annotations", "export", project, table, "--format", "csv", "--kind", "nucleus")
    assert table.read_text().startswith("name,category,partition,image,plane,x1,y1,x2,y2")
    table.write_text(table.read_text().replace(",late,", ",early,"))
    out, _err = run("annotations", "import", project, table, "--kind", "nucleus")
    assert "Labelled 3; 0 names not found." in out
    assert {name for _image, _box, _runs, name in objects(project)} == {"early"}
    Image.new("RGB", (5, 5)).save(tmp_path / "blank.png")
    run("add", project, tmp_path / "blank.png", "--category", "empty")
    _out, err = run("annotations", "export", project, tmp_path, "--format", "folders")
    assert "cell 0.png: Its file is missing in the project." in err
    with zipfile.ZipFile(tmp_path / "project-Image.zip") as archive:
        assert archive.read("empty/blank.png") == (tmp_path / "blank.png").read_bytes()


MISTAKES = [
    (["import", "missing.json"], "no file"),
    (["import", "coco.json", "--format", "word"], "no annotation format"),
    (["import", "coco.json", "--image", "none.png"], "no image 'none.png'"),
    (["import", "coco.json", "--format", "voc"], "is a file of COCO, not of Pascal VOC"),
    (["import", "blank.png", "--format", "coco"], "no UTF-8"),
    (["export", "x.json", "--format", "word"], "no annotation format"),
    (["export", "x.zip", "--format", "coco"], "is written as .json"),
    (["export", "x.zip", "--format", "csv"], "is written as .csv"),
    (["export", "x.csv", "--format", "folders"], "is written as .zip"),
    (["export", "x.json", "--format", "coco", "--style", "pretty"], "is no way to write"),
    (["export", "x.json", "--format", "coco", "--kind", "none"], "no kind 'none'"),
    (["export", "x.json", "--format", "coco"], "no objects to write"),
]


def test_mistakes_get_one_sentence(project: Path, tmp_path: Path, run: Any) -> None:
    Image.new("L", (5, 5)).save(tmp_path / "blank.png")
    for (verb, file, *more), words in MISTAKES:
        _out, err = run("annotations", verb, project, tmp_path / file, *more, code=2)
        assert words in err
        assert err.startswith("Error: ")
        assert len(err.splitlines()) == 1
        assert not objects(project)
        assert not (tmp_path / file).exists() or verb == "import"


def test_an_id_that_nobody_knows_is_asked_for(project: Path, tmp_path: Path, run: Any) -> None:
    unknown = "113fc331-205a-4913-9fa7-62ed60c755d6"
    path = tmp_path / "coco.json"
    content = json.loads(path.read_text())
    for category in content["categories"]:
        category["supercategory"] = unknown
    path.write_text(json.dumps(content))
    _out, err = run("annotations", "import", project, path, code=2)
    assert f"--kind-id {unknown}=KIND" in err
    assert not objects(project)
    _out, err = run("annotations", "import", project, path, "--kind-id", "=x", code=2)
    assert "--kind-id ID=KIND" in err
    out, _err = run("annotations", "import", project, path, "--kind-id", f"{unknown}=nucleus")
    assert "nucleus, early: 2" in out
    assert unknown not in out
