"""The projects that Piximi wrote, opened, saved and opened again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.services.scoring import predict
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.services.piximi.zipped import everything, open_zip, save_zip, zips


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
