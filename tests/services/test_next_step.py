"""What the guide proposes, from an empty project to a classifier in Piximi and after."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from piximi_core.annotation.regions import filled_box
from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.drawing import Canvas, draw_object
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import label_things, set_partition
from piximi_core.project.contents.notes.on_images import mark_done
from piximi_core.project.contents.predictions import accept_predictions, reject_predictions
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers import export
from piximi_core.services.evaluation.evaluate_run import note_checked
from piximi_core.services.next_step import Action, Facts, Stage, decide, next_step
from piximi_core.services.scoring import predict
from piximi_core.services.training import train
from tests.services.conftest import add, write_classes


@pytest.mark.parametrize(
    ("facts", "action", "count"),
    [
        (Facts(), Action.ADD, 0),
        # No category yet: nothing to label with.
        (Facts(images=90, unpredicted=90), Action.NAME, 0),
        # Two of ten images each.
        (Facts(images=90, labelled=(0,), unpredicted=90), Action.NAME, 1),
        (Facts(images=90, labelled=(8,), unpredicted=82), Action.NAME, 1),
        (Facts(images=90, labelled=(8, 10, 0), unpredicted=72), Action.LABEL, 12),
        (Facts(images=12, labelled=(2,), unpredicted=10), Action.NAME, 1),
        # Everything is labelled alike: nothing to tell apart.
        (Facts(images=30, labelled=(30,)), Action.ADD_OTHERS, 0),
        # Too few are left to reach ten of each, but a training can begin.
        (Facts(images=12, labelled=(5, 4), unpredicted=3), Action.TRAIN, 9),
        (Facts(images=60, labelled=(10, 30), unpredicted=20), Action.TRAIN, 40),
        (Facts(images=60, labelled=(10, 30), unpredicted=20, training=True), Action.WATCH, 0),
        (Facts(images=60, labelled=(4, 3), unpredicted=53, run_id="r"), Action.CHECK, 0),
        (Facts(images=60, unpredicted=60, run_id="r", checked=True), Action.PREDICT, 60),
        (Facts(images=60, unpredicted=20, waiting=40, run_id="r", checked=True), Action.REVIEW, 40),
        # The run has said what it has to say: never the same again.
        (
            Facts(images=60, labelled=(40, 19), rejected=1, run_id="r", checked=True),
            Action.BY_HAND,
            1,
        ),
        (
            Facts(images=60, labelled=(40,), unpredicted=17, rejected=3, run_id="r", checked=True),
            Action.PREDICT,
            17,
        ),
        # Objects that are drawn by hand: ten of each category, of two at least.
        (Facts(canvases=True), Action.DRAW, 20),
        (Facts(images=3, canvases=True, unpredicted=3), Action.DRAW, 17),
        (Facts(images=4, canvases=True, labelled=(2, 1), unpredicted=1), Action.DRAW, 16),
        (Facts(images=12, canvases=True, labelled=(5, 5), unpredicted=2), Action.TRAIN, 10),
        (Facts(images=12, canvases=True, labelled=(5, 0, 0), unpredicted=7), Action.DRAW, 18),
        (Facts(images=20, canvases=True, unpredicted=20), Action.NAME, 0),
        (Facts(images=5, canvases=True, labelled=(4, 1), training=True), Action.WATCH, 0),
        (Facts(images=5, canvases=True, labelled=(4, 1), run_id="r"), Action.CHECK, 0),
        # Images on which somebody has begun to draw, but not where they have labels themselves.
        (Facts(images=9, undrawn=True, unpredicted=9), Action.DRAW, 0),
        (Facts(images=9, undrawn=True, labelled=(1, 0), unpredicted=8), Action.LABEL, 8),
        # A classifier from elsewhere and no label: nothing can be checked.
        (Facts(images=60, unpredicted=60, run_id="r", judgeable=False), Action.PREDICT, 60),
        (Facts(images=60, labelled=(30, 30), run_id="r", checked=True), Action.EXPORT, 0),
        (
            Facts(
                images=60, labelled=(30, 30), run_id="r", learned=40, checked=True, exported=True
            ),
            Action.TRAIN_AGAIN,
            60,
        ),
        (
            Facts(
                images=60, labelled=(30, 30), run_id="r", learned=60, checked=True, exported=True
            ),
            Action.ADD_MORE,
            0,
        ),
    ],
)
def test_each_state_has_one_next_step(facts: Facts, action: Action, count: int) -> None:
    guide = decide(facts)
    assert (guide.action, guide.count) == (action, count)


def test_every_action_belongs_to_a_step_of_the_way() -> None:
    assert {action.stage for action in Action} == set(Stage)


def test_steps_are_ticked_when_they_are_complete_and_not_before() -> None:
    assert decide(Facts()).done == frozenset()
    assert decide(Facts(images=9, labelled=(2,), unpredicted=7)).done == {Stage.ADD}
    ready = Facts(images=40, labelled=(10, 10), unpredicted=20)
    assert decide(ready).done == {Stage.ADD, Stage.LABEL}
    trained = Facts(images=40, labelled=(10, 10), unpredicted=20, run_id="r", learned=20)
    assert decide(trained).done == {Stage.ADD, Stage.LABEL, Stage.TRAIN}
    by_hand = Facts(images=40, labelled=(20, 20), run_id="r", checked=True, exported=True)
    assert decide(by_hand).done == set(Stage) - {Stage.PREDICT}
    over = replace(by_hand, predicted=True)
    assert decide(over).done == set(Stage)
    rejected = replace(over, rejected=2)
    assert decide(rejected).done == set(Stage) - {Stage.LABEL}
    brought = Facts(images=40, unpredicted=40, run_id="r", judgeable=False)
    assert decide(brought).done == {Stage.ADD, Stage.TRAIN}


def test_only_a_step_about_a_run_names_it() -> None:
    assert decide(Facts(images=9, labelled=(5, 4), run_id="r")).run_id == "r"
    over = Facts(images=9, labelled=(5, 4), run_id="r", checked=True, exported=True)
    assert decide(over).run_id is None


def test_who_draws_objects_is_led_to_the_images_that_have_none(
    store: Store, tmp_path: Path
) -> None:
    kind = create_kind(store, "cell").id
    assert next_step(store, kind).action is Action.ADD, "there is nothing to draw on"
    add(store, write_classes(tmp_path / "images", count=1))
    first, second = find_ids(store, ThingFilter())
    assert next_step(store).action is Action.NAME
    assert (next_step(store, kind).action, next_step(store, kind).count) == (Action.DRAW, 20)
    drawn = {"object_id": "a", "kind_id": kind}
    draw_object(store, Canvas(first, 0), filled_box((0, 0, 4, 4)), **drawn)
    assert next_step(store).action is Action.DRAW
    assert next_step(store, kind).count == 19
    mark_done(store, second)
    assert next_step(store).action is Action.NAME


def test_images_kept_out_of_training_do_not_count_as_labelled(labelled: Store) -> None:
    assert (next_step(labelled).action, next_step(labelled).count) == (Action.TRAIN, 24)
    set_partition(labelled, find_ids(labelled, ThingFilter())[:5], "Test")
    assert (next_step(labelled).action, next_step(labelled).count) == (Action.TRAIN, 19)


def test_a_category_without_images_asks_for_labels(labelled: Store) -> None:
    unknown = list_categories(labelled)[0]
    label_things(labelled, find_ids(labelled, ThingFilter())[:11], unknown.id)
    create_category(labelled, "third")
    guide = next_step(labelled)
    # Eleven are without a label, which is too few for 9 + 10 more of them.
    assert (guide.action, guide.count) == (Action.TRAIN, 13)


@pytest.mark.slow
def test_the_guide_follows_a_project_from_its_first_image_to_the_export(
    store: Store, tmp_path
) -> None:
    assert next_step(store).action is Action.ADD
    add(store, write_classes(tmp_path / "images"), labels="folders")
    unknown = list_categories(store)[0]
    label_things(store, find_ids(store, ThingFilter(sort="name"))[10:14], unknown.id)
    assert next_step(store).action is Action.TRAIN
    settings = ModelSettings(input_shape=(16, 16, 1), epochs=1, name="Small")
    job = train.ask(store, settings)
    assert next_step(store).action is Action.WATCH
    run_here(store, job)
    run = find_run(store, "latest")
    guide = next_step(store)
    assert (guide.action, guide.run_id) == (Action.CHECK, run.id)
    assert note_checked(store, run)
    assert not note_checked(store, run)
    unlabelled = find_ids(store, ThingFilter(labelled=False))
    assert (next_step(store).action, next_step(store).count) == (Action.PREDICT, len(unlabelled))
    run_here(store, predict.ask(store, run, unlabelled))
    assert (next_step(store).action, next_step(store).count) == (Action.REVIEW, len(unlabelled))
    assert Stage.PREDICT not in next_step(store).done
    reject_predictions(store, unlabelled[:1])
    accept_predictions(store, unlabelled[1:])
    guide = next_step(store)
    assert (guide.action, guide.count) == (Action.BY_HAND, 1)
    assert guide.done == {Stage.ADD, Stage.TRAIN, Stage.CHECK, Stage.PREDICT}
    category = get_things(store, unlabelled[1:2])[0].category_id
    label_things(store, unlabelled[:1], category)
    assert next_step(store).action is Action.EXPORT
    run_here(store, export.ask(store, run, "piximi-files"))
    guide = next_step(store)
    assert (guide.action, guide.count) == (Action.TRAIN_AGAIN, 24)
    assert guide.done == set(Stage)
