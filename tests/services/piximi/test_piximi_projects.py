"""Whole projects to Piximi and back: the real ones, one of everything, and what goes wrong."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from sqlalchemy import select

from piximi_core.annotation import encode_mask
from piximi_core.images import read_picture
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.labelling import label_things, rename_thing, set_partition
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.runs import find_run, list_runs
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, open_store
from piximi_core.services.piximi import open_piximi, save_piximi
from piximi_core.services.piximi.losses import losses
from piximi_core.services.scoring import predict
from piximi_core.vocabulary import IMAGE_KIND
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.services.conftest import add


def open_zip(path: Path, target: Path) -> tuple[Store, open_piximi.PiximiOpened]:
    result = open_piximi.open_here(path, target, who="tester")
    return open_store(target), result


def save_zip(store: Store) -> tuple[Path, save_piximi.Saved]:
    job = save_piximi.ask(store)
    result = run_here(store, job)
    return save_piximi.saved_file(job), result


def everything(store: Store) -> dict[str, Any]:
    """All that a project says of its things, pixels included; moments and people left out."""
    found: dict[str, Any] = {}
    for table in (schema.kinds, schema.categories, schema.objects, schema.drafts):
        with store.read() as db:
            rows = [dict(row._mapping) for row in db.execute(select(table))]
        found[table.name] = sorted(rows, key=lambda row: str(row["id"]))
    for thing in list_things(store, ThingFilter(kind_id=None)):
        answer = thing.prediction
        row = {
            name: getattr(thing, name)
            for name in ("name", "kind_id", "category_id", "partition", "active_plane", "display")
        }
        row["predicted"] = answer and (answer.category_id, round(answer.confidence, 6))
        if thing.box is None:
            picture = read_picture(store.files.original(thing.file_sha256, thing.extension))
            row["pixels"] = (picture.pixels.shape, str(picture.pixels.dtype))
            row["sha256"] = thing.sha256
        found[thing.id] = row
    for run in list_runs(store):
        weights = next(store.files.run(run.id).glob("*.weights.bin")).read_bytes()
        found[run.name] = (run.kind_id, run.classes, run.settings, weights)
    return found


def zips(folder: Path) -> dict[str, Path]:
    return {path.name.split("-")[0]: path for path in (folder / "piximi/projects").glob("*.zip")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "images", "kinds", "objects", "planes"),
    [("stack", 1, 1, 0, 9), ("objects", 3, 2, 4, 1)],
)
def test_real_projects_open_and_come_back_the_same(
    shared_data: Path, tmp_path: Path, name: str, images: int, kinds: int, objects: int, planes: int
) -> None:
    given = zips(shared_data)[name]
    store, result = open_zip(given, tmp_path / "first")
    assert result.repairs == ()
    assert (result.images, result.objects) == (images, objects)
    assert len(list_kinds(store)) == kinds
    assert {thing.planes for thing in list_things(store, ThingFilter())} == {planes}
    path, _result = save_zip(store)
    original, written = strict_read_of_piximi(given), strict_read(path)
    for thing_id, thing in original["things"].items():
        again = written["things"][thing_id]
        for key, value in thing.items():
            same = np.array_equal if key == "pixels" and thing["kind"] == "Image" else None
            assert same(value, again[key]) if same else key == "pixels" or value == again[key], key
    assert original["kinds"] == written["kinds"]
    assert original["categories"] == written["categories"]
    second, _opened = open_zip(path, tmp_path / "second")
    assert everything(second) == everything(store)


def strict_read_of_piximi(path: Path) -> dict[str, Any]:
    """Piximi's own files obey the same rules."""
    return strict_read(path)


@pytest.mark.slow
def test_the_real_digits_keep_predictions_and_a_classifier_that_repeats_them(
    shared_data: Path, tmp_path: Path
) -> None:
    given = zips(shared_data)["digits"]
    store, result = open_zip(given, tmp_path / "first")
    assert result.repairs == ()
    assert (result.images, result.predictions, result.classifiers) == (40, 40, 1)
    original = strict_read_of_piximi(given)["things"]
    run = find_run(store, "latest")
    things = list_things(store, ThingFilter())
    for thing in things:
        assert thing.prediction is not None
        assert thing.prediction.category_id == original[thing.id]["class_category_id"]
        assert thing.prediction.run_id == run.id
    (store.files.run(run.id) / "scores.npz").unlink()
    before = {thing.id: thing.prediction for thing in things}
    run_here(store, predict.ask(store, run, list(before)))
    assert {thing.id: thing.prediction for thing in list_things(store, ThingFilter())} == before
    path, _result = save_zip(store)
    written = strict_read(path)
    assert {i: t["class_category_id"] for i, t in written["things"].items()} == {
        i: t["class_category_id"] for i, t in original.items()
    }
    second, _opened = open_zip(path, tmp_path / "second")
    assert everything(second) == everything(store)


