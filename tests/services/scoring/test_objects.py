"""Objects are learned from, predicted and exported as images are: their crops are the data."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from piximi_core.annotation import encode_mask
from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.labelling import set_partition
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database import history, schema
from piximi_core.project.database.store import Store
from piximi_core.services.annotations.class_folders import write_class_folders
from piximi_core.services.classifiers import export
from piximi_core.services.evaluation.evaluate_run import evaluate_run, unscored_ids
from piximi_core.services.scoring import predict
from piximi_core.services.scoring.items import item_of, read_items
from piximi_core.services.scoring.pixels import readable_batches, require_readable
from piximi_core.services.scoring.predict import load_classifier
from piximi_core.services.scoring.recent_pictures import RecentPictures
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings, plan_training
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow

SIDE = 20
SMALL = ModelSettings(input_shape=(SIDE, SIDE, 2), epochs=2, batch_size=4, seed=1, name="cells")
Planes = NDArray[np.uint16]


@pytest.fixture
def planes(tmp_path: Path) -> Planes:
    """Two planes of 60 x 90 pixels in two channels of 16 bit, every pixel its own."""
    return np.random.default_rng(3).integers(0, 2**16, (2, 60, 90, 2)).astype(np.uint16)


@pytest.fixture
def cells(store: Store, planes: Planes, tmp_path: Path) -> dict[str, Any]:
    """Twelve disks of exactly the network's size on plane 1; every third has no label."""
    stack = tmp_path / "stack.tif"
    pixels = planes.transpose(0, 3, 1, 2)  # ImageJ's order
    tifffile.imwrite(stack, pixels, imagej=True, metadata={"axes": "ZCYX"})
    assert add(store, stack).added == 1
    [image_id] = find_ids(store, ThingFilter())
    kind = create_kind(store, "cell")
    rows, columns = np.mgrid[:SIDE, :SIDE]
    disk = (rows - 9.5) ** 2 + (columns - 9.5) ** 2 < 80
    runs = tuple(encode_mask(disk))
    boxes = [(x, y, x + SIDE, y + SIDE) for y in (0, 19, 40) for x in (0, 23, 46, 70)]
    with store.step("Add cells") as db:
        add_objects(
            db,
            [
                NewObject(
                    image_id, kind.id, box, runs, plane=1, category=("long", "round", None)[n % 3]
                )
                for n, box in enumerate(boxes)
            ],
            who="tester",
        )
    return {"kind": kind.id, "boxes": boxes, "disk": disk}


def by_hand(planes: Planes, cells: dict[str, Any], *, blanked: bool) -> NDArray[np.float32]:
    crops = [planes[1, y1:y2, x1:x2] / 65535 for x1, y1, x2, y2 in cells["boxes"]]
    disk = cells["disk"][..., np.newaxis] if blanked else 1
    return np.stack([crop * disk for crop in crops]).astype(np.float32)


def as_the_network_sees(store: Store, ids: list[str], **settings: Any) -> NDArray[np.float32]:
    items = [item_of(thing, settings=settings) for thing in get_things(store, ids)]
    batches = readable_batches(items, store.files, SMALL.input_shape)
    return np.concatenate(list(require_readable(batches)))


def test_the_crop_is_the_box(store: Store, planes: Planes, cells: dict[str, Any]) -> None:
    ids = find_ids(store, ThingFilter(kind_id=cells["kind"]))
    for background in ("Kept", "Blanked"):
        seen = as_the_network_sees(store, ids, object_background=background)
        expected = by_hand(planes, cells, blanked=background == "Blanked")
        np.testing.assert_allclose(seen, expected, rtol=0, atol=1e-7)


