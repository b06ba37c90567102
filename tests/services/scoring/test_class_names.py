"""After renaming, swapping and deleting categories, every place tells the classes by their ids."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.cli.predicting import predictions_to_table
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import (
    create_category,
    delete_category,
    list_categories,
    rename_category,
)
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.predictions import accept_predictions
from piximi_core.project.contents.runs import Run, RunClass, find_run
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.classifiers import export
from piximi_core.services.evaluation.evaluate_run import evaluate_run
from piximi_core.services.scoring import predict
from piximi_core.services.scoring.class_names import classes_today, in_order, names_of
from piximi_core.services.training import train
from piximi_core.services.training.starting_run import settings_to_go_on
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow

SMALL = ModelSettings(input_shape=(16, 16, 1), epochs=30, batch_size=4, seed=1, name="small")


@pytest.fixture
def swapped(labelled: Store, tmp_path: Path) -> tuple[Store, Run]:
    """A run on dark and light; since then dark is called light, and light is called pale."""
    add(labelled, write_classes(tmp_path / "more", count=3, seed=9))
    run_here(labelled, train.ask(labelled, SMALL))
    dark, light = find_run(labelled, "latest").classes
    rename_category(labelled, light.id, "pale")
    rename_category(labelled, dark.id, "light")
    return labelled, find_run(labelled, "latest")


def test_names_of_today_stand_beside_those_of_the_run(swapped: tuple[Store, Run]) -> None:
    store, run = swapped
    assert names_of(store, run, "run") == ["dark", "light"]
    assert names_of(store, run) == ["light", "pale"]
    titles = ("light (was dark)", "pale (was light)")
    assert tuple(known.title for known in classes_today(store, run)) == titles
    figures = evaluate_run(store, run, "Validation").figures
    assert figures.classes == titles
    assert figures.accuracy == 1.0, "the labels followed the ids"


def test_a_prediction_and_its_acceptance_follow_the_id(
    swapped: tuple[Store, Run], tmp_path: Path
) -> None:
    store, run = swapped
    # Another category under a name that the run knew.
    new = create_category(store, "dark")
    ids = find_ids(store, ThingFilter(labelled=False))
    run_here(store, predict.ask(store, run, ids))
    out = tmp_path / "out.csv"
    assert predictions_to_table(store, run, ids, out) == 6
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert {"p:light", "p:pale"} <= set(rows[0])
    for row in rows:
        # The files are named after what they show.
        right = {"dark": ("light", "dark"), "ligh": ("pale", "light")}[Path(row["name"]).name[:4]]
        assert (row["category"], row["was"]) == right
    accept_predictions(store, ids)
    names = {category.id: category.name for category in list_categories(store)}
    for thing in get_things(store, ids):
        assert (
            names[thing.category_id] == {"dark": "light", "ligh": "pale"}[Path(thing.name).name[:4]]
        )
        assert thing.category_id != new.id


def test_an_export_carries_the_names_that_were_asked_for(swapped: tuple[Store, Run]) -> None:
    store, run = swapped
    for names, expected in (("today", ["light", "pale"]), ("run", ["dark", "light"])):
        job = export.ask(store, run, "piximi-files", names=names)  # type: ignore[arg-type]
        assert run_here(store, job).difference < 1e-5
        description = next(p for p in export.delivered(job) if p.suffix == ".json")
        assert find_classes(json.loads(description.read_text())) == expected


def find_classes(document: dict[str, Any]) -> Any:
    """The class names of a description, wherever it keeps them."""
    if "classes" in document:
        return document["classes"]
    nested = [value for value in document.values() if isinstance(value, dict)]
    return next((found for value in nested if (found := find_classes(value))), None)


def test_what_is_learned_further_goes_by_id(swapped: tuple[Store, Run]) -> None:
    """A new category of an old name is a new output, though it comes first by its name."""
    store, run = swapped
    new = create_category(store, "dark")
    label_things(store, find_ids(store, ThingFilter(labelled=False))[:4], new.id)
    job = train.ask(store, settings_to_go_on(store, SMALL, run.id))
    request = job.request()
    assert [known["name"] for known in request["classes"]] == ["dark", "light", "pale"]
    assert request["start"]["columns"] == [None, 0, 1]


def test_a_deleted_category_is_told_apart_and_counted(swapped: tuple[Store, Run]) -> None:
    store, run = swapped
    before = evaluate_run(store, run, "Validation")
    assert before.notes == ()
    delete_category(store, run.classes[0].id)
    create_category(store, "dark")
    gone, kept = classes_today(store, run)
    assert (gone.title, gone.is_gone, kept.title) == ("dark (deleted)", True, "pale (was light)")
    after = evaluate_run(store, run, "Validation")
    assert after.figures.count == 3
    assert after.notes[0].startswith("3 of 6 images in Validation when this run was trained are no")
    assert after.notes[1] == "Deleted since: dark."


def test_weights_do_not_depend_on_the_order_of_categories(labelled: Store, tmp_path: Path) -> None:
    other = create_store(tmp_path / "other", "Other")
    for name in ("light", "dark"):
        create_category(other, name)
    add(other, write_classes(tmp_path / "again"), labels="folders")
    assert [c.name for c in list_categories(other)][1:] == ["light", "dark"]
    weights = []
    for store in (labelled, other):
        settings = SMALL.model_copy(update={"epochs": 2})
        job = train.ask(store, settings)
        run_here(store, job)
        (path,) = job.folder.glob("*.weights.bin")
        weights.append(path.read_bytes())
    assert weights[0] == weights[1]
    assert len(list_things(other, ThingFilter())) == 24


def test_the_order_of_names() -> None:
    names = ["b", "10", "A", "2", "a 12", "a 3", "", "²"]
    ordered = [known.name for known in in_order(RunClass(n, n, "#000000") for n in names)]
    assert ordered == ["", "2", "10", "A", "a 3", "a 12", "b", "²"]
