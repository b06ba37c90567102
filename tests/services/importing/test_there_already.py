"""Labels that come with images that are there; images whose pixels are there in another file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.project.contents.equal_pixels import find_equal, list_unhashed
from piximi_core.project.contents.grouping import find_groups
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import history, undo
from piximi_core.project.database.store import Store
from piximi_core.services.importing.compare_pixels import compare_pixels
from piximi_core.services.importing.equal_images import leave_out_copies
from tests.services.conftest import add, write_classes


def labels(store: Store) -> dict[str, str]:
    """The category of each labelled image, by name."""
    with store.read() as db:
        rows = db.exec_driver_sql(
            "SELECT t.name, c.name FROM things t JOIN categories c ON c.id = t.category_id"
            " WHERE c.name <> 'Unknown'"
        )
        return {str(name): str(category) for name, category in rows}


def flat(folder: Path, source: Path) -> Path:
    """Copy all images of class folders into one folder."""
    folder.mkdir()
    for path in source.rglob("*.png"):
        shutil.copyfile(path, folder / path.name)
    return folder


def test_labels_of_folders_are_given_to_what_is_there(store: Store, tmp_path: Path) -> None:
    classes = write_classes(tmp_path / "in", count=9)
    add(store, flat(tmp_path / "flat", classes))
    assert not labels(store)
    result = add(store, classes, labels="folders")
    assert (result.added, result.there, result.labels_given) == (0, 18, 18)
    assert result.label_conflicts == 0
    assert labels(store) == {path.name: path.parent.name for path in classes.rglob("*.png")}
    assert history(store)[0].label == "Label images that were there already"
    undo(store)
    assert not labels(store)


def test_other_labels_are_conflicts_and_stay(store: Store, tmp_path: Path) -> None:
    classes = write_classes(tmp_path / "in", count=2)
    add(store, classes, labels="folders")
    before = labels(store)
    (classes / "dark").rename(classes / "night")
    result = add(store, classes, labels="folders")
    assert (result.labels_given, result.label_conflicts) == (0, 2)
    assert list(result.conflicts) == [
        (
            f"night/dark-0{n}.png",
            f"is there already as dark-0{n}.png with the label dark, not night",
        )
        for n in range(2)
    ]
    assert labels(store) == before


def test_a_table_brings_labels_partitions_and_patients(store: Store, tmp_path: Path) -> None:
    folder = flat(tmp_path / "flat", write_classes(tmp_path / "in", count=3))
    add(store, folder)
    table = tmp_path / "labels.csv"
    rows = [f"{path.name},x,Test,P{n % 2}" for n, path in enumerate(sorted(folder.iterdir()))]
    table.write_text("\n".join(["name,category,partition,Patient", *rows]) + "\n")
    result = add(store, folder, labels=str(table))
    assert result.labels_given == 6
    found = list_things(store, ThingFilter())
    assert {thing.partition for thing in found} == {"Test"}
    groups = find_groups(store)
    assert (groups.in_force.by, groups.in_force.value, groups.count) == ("column", "patient", 2)


def test_one_image_in_two_folders_gets_the_first_label(store: Store, tmp_path: Path) -> None:
    classes = write_classes(tmp_path / "in", count=1)
    add(store, flat(tmp_path / "flat", classes))
    shutil.copyfile(classes / "dark" / "dark-00.png", classes / "light" / "same.png")
    result = add(store, classes, labels="folders")
    assert (result.labels_given, result.label_conflicts) == (2, 1)
    assert labels(store) == {"dark-00.png": "dark", "light-00.png": "light"}


@pytest.fixture
def pixels() -> Any:
    return np.random.default_rng(3).integers(0, 255, (24, 24), np.uint8)


def write_copies(folder: Path, pixels: Any, category: str = "copies") -> Path:
    """Write the same numbers as a PNG packed otherwise, and as TIFF."""
    (folder / category).mkdir(parents=True)
    Image.fromarray(pixels).save(folder / category / "again.png", compress_level=9)
    tifffile.imwrite(folder / category / "again.tif", pixels)
    return folder


def test_equal_pixels_are_told_and_stay_together(store: Store, tmp_path: Path, pixels: Any) -> None:
    Image.fromarray(pixels).save(tmp_path / "first.png", compress_level=1)
    add(store, tmp_path / "first.png")
    result = add(store, write_copies(tmp_path / "more", pixels))
    assert result.added == 2
    reason = "has the same pixels as first.png; both are there, and stay together"
    assert sorted(result.equal) == [("again.png", reason), ("again.tif", reason)]
    assert find_groups(store).count == 1
    assert not list_unhashed(store)
    (equal,) = find_equal(store)
    assert equal.names[0] == "first.png"


def test_equal_pixels_are_left_out_on_request(store: Store, tmp_path: Path, pixels: Any) -> None:
    Image.fromarray(pixels).save(tmp_path / "first.png", compress_level=1)
    add(store, tmp_path / "first.png")
    copies = write_copies(tmp_path / "more", pixels)
    result = add(store, copies, labels="folders", equal="leave-out")
    assert (result.added, result.labels_given, result.label_conflicts) == (0, 1, 0)
    assert labels(store) == {"first.png": "copies"}
    (copies / "copies").rename(copies / "other")
    again = add(store, copies, labels="folders", equal="leave-out")
    assert (again.added, again.label_conflicts) == (0, 2)


def test_copies_can_be_left_out_later(store: Store, tmp_path: Path, pixels: Any) -> None:
    Image.fromarray(pixels).save(tmp_path / "first.png", compress_level=1)
    add(store, tmp_path / "first.png")
    add(store, write_copies(tmp_path / "more", pixels), labels="folders")
    outcome = leave_out_copies(store)
    assert sorted(outcome.left_out) == ["again.png", "again.tif"]
    assert (outcome.labels_given, outcome.conflicts) == (1, [])
    assert labels(store) == {"first.png": "copies"}
    undo(store)
    assert len(list_things(store, ThingFilter())) == 3
    assert set(labels(store)) == {"again.png", "again.tif"}


def test_projects_of_before_are_compared_later(store: Store, tmp_path: Path, pixels: Any) -> None:
    Image.fromarray(pixels).save(tmp_path / "first.png", compress_level=1)
    add(store, tmp_path / "first.png", write_copies(tmp_path / "more", pixels))
    with store.write() as db:
        db.exec_driver_sql("DELETE FROM pixel_hashes")
    assert find_groups(store).count == 3
    broken = list_things(store, ThingFilter(name_contains="again.tif"))[0]
    original = store.files.original(broken.file_sha256, broken.extension)
    original.chmod(0o644)
    original.write_bytes(b"II*\0")
    assert compare_pixels(store) == 3
    assert find_groups(store).count == 2
    assert compare_pixels(store) == 0
