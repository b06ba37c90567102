"""Annotations come in after a preview, in one undoable step, never half of one."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piximi_core.errors import BadInput, NotFound, PiximiError
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import find_kind, list_kinds
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import add_annotations, export_annotations, read_annotations
from piximi_core.services.annotations.read_annotations import FoundKind
from piximi_core.services.importing.uploads import UploadedFile, stage_together
from piximi_core.vocabulary import new_id
from tests.services.annotations.in_and_out import boxes_file, bring_in, facts, look, take_out
from tests.services.conftest import add


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


def test_images_without_objects_are_one_number(cells: Store, tmp_path: Path) -> None:
    path = boxes_file(tmp_path, "cell0.png", "other.png")
    content = json.loads(path.read_text())
    content["images"] += [{"id": n, "file_name": f"more{n}.png"} for n in range(10, 310)]
    path.write_text(json.dumps(content))
    _job, result = look(cells, path)
    assert [row.image for row in result.unmatched] == ["other.png"]
    assert (result.unmatched_count, result.empty_count) == (1, 300)


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
