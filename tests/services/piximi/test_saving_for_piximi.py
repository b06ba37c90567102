"""What is saved for Piximi: everything there is, as its strict reader wants it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.labelling import label_things, rename_thing, set_partition
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.piximi.losses import losses
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.services.conftest import add
from tests.services.piximi.zipped import open_zip, save_zip


@pytest.mark.slow
def test_a_project_of_everything_is_as_the_strict_reader_wants_it(
    rich: Store, tmp_path: Path
) -> None:
    run = make_run(rich, tmp_path)
    images, objects = list_things(rich, ThingFilter()), list_objects(rich)
    path, result = save_zip(rich)
    assert (result.images, result.objects, result.classifiers) == (2, 200, 1)
    assert any("Test" in line and "Validation" in line for line in result.told)
    found = strict_read(path)
    assert found["channels"] == 4
    assert [kind["display_name"] for kind in found["kinds"].values()] == ["Image", "cell"]
    for image in images:
        thing = found["things"][image.id]
        whole = tifffile.imread(rich.files.original(image.file_sha256, image.extension))
        restored = np.rint(thing["pixels"].astype(np.float64) * 65535)
        assert np.array_equal(restored, np.moveaxis(whole, 1, 3))
        assert thing["bit_depth"] == 16
    assert found["things"][images[0].id]["classifier_partition"] == "Validation"
    for one in objects:
        thing = found["things"][one.id]
        assert (tuple(thing["bbox"]), tuple(thing["mask"])) == (one.box, one.runs)
        x1, y1, x2, y2 = one.box
        whole = found["things"][one.image_id]["pixels"][one.plane, y1:y2, x1:x2]
        assert np.array_equal(thing["pixels"][0], whole)
        assert found["categories"][thing["class_category_id"]]["name"] == one.category_name
    model = found["models"]["cells_v1_2_final"]
    assert model["kind"] == objects[0].kind_id
    assert model["classes"] == ["round", "long"]
    assert model["input_shape"] == [1, 16, 16, 4]
    mapped = {index: found["categories"][i]["name"] for index, i in model["class_map"]}
    assert mapped == {0: "round", 1: "long"}
    store, opened = open_zip(path, tmp_path / "again")
    assert opened.repairs == ()
    back = {one.id: one for one in list_objects(store)}
    for one in objects:
        assert (back[one.id].box, back[one.id].runs, back[one.id].plane) == (
            one.box,
            one.runs,
            one.plane,
        )
    # A name that is none for files comes back whole.
    assert run.name == "cells v1.2 / final"
    assert [run.name] == [found.name for found in list_runs(store)]


def make_run(store: Store, tmp_path: Path) -> Any:
    """A classifier of the cells, made without a training."""
    import tf_keras

    from piximi_core.formats.tfjs.adopting import adopt_classifier
    from piximi_core.formats.tfjs.classifier import write_classifier
    from piximi_core.formats.tfjs.metadata import (
        ClassifierMetadata,
        InputShape,
        OptimizerSettings,
        PreprocessSettings,
    )
    from piximi_core.services.classifiers.imported_run import register_imported, write_imported

    model = tf_keras.Sequential(
        [
            tf_keras.layers.Conv2D(2, 3, activation="relu", input_shape=(16, 16, 4)),
            tf_keras.layers.Flatten(),
            tf_keras.layers.Dense(2, activation="softmax"),
        ]
    )
    metadata = ClassifierMetadata(
        preprocess=PreprocessSettings(input_shape=InputShape(height=16, width=16, channels=4)),
        classes=("round", "long"),
        optimizer=OptimizerSettings(learning_rate=0.001, epochs=3),
    )
    pair = write_classifier(model, metadata, tmp_path / "given", "cells")
    kind = list_kinds(store)[1]
    out = tmp_path / "out"
    made_of = write_imported(
        out,
        adopt_classifier(list(pair)),
        ["round", "long"],
        "cells v1.2 / final",
        of_objects=True,
        who="t",
    )
    with store.write() as db:
        return register_imported(db, store, made_of, out, "1run", kind.id)


def test_numbers_that_piximi_lacks_become_sixteen_bit_and_it_is_told(
    store: Store, tmp_path: Path
) -> None:
    signed = np.array([[-32768, -1], [0, 32767]], np.int16)
    floats = np.array([[0.0, 0.25], [0.5, 1.0]], np.float32) * 8 - 2
    tifffile.imwrite(tmp_path / "signed.tif", signed, photometric="minisblack")
    tifffile.imwrite(tmp_path / "floats.tif", floats, photometric="minisblack")
    add(store, tmp_path / "signed.tif", tmp_path / "floats.tif")
    told = losses(store)
    assert any("0 stands for -2, 65,535 for 6" in line for line in told)
    assert any("raised by 32,768" in line for line in told)
    path, result = save_zip(store)
    assert result.told == tuple(told)
    by_name = {thing["name"]: thing for thing in strict_read(path)["things"].values()}
    whole = {n: np.rint(t["pixels"].astype(np.float64) * 65535) for n, t in by_name.items()}
    assert whole["signed.tif"].ravel().tolist() == [0, 32767, 32768, 65535]
    assert whole["floats.tif"].ravel().tolist() == [0, 16384, 32768, 65535]


def test_names_are_there_once_in_the_whole_file(store: Store, tmp_path: Path) -> None:
    for number, name in enumerate(("a.tif", "b.tif", "c.tif")):
        tifffile.imwrite(tmp_path / name, np.full((4, 4), number, np.uint8))
        add(store, tmp_path / name)
    first, second, third = list_things(store, ThingFilter())
    rename_thing(store, second.id, "plate.zarr")
    rename_thing(store, third.id, "a/b")
    kind = create_kind(store, "cell")
    with store.step("Draw") as db:
        add_objects(
            db, [NewObject(first.id, kind.id, (0, 0, 2, 1), (0, 2), name="a.tif")], who="tester"
        )
    assert any(line.startswith("3 names") for line in losses(store))
    path, _result = save_zip(store)
    named = [thing["name"] for thing in strict_read(path)["things"].values()]
    assert named == ["a.tif", "plate_zarr", "a_b", "a_1.tif"]


def test_a_label_in_inference_is_no_prediction(store: Store, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4), np.uint8))
    add(store, tmp_path / "a.tif")
    (image,) = list_things(store, ThingFilter())
    label_things(store, [image.id], create_category(store, "red").id)
    set_partition(store, [image.id], "Inference")
    assert any("Unassigned" in line for line in losses(store))
    path, _result = save_zip(store)
    assert strict_read(path)["things"][image.id]["classifier_partition"] == "Unassigned"


def test_equal_projects_give_equal_files(tmp_path: Path) -> None:
    given = made.zipped(made.things_project("1.1.4"), tmp_path / "a.zip")
    store, _result = open_zip(given, tmp_path / "project")
    first, _saved = save_zip(store)
    content = first.read_bytes()
    second, _saved = save_zip(store)
    assert first != second
    assert second.read_bytes() == content
    # Each may be as large as the project: only the newest is kept.
    assert not first.exists()
