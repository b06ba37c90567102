"""Kinds that a file calls by their id, as Piximi does."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piximi_core.errors import BadInput
from piximi_core.project.contents.kinds import find_kind, list_kinds
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import add_annotations
from piximi_core.services.annotations.read_annotations import FoundKind
from tests.services.annotations.in_and_out import bring_in, look, take_out


def piximi_coco(tmp_path: Path, kind: str, *traces: list[int]) -> Path:
    """A file as Piximi 1.1.4 writes it: ids of kinds, areas of 0, pixel after pixel."""
    content = {
        "info": {"year": 2026, "version": "1.1.4", "description": "", "contributor": "",
                 "url": "", "date_created": ""},
        "licenses": [{"id": 0, "name": "", "url": ""}],
        "images": [{"id": 0, "file_name": "cell0.png", "width": 30, "height": 20}],
        "categories": [{"id": 0, "name": "early", "supercategory": kind}],
        "annotations": [
            {"id": n, "image_id": 0, "category_id": 0, "area": 0, "iscrowd": 0,
             "segmentation": [trace], "bbox": [0, 0, 30, 20]}
            for n, trace in enumerate(traces)
        ],
    }  # fmt: skip
    path = tmp_path / "piximi-coco.json"
    path.write_text(json.dumps(content))
    return path


# From pixel to pixel around (3, 4) to (7, 9): the box 5 x 6 of `boxes_file`.
TRACE = [
    *(n for x in range(3, 8) for n in (x, 4)),
    *(n for y in range(5, 10) for n in (7, y)),
    *(n for x in range(6, 2, -1) for n in (x, 9)),
    *(n for y in range(8, 4, -1) for n in (3, y)),
]


def test_a_kind_called_by_its_id_is_that_kind(cells: Store, tmp_path: Path) -> None:
    kind = find_kind(cells, "nucleus")
    _job, result = look(cells, piximi_coco(tmp_path, kind.id, TRACE, [20, 2], [1, 1, 2, 2, 1, 2]))
    assert result.kinds == (FoundKind(kind="nucleus", category="early", count=2),)
    assert (result.present, result.asked) == (1, {})
    bring_in(cells, piximi_coco(tmp_path, kind.id, TRACE, [20, 2], [1, 1, 2, 2, 1, 2]))
    assert [one.name for one in list_kinds(cells)] == ["Image", "nucleus"]
    assert {row.box for row in list_objects(cells)} >= {(20, 2, 21, 3), (1, 1, 3, 3)}


def test_an_id_that_nobody_knows_is_asked_for(cells: Store, tmp_path: Path) -> None:
    unknown = "113fc331-205a-4913-9fa7-62ed60c755d6"
    path = piximi_coco(tmp_path, unknown, TRACE)
    job, result = look(cells, path)
    assert result.asked == {unknown: 1}
    with pytest.raises(BadInput, match="id that nobody knows"):
        add_annotations.ask(cells, job)
    job, result = look(cells, path, kinds={unknown: "nucleus"})
    assert (result.asked, result.present) == ({}, 1)
    bring_in(cells, path, kinds={unknown: "spot"})
    assert [one.name for one in list_kinds(cells)] == ["Image", "nucleus", "spot"]
    _job, result = look(cells, path, kind=find_kind(cells, "nucleus").id)
    assert (result.asked, result.present) == ({}, 1)


def test_ids_of_kinds_are_known_in_every_format(cells: Store, tmp_path: Path) -> None:
    kind = find_kind(cells, "nucleus")
    label = np.zeros((20, 30), np.uint16)
    label[4:10, 3:8] = 65535
    content = io.BytesIO()
    Image.fromarray(label).save(content, "TIFF")
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr(f"pxlab/cell0/{kind.id}.tiff", content.getvalue())
    (tmp_path / f"cell0_{kind.id}.tif").write_bytes(content.getvalue())
    square = [[3, 4], [8, 4], [8, 10], [3, 10]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [square]},
        "properties": {"metadata": {"kind": kind.id}},
    }
    (tmp_path / "cell0.geojson").write_text(json.dumps(feature))
    (tmp_path / "cell0.xml").write_text(
        "<annotation><filename>cell0.png</filename><object><name>early</name>"
        f"<kind>{kind.id}</kind><bndbox><xmin>4</xmin><ymin>5</ymin><xmax>8</xmax><ymax>10</ymax>"
        "</bndbox></object></annotation>"
    )
    piximi = {
        "version": "1.1.4",
        "images": [{"id": "i", "name": "cell0.png"}],
        "categories": [{"id": "1c", "name": "early", "kind": kind.id}],
        "kinds": [{"id": kind.id, "displayName": "called otherwise"}],
        "annotations": [
            {"imageId": "i", "categoryId": "1c", "kind": kind.id, "mask": "0 30",
             "boundingBox": [3, 4, 8, 10]}
        ],
    }  # fmt: skip
    (tmp_path / "p.json").write_text(json.dumps(piximi))
    for name in ("m.zip", f"cell0_{kind.id}.tif", "cell0.geojson", "cell0.xml", "p.json"):
        _job, result = look(cells, tmp_path / name)
        assert (result.new, result.present, result.asked) == (0, 1, {}), name


def test_files_that_piximi_wrote_hold_the_objects_that_are_there(
    shared_data: Path, tmp_path: Path
) -> None:
    from piximi_core.project.database.store import open_store
    from piximi_core.services.piximi.open_piximi import open_here

    folder = shared_data / "piximi"
    open_here(folder / "projects" / "drawn-1.1.4.zip", tmp_path / "drawn")
    store = open_store(tmp_path / "drawn")
    for name in ("drawn-coco.json", "drawn-label-matrices.zip"):
        _job, result = look(store, folder / "annotations" / name)
        assert (result.new, result.present, result.kinds) == (0, 3, ())


def test_what_is_written_for_piximi_comes_back_by_the_ids(cells: Store) -> None:
    kind = find_kind(cells, "nucleus")
    path = take_out(cells, "coco", style="piximi")
    content = json.loads(path.read_text())
    assert {row["supercategory"] for row in content["categories"]} == {kind.id}
    _job, result = look(cells, path)
    assert (result.new, result.present, result.asked) == (0, 3, {})
