"""Images with one base name in several folders: what they are called, and what files mean them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.annotations import add_annotations, export_annotations, read_annotations
from piximi_core.services.annotations.read_annotations import AnnotationsFound
from piximi_core.services.importing.sources import SourceFile
from tests.made_up import make_older
from tests.services.conftest import add


def picture(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (20, 30), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def pictures(folder: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        picture(folder / name, seed)
    return folder


def names(store: Store) -> list[str]:
    return sorted(thing.name for thing in list_things(store, ThingFilter()))


def coco(path: Path, *files: str) -> Path:
    """Write a COCO file with one box in each of some images."""
    images = [{"id": n, "file_name": f, "width": 30, "height": 20} for n, f in enumerate(files)]
    boxes = [
        {"id": n, "image_id": n, "category_id": 1, "bbox": [n + 1, 2, 4, 5], "iscrowd": 0}
        for n in range(len(files))
    ]
    content = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "cell"}]}
    path.write_text(json.dumps(content))
    return path


def bring_in(store: Store, path: Path, **options: Any) -> AnnotationsFound:
    chosen = read_annotations.ReadOptions(**options)
    look = read_annotations.ask(store, SourceFile(path, path.name), chosen)
    result = run_here(store, look)
    if result.new:
        run_here(store, add_annotations.ask(store, look))
    return result


def placed(store: Store) -> dict[str, list[int]]:
    """Return the left edges of the objects of each image."""
    found: dict[str, list[int]] = {}
    for row in list_objects(store):
        found.setdefault(row.image_name, []).append(row.box[0])
    return found


def test_the_shortest_path_that_is_unique_is_the_name(store: Store, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", "a/x/1.png", "b/x/1.png", "b/y/1.png", "2.png", "3.png")
    result = add(store, folder)
    assert names(store) == ["2.png", "3.png", "a/x/1.png", "b/x/1.png", "y/1.png"]
    assert sorted(result.named) == [
        ("1.png", "a/x/1.png"),
        ("1.png", "b/x/1.png"),
        ("1.png", "y/1.png"),
    ]


def test_a_later_import_renames_what_it_makes_ambiguous_in_one_step(
    store: Store, tmp_path: Path
) -> None:
    add(store, pictures(tmp_path / "in", "cats/1.png"))
    picture(tmp_path / "more" / "dogs" / "1.png", 5)
    result = add(store, tmp_path / "more")
    assert names(store) == ["cats/1.png", "dogs/1.png"]
    assert result.renamed == (("1.png", "cats/1.png"),)
    undo(store)
    assert names(store) == ["1.png"]


def test_folders_that_were_given_apart_tell_images_apart(store: Store, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", "cats/1.png", "dogs/1.png")
    add(store, folder / "cats", folder / "dogs")
    assert names(store) == ["cats/1.png", "dogs/1.png"]
    bring_in(store, coco(tmp_path / "a.json", "cats/1.png", "dogs/1.png"))
    assert placed(store) == {"cats/1.png": [1], "dogs/1.png": [2]}


def test_the_very_same_path_is_numbered(store: Store, tmp_path: Path) -> None:
    for seed in range(2):
        add(store, picture(tmp_path / "1.png", seed))
    assert names(store) == ["1.png", "1_1.png"]
    # Either may be meant by a path that neither has.
    assert bring_in(store, coco(tmp_path / "a.json", "x/1.png")).new == 0


def test_what_a_person_renamed_keeps_its_name(store: Store, tmp_path: Path) -> None:
    from piximi_core.project.contents.labelling import rename_thing

    add(store, pictures(tmp_path / "in", "cats/1.png"))
    (thing,) = list_things(store, ThingFilter())
    rename_thing(store, thing.id, "Tom")
    picture(tmp_path / "more" / "dogs" / "1.png", 5)
    assert "renamed" not in add(store, tmp_path / "more") or names(store) == ["1.png", "Tom"]
    assert names(store) == ["1.png", "Tom"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("project", "files", "found"),
    [
        (["cats/1.png", "dogs/1.png"], ["dogs/1.png"], {"dogs/1.png": [1]}),
        (["cats/1.png", "dogs/1.png"], ["images/dogs/1.png"], {"dogs/1.png": [1]}),
        (["cats/1.png", "dogs/1.png"], ["D:\\mine\\Dogs\\1.png"], {"dogs/1.png": [1]}),
        (["cats/1.png", "dogs/1.png"], ["1.png"], {}),
        (["cats/1.png", "dogs/1.png"], ["birds/1.png"], {}),
        (["cats/1.png", "dogs/1.png"], ["cats/1.png", "1.png"], {"cats/1.png": [1]}),
        (["cats/1.png", "dogs/2.png"], ["dogs/1.png"], {}),
        (["cats/1.png"], ["dogs/1.png"], {}),
        (["cats/1.png"], ["images/1.png"], {"1.png": [1]}),
        (["train/1.png", "val/1.png"], ["val/1.png"], {"val/1.png": [1]}),
        (["train/cats/1.png"], ["val/cats/1.png"], {}),
        (["train/cats/1.png"], ["cats/1.png"], {"1.png": [1]}),
        (["1.png"], ["any/1.png"], {"1.png": [1]}),
        (["img.png"], ["a1b2c3d4-img.png"], {"img.png": [1]}),
        (["img.png"], ["img_png.rf.0123456789abcdef.jpg"], {"img.png": [1]}),
        (["img.png"], ["a1b2c3d4-img.png", "b1b2c3d4-img.png"], {}),
        (["a1b2c3d4-img.png"], ["b1b2c3d4-img.png"], {}),
        (["20240102-img.png"], ["20240103-img.png"], {}),
        (["img.png"], ["20240103-img.png"], {}),
    ],
)
def test_an_object_lies_in_the_image_of_its_folder_or_nowhere(
    store: Store, tmp_path: Path, project: list[str], files: list[str], found: dict[str, list[int]]
) -> None:
    add(store, pictures(tmp_path / "in", *project))
    result = bring_in(store, coco(tmp_path / "a.json", *files))
    assert placed(store) == found
    assert len(result.unmatched) == len(files) - len(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "format_name", ["coco", "piximi", "masks", "voc", "yolo", "labels", "geojson", "imagej"]
)
def test_what_is_written_comes_back_into_its_own_folder(
    store: Store, tmp_path: Path, format_name: str
) -> None:
    """In whatever order the images come, and only where there is an image of that folder."""
    folder = pictures(tmp_path / "in", "cats/1.png", "dogs/1.png", "cats_1.png")
    add(store, folder)
    bring_in(store, coco(tmp_path / "a.json", "cats/1.png", "dogs/1.png", "cats_1.png"))
    job = export_annotations.ask(store, format_name)
    run_here(store, job)
    file = export_annotations.delivered_annotations(job)
    expected = {"cats/1.png": [1], "dogs/1.png": [2], "cats_1.png": [3]}
    assert placed(store) == expected

    other = create_store(tmp_path / "other", "Other")
    for name in ("dogs/1.png", "cats_1.png", "cats/1.png"):
        again = tmp_path / "again" / name.replace("/", "-") / name
        again.parent.mkdir(parents=True, exist_ok=True)
        again.write_bytes((folder / name).read_bytes())
        add(other, tmp_path / "again" / name.replace("/", "-"))
    bring_in(other, file)
    assert placed(other) == expected


@pytest.mark.slow
def test_a_project_of_an_older_format_gets_the_table(tmp_path: Path) -> None:
    old = create_store(tmp_path / "old", "Old")
    add(old, picture(tmp_path / "1.png", 1))
    old.close()
    make_older(old.files.database, 4)
    store = Store(old.folder)
    picture(tmp_path / "in" / "dogs" / "1.png", 2)
    add(store, tmp_path / "in")
    assert names(store) == ["1.png", "dogs/1.png"]
