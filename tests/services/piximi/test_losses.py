"""What is said before saving for Piximi is what the written file then shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.labelling import label_things, set_partition
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.piximi.losses import losses
from piximi_core.services.training.settings_draft import change_settings
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.services.conftest import add
from tests.services.piximi.zipped import open_zip, save_zip


@pytest.fixture
def six(store: Store, tmp_path: Path) -> dict[str, str]:
    """Six images by name, and the category red."""
    paths = [tmp_path / f"{name}.tif" for name in "abcdef"]
    for number, path in enumerate(paths):
        tifffile.imwrite(path, np.full((4, 4), number, np.uint8))
    add(store, *paths)
    return {thing.name[0]: thing.id for thing in list_things(store, ThingFilter())}


def predict_red(store: Store, red: str, *ids: str) -> None:
    with store.step("Predict") as db:
        store_predictions(db, "run", [PredictedThing(i, red, "red", 0.9, [0.9]) for i in ids])


@pytest.mark.slow
def test_where_things_in_test_and_predictions_go_is_said_and_so_written(
    store: Store, six: dict[str, str], tmp_path: Path
) -> None:
    red = create_category(store, "red")
    # Labelled, or without a prediction: Test is Validation. A prediction is one in Inference alone.
    label_things(store, [six["a"], six["f"]], red.id)
    predict_red(store, red.id, six["c"], six["d"], six["e"], six["f"])
    set_partition(store, [six[n] for n in "abcf"], "Test")
    set_partition(store, [six["d"]], "Training")
    set_partition(store, [six["e"]], "Inference")
    told = losses(store)
    assert "3 things in Test will be in Validation: Piximi has no Test." in told
    (moved,) = [line for line in told if "with a prediction and no label" in line]
    assert moved.startswith("2 things")
    assert "will be in Inference" in moved
    path, result = save_zip(store)
    assert result.told == tuple(told)
    found = strict_read(path)
    unknown = found["kinds"]["Image"]["unknown_category_id"]
    written = {
        name: (found["things"][i]["classifier_partition"], found["things"][i]["class_category_id"])
        for name, i in six.items()
    }
    assert written == {
        "a": ("Validation", red.id),
        "b": ("Validation", unknown),
        "c": ("Inference", red.id),
        "d": ("Inference", red.id),
        "e": ("Inference", red.id),
        "f": ("Validation", red.id),
    }
    # None of the predictions became a label.
    again, _result = open_zip(path, tmp_path / "again")
    labelled = {t.name[0] for t in list_things(again, ThingFilter()) if t.is_labelled}
    assert labelled == {"a", "f"}


@pytest.mark.slow
def test_changed_settings_that_piximi_lacks_are_said(store: Store) -> None:
    assert [line for line in losses(store) if "setting" in line] == []
    change_settings(store, {"seed": 7, "epochs": 3, "stratify": False})
    assert [line for line in losses(store) if "setting" in line] == [
        "The setting Stratified split will be left out: Piximi lacks it.",
        "The setting Seed will be left out: Piximi lacks it.",
    ]