@pytest.fixture
def rich(tmp_path: Path, store: Store) -> Store:
    """Images of 4 channels, 3 planes and 16 bit with 200 objects of one kind."""
    random = np.random.default_rng(11)
    for number in range(2):
        stack = random.integers(0, 2**16, (3, 4, 40, 48)).astype(np.uint16)
        path = tmp_path / f"plate{number}.ome.tif"
        tifffile.imwrite(path, stack, ome=True, metadata={"axes": "ZCYX"}, photometric="minisblack")
        add(store, path)
    red = create_category(store, "red", color="#E60000")
    first, second = list_things(store, ThingFilter())
    label_things(store, [first.id], red.id)
    set_partition(store, [first.id], "Test")
    kind = create_kind(store, "cell")
    found = []
    for number in range(200):
        x1, y1 = (int(n) for n in random.integers(0, 36, 2))
        mask = random.integers(0, 2, (3 + number % 2, 5)).astype(bool)
        mask[0, 0] = True
        found.append(
            NewObject(
                image_id=(first, second)[number % 2].id,
                kind_id=kind.id,
                box=(x1, y1, x1 + 5, y1 + mask.shape[0]),
                runs=tuple(encode_mask(mask)),
                plane=number % 3,
                category=("round", "long", None)[number % 3],
            )
        )
    with store.step("Draw") as db:
        add_objects(db, found, who="tester")
    return store


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


@pytest.mark.parametrize("version", ["0.1.0", "1.0.2", "1.1.4"])
def test_old_projects_become_projects_with_settings(tmp_path: Path, version: str) -> None:
    files = made.first_project() if version == "0.1.0" else made.things_project(version)
    store, result = open_zip(made.zipped(files, tmp_path / "a.zip"), tmp_path / "project")
    assert (result.images, result.repairs) == (2, ())
    with store.read() as db:
        edited = json.loads(
            db.execute(
                select(schema.drafts.c.settings).where(schema.drafts.c.id == IMAGE_KIND)
            ).scalar_one()
        )
    assert edited["input_shape"] == [32, 24, 1]
    assert (edited["epochs"], edited["training_percentage"]) == (7, 0.6)
    path, _result = save_zip(store)
    strict_read(path)
    again, _opened = open_zip(path, tmp_path / "again")
    assert everything(again) == everything(store)


def test_a_prediction_without_its_classifier_stays_a_prediction(tmp_path: Path) -> None:
    files = made.things_project("1.1.4")
    made.edit(files, "project/things/a.png", classifier_partition="Inference")
    store, result = open_zip(made.zipped(files, tmp_path / "a.zip"), tmp_path / "project")
    assert "no confidence" in result.repairs[0].what
    first = list_things(store, ThingFilter())[0]
    assert not first.is_labelled
    assert first.prediction is not None
    assert (first.prediction.category_id, first.prediction.class_name) == (made.RED, "red")
    path, _result = save_zip(store)
    thing = strict_read(path)["things"][first.id]
    assert (thing["class_category_id"], thing["classifier_partition"]) == (made.RED, "Inference")


@pytest.mark.parametrize(
    ("description", "told"),
    [
        (b"{}", "cannot be read"),
        (b"[", "is not valid JSON"),
        (
            json.dumps(
                {
                    "modelTopology": {
                        "class_name": "Sequential",
                        "config": {"layers": [{"class_name": "Lambda", "config": {"name": "x"}}]},
                    },
                    "weightsManifest": [
                        {
                            "paths": ["./cells.weights.bin"],
                            "weights": [{"name": "x/k", "shape": [1], "dtype": "float32"}],
                        }
                    ],
                }
            ).encode(),
            "Lambda",
        ),
    ],
)
def test_a_classifier_that_cannot_be_used_is_left_out_by_name(
    tmp_path: Path, description: bytes, told: str
) -> None:
    files = made.things_project("1.1.4")
    made.edit(files, "classifier/Image", models=["base-model", "cells"])
    more = {"cells.json": description, "cells.weights.bin": b"1234"}
    store, result = open_zip(made.zipped(files, tmp_path / "a.zip", **more), tmp_path / "project")  # type: ignore[arg-type]
    assert (result.images, result.classifiers) == (2, 0)
    (entry,) = result.repairs
    assert entry.names == ("cells",)
    assert told in entry.what
    assert list_runs(store) == []
    assert list(store.files.runs.iterdir()) == []


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


def without_planes(path: Path, target: Path) -> Path:
    """The same project as Piximi saves it: it keeps no plane of an object."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".zattrs") and b'"bbox"' in content:
                attributes = json.loads(content)
                del attributes["plane"]
                content = json.dumps(attributes).encode()
            new.writestr(name, content)
    return target


@pytest.mark.slow
def test_planes_are_found_again_after_piximi_has_saved(rich: Store, tmp_path: Path) -> None:
    path, _result = save_zip(rich)
    store, result = open_zip(without_planes(path, tmp_path / "piximi.zip"), tmp_path / "again")
    planes = {one.id: (one.plane, one.box, one.runs) for one in list_objects(rich)}
    assert {one.id: (one.plane, one.box, one.runs) for one in list_objects(store)} == planes
    (told,) = result.repairs
    assert "plane whose pixels they hold" in told.what
    assert told.count == sum(plane > 0 for plane, _box, _runs in planes.values())


def test_only_a_plane_that_is_clearly_nearer_counts() -> None:
    from piximi_core.formats.piximi_project.planes import plane_of_crop

    image = np.random.default_rng(0).integers(0, 255, (4, 20, 30, 2), np.uint8)
    box = (3, 4, 12, 10)
    crop = image[2:3, 4:10, 3:12].copy()
    assert plane_of_crop(image, crop, box) == 2
    crop[:, -1], crop[:, :, -1] = 0, 0  # what lies beyond the box in Piximi's own crops
    assert plane_of_crop(image, crop, box) == 2
    assert plane_of_crop(image, image[0:1, 4:10, 3:12], box) is None
    assert plane_of_crop(image, np.full_like(crop, 9), box) is None
    assert plane_of_crop(image, crop[:, 1:], box) is None
    same = np.repeat(image[:1], 4, axis=0)
    assert plane_of_crop(same, crop, box) is None
