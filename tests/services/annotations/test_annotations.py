"""Annotations into a project and out of it: real files, one undoable step, never half of one."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from piximi_core.errors import BadInput, NotFound, PiximiError
from piximi_core.formats.tables.label_table import read_label_table
from piximi_core.images import read_picture
from piximi_core.jobs.folder import Job
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import find_kind, list_kinds
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.annotations import add_annotations, export_annotations, read_annotations
from piximi_core.services.annotations.export_annotations import delivered_annotations
from piximi_core.services.annotations.labels_from_table import label_from_table
from piximi_core.services.annotations.read_annotations import (
    AnnotationsFound,
    FoundKind,
    ReadOptions,
)
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.importing.uploads import UploadedFile, stage_together
from piximi_core.vocabulary import new_id
from tests.services.conftest import add, write_classes


def look(store: Store, path: Path, **options: Any) -> tuple[Job, AnnotationsFound]:
    job = read_annotations.ask(store, SourceFile(path, path.name), ReadOptions(**options))
    return job, run_here(store, job)


def bring_in(store: Store, path: Path, **options: Any) -> AnnotationsFound:
    job, result = look(store, path, **options)
    run_here(store, add_annotations.ask(store, job))
    return result


def take_out(store: Store, format_name: str, **options: Any) -> Path:
    job = export_annotations.ask(store, format_name, **options)
    run_here(store, job)
    return delivered_annotations(job)


def facts(store: Store, *, masks: bool = True, categories: bool = True) -> Counter[Any]:
    return Counter(
        (
            row.image_name,
            row.plane,
            row.box,
            row.runs if masks else None,
            (row.kind_name, row.category_name) if categories else None,
        )
        for row in list_objects(store)
    )


def twin(store: Store, folder: Path) -> Store:
    """Another project with the same images and no objects."""
    other = create_store(folder, "Twin")
    originals = folder.parent / "originals"
    originals.mkdir()
    for thing in list_things(store, ThingFilter()):
        original = store.files.original(thing.file_sha256, thing.extension)
        (originals / thing.name).write_bytes(original.read_bytes())
    add(other, originals)
    return other


@pytest.fixture
def photographs(store: Store, shared_data: Path) -> Store:
    """The three photographs with the 18 objects of their COCO labels."""
    folder = shared_data / "piximi" / "coco"
    add(store, *sorted(folder.glob("*.jpg")))
    bring_in(store, folder / "labels_coco_full.json")
    return store


EXACT = ["coco", "piximi", "geojson", "imagej"]


def test_real_objects_travel_through_every_format(photographs: Store, tmp_path: Path) -> None:
    whole = facts(photographs)
    assert sum(whole.values()) == 18
    other = twin(photographs, tmp_path / "twin")
    for name in [*EXACT, "masks"]:
        path = take_out(photographs, name, style="binary-instance" if name == "masks" else "")
        result = bring_in(other, path)
        assert (result.format, result.skipped, result.matched) == (name, (), 3)
        assert facts(other) == whole
        # Once more, and nothing is doubled.
        assert look(other, path)[1].present == 18
        undo(other)
        assert not facts(other)
        assert [kind.name for kind in list_kinds(other)] == ["Image"]
    bring_in(other, take_out(photographs, "voc"))
    boxes = facts(photographs, masks=False)
    assert facts(other, masks=False) == boxes
    undo(other)
    bring_in(other, take_out(photographs, "yolo"), kind="thing")
    shapes = facts(photographs, masks=False, categories=False)
    assert facts(other, masks=False, categories=False) == shapes


def test_real_label_images_show_the_objects_on_top(photographs: Store, tmp_path: Path) -> None:
    """Objects of one kind that overlap share no pixel any more; all others are the same."""
    other = twin(photographs, tmp_path / "twin")
    for name in ("labels", "masks"):
        bring_in(other, take_out(photographs, name))
        canvas: dict[Any, np.ndarray] = {}
        sizes = {t.name: (t.height, t.width) for t in list_things(photographs, ThingFilter())}
        for place, source in enumerate((photographs, other)):
            for row in list_objects(source):
                key = (row.image_name, row.kind_name)
                shape = sizes[row.image_name]
                seen = canvas.setdefault((*key, place), np.zeros(shape, bool))
                x1, y1, x2, y2 = row.box
                seen[y1:y2, x1:x2] |= mask_of(row)
        assert len(canvas) == 20
        for image, kind, _place in canvas:
            assert (canvas[image, kind, 0] == canvas[image, kind, 1]).all()
        undo(other)


def mask_of(row: Any) -> np.ndarray:
    x1, y1, x2, y2 = row.box
    flat = np.repeat(np.arange(len(row.runs)) % 2 == 1, row.runs)
    return flat.reshape(y2 - y1, x2 - x1)


def test_real_boxes_come_in_and_go_out_as_they_were(
    store: Store, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "bccd"
    some = sorted(folder.glob("*.xml"))[:12]
    add(store, *[path.with_suffix(".jpg") for path in some])
    packed = tmp_path / "boxes.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in some:
            archive.write(path, path.name)
    result = bring_in(store, packed, kind="cell")
    pattern = r"<name>(\w+)</name>.*?<xmin>(\d+).*?<ymin>(\d+).*?<xmax>(\d+).*?<ymax>(\d+)"
    expected = Counter(
        (path.with_suffix(".jpg").name, name, *map(int, edges))
        for path in some
        for name, *edges in re.findall(pattern, path.read_text(), re.DOTALL)
    )
    assert result.new + result.present == sum(expected.values())
    out = take_out(store, "voc")
    with zipfile.ZipFile(out) as archive:
        again = Counter(
            (Path(member).with_suffix(".jpg").name, name, *map(int, edges))
            for member in archive.namelist()
            for name, *edges in re.findall(pattern, archive.read(member).decode(), re.DOTALL)
        )
    assert set(again) == set(expected)
    undo(store)
    bring_in(store, take_yolo(store, out, tmp_path))
    assert {row.box for row in list_objects(store)} == {
        (x1 - 1, y1 - 1, x2, y2) for _image, _name, x1, y1, x2, y2 in expected
    }


def take_yolo(store: Store, voc: Path, tmp_path: Path) -> Path:
    bring_in(store, voc)
    path = tmp_path / "yolo.zip"
    path.write_bytes(take_out(store, "yolo").read_bytes())
    undo(store)
    return path


@pytest.fixture
def cells(store: Store, tmp_path: Path) -> Store:
    """Two grey images of 20 x 30 with three objects of the kind nucleus."""
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 255, (20, 30), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"cell{number}.png")
    add(store, tmp_path / "cell0.png", tmp_path / "cell1.png")
    bring_in(store, boxes_file(tmp_path, "cell0.png", "cell1.png"))
    return store


def boxes_file(tmp_path: Path, *images: str) -> Path:
    """A COCO file with a box of the category early in each image, and a late one in the first."""
    rows = [(number, 1, [3, 4, 5, 6]) for number in range(len(images))]
    rows.append((0, 2, [10, 10, 4, 4]))
    content = {
        "images": [{"id": n, "file_name": name} for n, name in enumerate(images)],
        "categories": [
            {"id": 1, "name": "early", "supercategory": "nucleus"},
            {"id": 2, "name": "late", "supercategory": "nucleus"},
        ],
        "annotations": [
            {"image_id": image, "category_id": category, "bbox": box}
            for image, category, box in rows
        ],
    }
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(content))
    return path


def test_the_preview_says_what_comes_and_what_does_not(store: Store, tmp_path: Path) -> None:
    Image.new("L", (30, 20)).save(tmp_path / "cell0.tif")
    add(store, tmp_path / "cell0.tif")
    _job, result = look(store, boxes_file(tmp_path, "cell0.png", "other.png"))
    assert (result.images, result.matched, result.found, result.new) == (2, 1, 3, 2)
    assert [(one.kind, one.category, one.count) for one in result.kinds] == [
        ("nucleus", "early", 1),
        ("nucleus", "late", 1),
    ]
    (missing,) = result.unmatched
    assert (missing.image, missing.objects) == ("other.png", 1)
    assert not list_objects(store)
    assert [kind.name for kind in list_kinds(store)] == ["Image"]


def test_an_import_is_one_step_there_and_back(cells: Store) -> None:
    before = facts(cells)
    assert sum(before.values()) == 3
    assert undo(cells) == "Import 3 objects"
    assert not list_objects(cells)
    assert redo(cells) == "Import 3 objects"
    assert facts(cells) == before


def test_images_deleted_meanwhile_are_passed_over(cells: Store, tmp_path: Path) -> None:
    undo(cells)
    job, _result = look(cells, boxes_file(tmp_path, "cell0.png", "cell1.png"))
    asked = add_annotations.ask(cells, job)
    delete_things(cells, [list_things(cells, ThingFilter())[0].id])
    run_here(cells, asked)
    assert [row.image_name for row in list_objects(cells)] == ["cell1.png"]


def test_a_damaged_list_brings_nothing_in(cells: Store, tmp_path: Path) -> None:
    undo(cells)
    job, _result = look(cells, boxes_file(tmp_path, "cell0.png", "cell1.png"))
    asked = add_annotations.ask(cells, job)
    found = asked.folder / read_annotations.FOUND
    found.write_bytes(found.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(PiximiError, match="damaged on the disk"):
        run_here(cells, asked)
    assert not list_objects(cells)


def test_what_cannot_be_is_refused_before_anything_is_written(cells: Store, tmp_path: Path) -> None:
    job, _result = look(cells, boxes_file(tmp_path, "cell0.png", "cell1.png"))
    with pytest.raises(BadInput, match="no new object"):
        add_annotations.ask(cells, job)
    with pytest.raises(NotFound, match="no image 'x'"):
        look(cells, tmp_path / "boxes.json", image="x")
    with pytest.raises(BadInput, match="no annotation format"):
        look(cells, tmp_path / "boxes.json", format="word")
    with pytest.raises(BadInput, match="is no way to write"):
        export_annotations.ask(cells, "coco", style="pretty")
    with pytest.raises(BadInput, match="no outlines"):
        export_annotations.ask(cells, "coco", kind="Image")
    undo(cells)
    with pytest.raises(PiximiError, match="no objects to write"):
        take_out(cells, "coco")


def test_kinds_follow_the_file_the_person_or_the_project(cells: Store, tmp_path: Path) -> None:
    (tmp_path / "cell0.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    _job, result = look(cells, tmp_path / "cell0.txt")
    assert result.kinds == (FoundKind(kind="nucleus", category="0", count=1),)
    _job, result = look(cells, tmp_path / "cell0.txt", kind="spot", image="cell1.png")
    assert result.kinds[0].kind == "spot"
    undo(cells)
    _job, result = look(cells, tmp_path / "cell0.txt")
    assert result.kinds[0].kind == read_annotations.DEFAULT_KIND


def test_files_chosen_together_are_read_together(cells: Store) -> None:
    texts = {"cell0.txt": b"1 0.5 0.5 0.2 0.2\n", "../cell1.txt": b"0 0.5 0.5 0.2 0.2\n",
             "classes.txt": b"round\nlong\n"}  # fmt: skip
    given = [UploadedFile(name, len(text), io.BytesIO(text)) for name, text in texts.items()]
    job_id = new_id()
    source = stage_together(cells, given, job_id)
    job = read_annotations.ask(cells, source, job_id=job_id)
    result = run_here(cells, job)
    assert (result.format, result.matched, result.skipped) == ("yolo", 2, ())
    assert {row.category for row in result.kinds} == {"round", "long"}


def test_new_categories_bring_their_colours(cells: Store, tmp_path: Path) -> None:
    kind = find_kind(cells, "nucleus")
    before = {c.name: c.color for c in list_categories(cells, kind.id)}
    content = {
        "version": "1.1.4",
        "images": [{"id": "i", "name": "cell0.png"}],
        "kinds": [{"id": "k", "displayName": "Nucleus"}],
        "categories": [
            {"id": "1a", "name": "early", "kind": "k", "color": "#010203"},
            {"id": "1b", "name": "new", "kind": "k", "color": "#0a0b0c"},
        ],
        "annotations": [
            {"imageId": "i", "categoryId": c, "kind": "k", "mask": "0 4", "boundingBox": box}
            for c, box in (("1a", [0, 0, 2, 2]), ("1b", [5, 5, 7, 7]))
        ],
    }
    (tmp_path / "p.json").write_text(json.dumps(content))
    bring_in(cells, tmp_path / "p.json")
    assert {c.name: c.color for c in list_categories(cells, kind.id)} == {
        **before,
        "new": "#0a0b0c",
    }


def test_labels_of_images_go_out_as_a_table_and_come_back(
    store: Store, labelled: Store, tmp_path: Path
) -> None:
    (tmp_path / "more" / "-odd, 'one'").mkdir(parents=True)
    Image.new("L", (5, 5)).save(tmp_path / "more" / "-odd, 'one'" / "=1.png")
    add(store, tmp_path / "more", labels="folders")
    path = take_out(store, "csv")
    things = list_things(store, ThingFilter())
    names = {c.id: c.name for c in list_categories(store)}
    before = {t.name: (names[t.category_id], t.partition) for t in things}
    with path.open(newline="", encoding="utf-8") as file:
        cells = [row["name"] for row in csv.DictReader(file)]
    assert cells[-1] == "'=1.png"  # which no spreadsheet runs
    other = twin(store, tmp_path / "twin")
    outcome = label_from_table(other, read_label_table(path))
    assert (outcome.labelled, outcome.unmatched) == (len(before), ())
    names = {c.id: c.name for c in list_categories(other)}
    things = list_things(other, ThingFilter())
    assert {t.name: (names[t.category_id], t.partition) for t in things} == before


def test_class_folders_hold_the_originals_and_come_back(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "images", count=3)
    add(store, folder, labels="folders")
    path = take_out(store, "folders")
    with zipfile.ZipFile(path) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.png")
    }


@pytest.mark.parametrize("style", ["whole", "blanked"])
def test_class_folders_of_objects_hold_their_crops(
    cells: Store, tmp_path: Path, style: str
) -> None:
    ring = np.zeros((20, 30), np.uint16)
    ring[2:9, 2:9] = 1
    ring[4:6, 4:6] = 0
    Image.fromarray(ring).save(tmp_path / "cell1_labels.png")
    bring_in(cells, tmp_path / "cell1_labels.png", format="labels")
    path = take_out(cells, "folders", kind="nucleus", style=style)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        crop = tmp_path / "crop.tif"
        (unknown,) = [name for name in names if name.startswith("Unknown/")]
        crop.write_bytes(io.BytesIO(archive.read(unknown)).getvalue())
    assert Counter(name.split("/")[0] for name in names) == {"early": 2, "late": 1, "Unknown": 1}
    pixels = read_picture(crop).pixels[0, :, :, 0]
    expected = np.asarray(Image.open(tmp_path / "cell1.png"))[2:9, 2:9]
    if style == "blanked":
        expected = expected * (ring[2:9, 2:9] > 0)
    assert (pixels == expected).all()


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


def test_images_without_objects_are_one_number(cells: Store, tmp_path: Path) -> None:
    path = boxes_file(tmp_path, "cell0.png", "other.png")
    content = json.loads(path.read_text())
    content["images"] += [{"id": n, "file_name": f"more{n}.png"} for n in range(10, 310)]
    path.write_text(json.dumps(content))
    _job, result = look(cells, path)
    assert [row.image for row in result.unmatched] == ["other.png"]
    assert (result.unmatched_count, result.empty_count) == (1, 300)


def roi_file(tmp_path: Path, **place: Any) -> Path:
    from roifile import ROI_TYPE, ImagejRoi

    roi = ImagejRoi(roitype=ROI_TYPE.RECT, **place)
    roi.left, roi.top, roi.right, roi.bottom = 1, 1, 5, 4
    path = tmp_path / "x.roi"
    path.write_bytes(roi.tobytes())
    return path


def planes_of(store: Store, path: Path) -> list[int]:
    job, result = look(store, path, image=list_things(store, ThingFilter())[0].name)
    assert result.new + len(result.skipped) == 1
    return [row["plane"] for row in read_annotations.found_objects(job)]


# Axes of the file, its shape before height and width, how it is added, and for (page), (c, z, t)
# the plane it is then.
STACKS: list[Any] = [
    ("ZCYX", (3, 2), {}, {"position": 4}, [1]),
    ("ZCYX", (3, 2), {}, {"c_position": 2, "z_position": 3, "t_position": 1}, [2]),
    ("TZCYX", (2, 3, 2), {"time": "planes"}, {"position": 9}, [4]),
    ("TZCYX", (2, 3, 2), {"time": "planes"}, {"z_position": 2, "t_position": 2}, [4]),
    ("TZCYX", (2, 3, 2), {"time": 2}, {"position": 9}, [1]),
    ("TZCYX", (2, 3, 2), {"time": 2}, {"z_position": 3, "t_position": 2}, [2]),
    ("TZCYX", (2, 3, 2), {"time": 1}, {"position": 9}, []),
    ("TZCYX", (2, 3, 2), {"time": 1}, {"t_position": 2}, []),
    ("TYX", (4,), {"time": "planes"}, {"position": 3}, [2]),
    ("TYX", (4,), {"time": "planes"}, {"t_position": 3}, [2]),
    ("ZYXS", (3,), {}, {"position": 2}, [1]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("axes", "shape", "reading", "place", "planes"), STACKS)
def test_rois_lie_in_the_plane_that_imagej_shows(
    store: Store, tmp_path: Path, axes: str, shape: tuple[int, ...], reading: Any, place: Any,
    planes: list[int],
) -> None:  # fmt: skip
    import tifffile

    sides = (10, 12, 3) if axes.endswith("S") else (10, 12)
    pixels = np.random.default_rng(0).integers(0, 255, (*shape, *sides), np.uint8)
    file = tmp_path / "stack.tif"
    tifffile.imwrite(file, pixels, imagej=True, metadata={"axes": axes})
    add(store, file, **reading)
    assert planes_of(store, roi_file(tmp_path, **place)) == planes


def test_the_case_of_the_plane(store: Store, shared_data: Path) -> None:
    folder = shared_data / "cases" / "imagej-roi-plane"
    add(store, folder / "hs" / "hs.tif")
    assert planes_of(store, folder / "hs_position4.roi") == [1]


@pytest.mark.parametrize("time", [2, "planes"])
def test_rois_of_one_time_point_come_back(store: Store, tmp_path: Path, time: Any) -> None:
    import tifffile

    pixels = np.random.default_rng(0).integers(0, 255, (2, 3, 10, 12), np.uint8)
    tifffile.imwrite(tmp_path / "s.tif", pixels, imagej=True, metadata={"axes": "TZYX"})
    add(store, tmp_path / "s.tif", time=time)
    bring_in(store, roi_file(tmp_path, z_position=2, t_position=2), image="s.tif")
    before = facts(store)
    path = take_out(store, "imagej")
    undo(store)
    bring_in(store, path)
    assert facts(store) == before


def test_what_is_written_for_piximi_comes_back_by_the_ids(cells: Store) -> None:
    kind = find_kind(cells, "nucleus")
    path = take_out(cells, "coco", style="piximi")
    content = json.loads(path.read_text())
    assert {row["supercategory"] for row in content["categories"]} == {kind.id}
    _job, result = look(cells, path)
    assert (result.new, result.present, result.asked) == (0, 3, {})


def test_label_images_of_another_size_are_refused_unread(
    cells: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tifffile

    big = np.zeros((3000, 3000), np.uint16)
    tifffile.imwrite(tmp_path / "cell0.tif", big, compression="zlib")
    Image.fromarray(np.zeros((300, 300), np.uint8)).save(tmp_path / "cell0.png")
    pages = np.zeros((200, 20, 30), np.uint16)
    tifffile.imwrite(tmp_path / "cell1.tif", pages, compression="zlib")
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", None)  # nothing is decoded
    for name, words in (
        ("cell0.tif", "3000 x 3000 pixels large"),
        ("cell0.png", "300 x 300 pixels large"),
        ("cell1.tif", "far more pages"),
    ):
        with pytest.raises(PiximiError, match=words):
            look(cells, tmp_path / name, format="labels")
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.write(tmp_path / "cell0.tif", "pxlab/cell0/nucleus.tiff")
    _job, result = look(cells, tmp_path / "m.zip", format="masks")
    assert "3000 x 3000" in result.skipped[0][1]