def test_objects_of_an_image_that_is_too_large_as_a_whole_are_read_alone(
    store: Store, planes: Planes, cells: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = find_ids(store, ThingFilter(kind_id=cells["kind"]))
    stretched = as_the_network_sees(store, ids, object_crop="Piximi")
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", str(planes.nbytes // 2))
    np.testing.assert_array_equal(as_the_network_sees(store, ids, object_crop="Piximi"), stretched)
    seen = as_the_network_sees(store, ids, object_background="Blanked")
    expected = by_hand(planes, cells, blanked=True)
    np.testing.assert_allclose(seen, expected, rtol=0, atol=1e-7)
    archive = store.folder / "cells.zip"
    kind = next(kind for kind in list_kinds(store) if kind.id == cells["kind"])
    written, failed = write_class_folders(store, kind, archive, check=lambda _done, _of: None)
    assert (written, failed) == (len(ids), [])
    with zipfile.ZipFile(archive) as found:
        crop = tifffile.imread(BytesIO(found.read(found.namelist()[0])))
    x1, y1, x2, y2 = cells["boxes"][0]
    np.testing.assert_array_equal(np.moveaxis(crop, 0, -1), planes[1, y1:y2, x1:x2])


@pytest.mark.parametrize("most", ["1000000", "100000"])
def test_boxes_and_ranges_are_the_same_from_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", most)
    pixels = np.random.default_rng(0).normal(0, 9, (2, 200, 300)).astype(np.float32)
    pixels[0, :64], pixels[0, 70, 3], pixels[0, 199, 7] = np.nan, np.inf, -500
    path = tmp_path / "floats.tif"
    tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": "ZYX"})
    with RecentPictures().boxes(path, name="floats.tif", channels=None) as boxes:
        assert (boxes.planes, boxes.bit_depth) == (2, 32)
        np.testing.assert_array_equal(boxes.cut(1, (290, 5, 310, 20)), pixels[1, 5:20, 290:, None])
        finite = pixels[0][np.isfinite(pixels[0])]
        assert boxes.finite_range(0) == (finite.min(), finite.max())
        assert boxes.finite_range(1) == (pixels[1].min(), pixels[1].max())


def test_planes_of_a_stack_that_is_too_large_as_a_whole_are_read_alone(
    store: Store, planes: Planes, cells: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    [thing] = get_things(store, find_ids(store, ThingFilter()))
    items = [replace(item_of(thing, settings={}), plane=plane) for plane in (0, 1, 5)]
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", str(planes.nbytes // 2))
    batches = readable_batches(items, store.files, planes.shape[1:])
    seen = np.concatenate(list(require_readable(batches)))
    expected = planes[[0, 1, 1]] / 65535
    np.testing.assert_allclose(seen, expected, rtol=0, atol=1e-6)
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", str(planes.nbytes // 3))
    batches = readable_batches(items, store.files, planes.shape[1:])
    with pytest.raises(BadInput, match="would take"):
        list(require_readable(batches))


def test_piximis_crop_is_its_own_resize_of_the_whole_plane(
    store: Store, planes: Planes, cells: dict[str, Any]
) -> None:
    import tensorflow as tf

    ids = find_ids(store, ThingFilter(kind_id=cells["kind"]))
    seen = as_the_network_sees(store, ids, object_crop="Piximi")
    height, width = planes.shape[1:3]
    boxes = [
        [y1 / (height - 1), x1 / (width - 1), y2 / (height - 1), x2 / (width - 1)]
        for x1, y1, x2, y2 in cells["boxes"]
    ]
    whole = (planes[1] / 65535).astype(np.float32)[np.newaxis]
    expected = tf.image.crop_and_resize(whole, boxes, [0] * len(boxes), (SIDE, SIDE)).numpy()
    np.testing.assert_allclose(seen, expected, rtol=0, atol=1e-4)
    assert not seen[3, :, -1].any()  # beyond the image's right edge


def test_objects_are_trained_predicted_evaluated_and_exported(
    store: Store, planes: Planes, cells: dict[str, Any], tmp_path: Path
) -> None:
    kind_id = cells["kind"]
    assert default_settings(store, kind_id).input_shape == (SIDE, SIDE, 2)
    assert plan_training(store, SMALL).obstacle == (
        "No image has a label yet: label some on the Images page."
    )
    # All lie in one image, which would be kept on one side of the split.
    labelled = find_ids(store, ThingFilter(kind_id=kind_id, labelled=True))
    set_partition(store, labelled[:-2], "Training")
    set_partition(store, labelled[-2:], "Validation")
    settings = SMALL.model_copy(update={"object_background": "Blanked"})
    result = run_here(store, train.ask(store, settings, kind_id=kind_id))
    assert result.epochs == 2
    run = find_run(store, "latest", kind_id)
    items = read_items(store.files.run(run.id) / "data.csv")
    assert sorted(item.partition for item in items) == ["Training"] * 6 + ["Validation"] * 2

    # What the run says of each object is what its network says of the crop made by hand.
    expected = load_classifier(store.files.run(run.id)).model.predict(
        by_hand(planes, cells, blanked=True), verbose=0
    )
    place = {found.id: number for number, found in enumerate(list_objects(store))}
    unlabelled = find_ids(store, ThingFilter(kind_id=kind_id, labelled=False))
    run_here(store, predict.ask(store, run, unlabelled))
    for thing in get_things(store, unlabelled, kind_id):
        assert thing.prediction is not None
        np.testing.assert_allclose(
            thing.prediction.probabilities, expected[place[thing.id]], atol=1e-5
        )
    assert len(unlabelled) == 4
    assert history.next_labels(store)[0] == "Predict 4 objects"

    assert unscored_ids(store, run, "Validation") == []
    judged = evaluate_run(store, run, "Validation")
    truth = [place[thing] % 3 for thing in judged.ids]
    assert judged.truth.tolist() == truth
    assert judged.predicted.tolist() == [int(expected[place[t]].argmax()) for t in judged.ids]

    written = run_here(store, export.ask(store, run, "piximi"))
    assert (written.compared, written.difference < 1e-5) == (12, True)


def test_another_outline_of_the_same_box_is_another_look(
    store: Store, cells: dict[str, Any]
) -> None:
    first = get_things(store, find_ids(store, ThingFilter(kind_id=cells["kind"])))[0]
    with store.step("Draw it anew") as db:
        drawn = schema.objects.update().where(schema.objects.c.id == first.id)
        db.execute(drawn.values(mask=f"0 {SIDE * SIDE}"))
    again = get_things(store, [first.id])[0]
    assert again.key != first.key
    assert item_of(again, settings={}).key == again.key
    assert (first.width, first.height, first.planes, first.active_plane) == (SIDE, SIDE, 1, 1)
    assert first.image_name == "stack.tif"


def test_images_know_nothing_of_an_objects_background(store: Store, tmp_path: Path) -> None:
    add(store, write_classes(tmp_path / "in", count=2), labels="folders")
    settings = ModelSettings(input_shape=(20, 20, 1), epochs=1, object_background="Blanked")
    with pytest.raises(BadInput, match="object_background is a setting for objects"):
        train.ask(store, settings)
