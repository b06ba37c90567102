"""Classifiers of opened Piximi projects: usable whatever their lists say, and saved again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import list_runs
from piximi_core.services.training.planning import default_settings
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.services.piximi.zipped import open_zip, save_zip

pytestmark = pytest.mark.slow


def small_network(folder: Path, classes: tuple[str, ...]) -> made.Files:
    """The files of a classifier that answers, of grey pictures."""
    import tf_keras

    from piximi_core.formats.tfjs.classifier import write_classifier
    from piximi_core.formats.tfjs.metadata import (
        ClassifierMetadata,
        InputShape,
        OptimizerSettings,
        PreprocessSettings,
    )

    model = tf_keras.Sequential(
        [
            tf_keras.layers.Flatten(input_shape=(16, 16, 1)),
            tf_keras.layers.Dense(len(classes), activation="softmax"),
        ]
    )
    metadata = ClassifierMetadata(
        preprocess=PreprocessSettings(input_shape=InputShape(height=16, width=16, channels=1)),
        classes=classes,
        optimizer=OptimizerSettings(learning_rate=0.001, epochs=3),
    )
    return {p.name: p.read_bytes() for p in write_classifier(model, metadata, folder, "cells")}


def with_network(folder: Path, classes: tuple[str, ...], **info: Any) -> tuple[made.Files, Path]:
    """Write a project with such a classifier of its images; return its files and the zip."""
    files = made.things_project("1.1.4")
    made.list_classifier(files, "cells", **info)
    pair = small_network(folder / "given", classes)
    return files, made.zipped(files, folder / "a.zip", **pair)  # type: ignore[arg-type]


def test_measures_that_are_no_numbers_keep_no_project_from_being_saved(tmp_path: Path) -> None:
    measures = {"confusionMatrix": [[1, 0], [0, 1]], "accuracy": 1.0, "f1Score": float("nan")}
    _files, given = with_network(
        tmp_path, ("red", "white"), eval_results=[measures], class_map=[[0, made.RED]]
    )
    store, result = open_zip(given, tmp_path / "project")
    assert result.classifiers == 1
    path, _result = save_zip(store)
    model = strict_read(path)["models"]["cells"]
    assert model["eval_results"] == [{**measures, "f1Score": None}]


@pytest.mark.parametrize(
    ("classes", "class_map", "expected", "told"),
    [
        (("red", "white"), [[0, made.WHITE], [1, made.RED]], ["white", "red"], []),
        (("x", "y"), [[0, made.RED], [1, made.RED]], ["red", "y"], ["y"]),
        (("red", "blue"), [[1, made.RED]], ["red 2", "red"], ["red"]),
        (("red", "Unknown"), [], ["red", "Unknown 2"], ["Unknown"]),
        (("x", "red"), [[0, made.UNKNOWN]], ["x", "red"], ["x"]),
        (("same", "same"), [], ["same", "same 2"], ["same"]),
        (("", "red"), [], ["0", "red"], []),
    ],
)
def test_each_class_becomes_a_category_of_its_own(
    tmp_path: Path,
    classes: tuple[str, ...],
    class_map: list[Any],
    expected: list[str],
    told: list[str],
) -> None:
    _files, given = with_network(tmp_path, classes, eval_results=[], class_map=class_map)
    store, result = open_zip(given, tmp_path / "project")
    (run,) = list_runs(store)
    assert [known.name for known in run.classes] == expected
    assert len({known.id for known in run.classes}) == len(classes)
    assert not any(known.id.startswith("0") for known in run.classes)
    assert [list(entry.names) for entry in result.repairs] == ([told] if told else [])
    path, _result = save_zip(store)
    found = strict_read(path)
    mapped = dict(found["models"]["cells"]["class_map"])
    assert [found["categories"][mapped[n]]["name"] for n in range(len(classes))] == expected


def test_settings_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    files, _given = with_network(tmp_path, ("red", "white"), eval_results=[], class_map=[])
    for name in ("base-model", "cells"):
        first = f"classifier/Image/{name}/model_info/preprocessing_settings"
        made.edit(files, f"{first}/rescale_options", rescale_B=0, center_B=1)
        made.edit(files, f"{first}/crop_options", num_crops=4, crop_schema="Match")
    # Piximi allows both; our own settings do not.
    base = "classifier/Image/base-model/model_info/preprocessing_settings"
    made.edit(files, base, training_percent=0.05)
    made.array(files, f"{base}/input_shape", [1, 2000, 24, 1], "<i4")
    pair = small_network(tmp_path / "again", ("red", "white"))
    store, result = open_zip(made.zipped(files, tmp_path / "b.zip", **pair), tmp_path / "project")  # type: ignore[arg-type]
    told = {entry.what: entry for entry in result.repairs}
    lost = next(entry for what, entry in told.items() if "this program lacks" in what)
    # A classifier's own scaling becomes a layer of it, so that it is not lost.
    assert lost.count == 4 + 3
    beyond = next(entry for what, entry in told.items() if "beyond what" in what)
    assert sorted(beyond.names) == ["input_shape", "training_percentage"]
    settings = default_settings(store)
    assert (settings.epochs, settings.batch_size) == (7, 16)
    assert settings.training_percentage == 0.75
    assert [c.name for c in list_categories(store)] == ["Unknown", "red", "white"]
