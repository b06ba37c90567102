"""What Piximi wrote is what our project holds and what we write again, by an independent reading.

Our project is read from its database and its files by SQL, TIFF and JSON alone.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from tests.formats.piximi_project.piximi_reader import StrictReader, strict_read
from tests.services.piximi.zipped import open_zip, save_zip, zips


def rows(folder: Path, query: str) -> list[dict[str, Any]]:
    with sqlite3.connect(folder / "project.sqlite") as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(query)]


def native(thing: dict[str, Any]) -> Any:
    top = 2 ** thing["bit_depth"] - 1
    return np.rint(thing["pixels"].astype(np.float64) * top).astype(int)


def description(path: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(StrictReader(path).files[f"{name}.json"])
    return found


def check_things(original: dict[str, Any], folder: Path) -> None:
    """Compare labels, predictions, partitions, pixels and colours with the zip."""
    stored = {
        row["id"]: row
        for row in rows(
            folder,
            "select t.*, i.sha256, i.display, i.bit_depth, p.category_id as predicted from things t"
            " left join images i on i.id = t.id left join predictions p on p.id = t.id",
        )
    }
    assert stored.keys() == original["things"].keys()
    for thing_id, thing in original["things"].items():
        ours = stored[thing_id]
        assert (ours["name"], ours["kind_id"]) == (thing["name"], thing["kind"])
        assert ours["partition"] == thing["classifier_partition"]
        category = thing["class_category_id"]
        is_predicted = thing["classifier_partition"] == "Inference" and category[0] != "0"
        assert ours["predicted"] == (category if is_predicted else None)
        unknown = original["kinds"][thing["kind"]]["unknown_category_id"]
        assert ours["category_id"] == (unknown if is_predicted else category)
        if thing["kind"] == "Image":
            sha256 = ours["sha256"]
            file = folder / "images" / sha256[:2] / f"{sha256}.tif"
            planes, height, width, channels = thing["pixels"].shape
            whole = tifffile.imread(file).reshape(planes, channels, height, width)
            assert np.array_equal(np.moveaxis(whole, 1, 3), native(thing))
            assert whole.dtype.itemsize * 8 == ours["bit_depth"] == thing["bit_depth"]
            check_colors(json.loads(ours["display"]), thing)


def check_colors(display: dict[str, Any], thing: dict[str, Any]) -> None:
    """Compare how an image is shown, where that differs from how we show it at first."""
    if not display:
        return
    top, colors = 2 ** thing["bit_depth"] - 1, thing["colors"]
    for number, channel in enumerate(display["look"]["channels"]):
        assert channel["low"] / top == pytest.approx(colors["range_min"][number], abs=1e-6)
        assert channel["high"] / top == pytest.approx(colors["range_max"][number], abs=1e-6)
        shade = [int(channel["color"][at : at + 2], 16) / 255 for at in (1, 3, 5)]
        assert shade == pytest.approx(colors["color"][number], abs=1 / 500)
        assert channel["visible"] == bool(colors["visible_B"][number])


def check_written(original: dict[str, Any], written: dict[str, Any]) -> None:
    """Compare what we wrote with what Piximi wrote: all of the things, kinds and categories."""
    for name in ("name", "channels", "kinds", "categories"):
        assert written[name] == original[name], name
    assert written["things"].keys() == original["things"].keys()
    for thing_id, thing in original["things"].items():
        again = written["things"][thing_id]
        for key, value in thing.items():
            if key == "pixels":
                assert np.array_equal(native(again), native(thing))
            elif key == "colors":
                for name, values in value.items():
                    assert np.allclose(again[key][name], values, atol=1 / 500), name
            else:
                assert again[key] == value, key


@pytest.mark.slow
def test_the_real_digits_lose_nothing_on_opening_and_saving(
    shared_data: Path, tmp_path: Path
) -> None:
    given = zips(shared_data)["digits"]
    original = strict_read(given)
    store, result = open_zip(given, tmp_path / "first")
    assert result.repairs == ()
    folder = tmp_path / "first"
    check_things(original, folder)
    assert rows(folder, "select name from project") == [{"name": original["name"]}]
    stored = rows(folder, "select id, name, color, kind_id from categories order by position")
    listed = original["kinds"]["Image"]["categories"]
    assert [row["id"] for row in stored] == listed
    for row in stored:
        known = original["categories"][row["id"]]
        assert (row["name"], row["color"].upper()) == (known["name"], known["color"].upper())
    check_classifier(original, description(given, "model"), folder)
    path, _result = save_zip(store)
    written = strict_read(path)
    check_written(original, written)
    model, known = written["models"]["model"], original["models"]["model"]
    for key in ("kind", "classes", "class_map", "eval_results", "weights"):
        assert model[key] == known[key], key
    # Piximi lists its defaults for a classifier that was loaded; its description has its own.
    said = description(given, "model")
    assert description(path, "model")["preprocessSettings"] == said["preprocessSettings"]
    assert description(path, "model")["optimizerSettings"] == said["optimizerSettings"]
    assert model["input_shape"] == [1, 28, 28, 1]
    assert (model["epochs"], model["learning_rate"]) == (8, 0.001)


def check_classifier(original: dict[str, Any], said: dict[str, Any], folder: Path) -> None:
    """Compare the run with the classifier of the zip: classes, settings, measures, weights."""
    (run,) = rows(folder, "select id, settings, classes from runs")
    model = original["models"]["model"]
    classes = [known["id"] for known in json.loads(run["classes"])]
    assert classes == [category for _number, category in sorted(model["class_map"])]
    settings, wanted = json.loads(run["settings"]), said["optimizerSettings"]
    assert settings["learning_rate"] == wanted["learningRate"]
    assert settings["epochs"] == wanted["epochs"]
    assert settings["batch_size"] == wanted["batchSize"]
    assert settings["optimizer"] == wanted["optimizationAlgorithm"]
    assert settings["loss"] == wanted["lossFunction"]
    sizes = said["preprocessSettings"]["inputShape"]
    assert settings["input_shape"] == [sizes["height"], sizes["width"], sizes["channels"]]
    place = folder / "runs" / run["id"]
    assert json.loads((place / "piximi.json").read_text())["eval_results"] == model["eval_results"]
    (weights,) = place.glob("*.weights.bin")
    assert weights.read_bytes() == model["weights"]
    # What was predicted in Piximi is what its classifier says here, in its own words.
    answers = rows(folder, "select category_id, confidence, probabilities from predictions")
    for answer in answers:
        probabilities = json.loads(answer["probabilities"])
        assert classes[int(np.argmax(probabilities))] == answer["category_id"]
        assert answer["confidence"] == pytest.approx(max(probabilities))


@pytest.mark.parametrize("name", ["stack", "objects"])
def test_other_real_projects_lose_nothing(shared_data: Path, tmp_path: Path, name: str) -> None:
    given = zips(shared_data)[name]
    original = strict_read(given)
    store, _result = open_zip(given, tmp_path / "first")
    check_things(original, tmp_path / "first")
    check_written(original, strict_read(save_zip(store)[0]))
