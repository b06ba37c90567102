"""What old or broken files of Piximi become here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database import schema
from piximi_core.vocabulary import IMAGE_KIND
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.services.piximi.zipped import everything, open_zip, save_zip


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
