"""Predictions beside labels: whose they are, how they are answered, and that undo restores all."""

from __future__ import annotations

import pytest

from piximi_core.errors import NotFound
from piximi_core.project.contents.categories import delete_category, list_categories
from piximi_core.project.contents.predictions import (
    PredictedThing,
    accept_predictions,
    label_predicted,
    store_predictions,
)
from piximi_core.project.contents.things import ThingFilter, count_things, find_ids, get_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store


def category(store: Store, name: str) -> str:
    return next(c.id for c in list_categories(store) if c.name == name)


def predict(store: Store, run_id: str, ids: list[str], name: str = "red") -> None:
    found = [PredictedThing(i, category(store, name), name, 0.75, (0.75, 0.25)) for i in ids]
    with store.step("Predict") as db:
        store_predictions(db, run_id, found)


@pytest.fixture
def unlabelled(filled: Store) -> list[str]:
    ids = find_ids(filled, ThingFilter(labelled=False))
    predict(filled, "first", ids)
    return ids


def test_predictions_are_found_by_their_run(filled, unlabelled):
    labelled = find_ids(filled, ThingFilter(labelled=True))
    predict(filled, "second", labelled)
    assert find_ids(filled, ThingFilter(run_id="first")) == unlabelled
    assert find_ids(filled, ThingFilter(run_id="second")) == labelled
    assert count_things(filled, ThingFilter(run_id="neither")) == 0


def test_labelling_otherwise_answers_the_prediction_in_one_step(filled, unlabelled):
    white = category(filled, "white")
    assert label_predicted(filled, unlabelled, white, who="ann") == len(unlabelled)
    for thing in get_things(filled, unlabelled):
        assert (thing.category_id, thing.labelled_by, thing.prediction) == (white, "ann", None)
    undo(filled)
    for thing in get_things(filled, unlabelled):
        assert not thing.is_labelled
        assert thing.prediction is not None
        assert thing.prediction.class_name == "red"


def test_a_category_that_is_gone_changes_nothing(filled, unlabelled):
    before = filled.revision()
    with pytest.raises(NotFound):
        label_predicted(filled, unlabelled, "gone")
    assert filled.revision() == before
    assert count_things(filled, ThingFilter(predicted=True)) == len(unlabelled)


def test_predictions_whose_category_is_gone_are_left_to_the_person(filled, unlabelled):
    delete_category(filled, category(filled, "red"))
    assert accept_predictions(filled, unlabelled) == 0
    assert count_things(filled, ThingFilter(run_id="first")) == len(unlabelled)
