"""Undo and redo give back every row as it was, for every sort of step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piximi_core.errors import PiximiError, StaleWrite
from piximi_core.project import workspace
from piximi_core.project.contents import categories, drafts, labelling, predictions, things
from piximi_core.project.database import history, schema, store
from piximi_core.project.database.schema import JOURNALLED
from piximi_core.project.database.store import Store
from tests.project.conftest import fill, new_image

Action = Callable[[Store], Any]


def contents(project: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every journalled row, as a set would hold it."""
    with project.read() as db:
        return {
            table.name: sorted(tuple(row) for row in db.execute(table.select()))
            for table in JOURNALLED
        }


def first_ids(project: Store, count: int = 3) -> list[str]:
    return things.find_ids(project, things.ThingFilter())[:count]


def known(project: Store) -> str:
    return categories.list_categories(project)[1].id


def predict(project: Store) -> None:
    found = [
        predictions.PredictedThing(thing, known(project), "red", 0.1 + 0.2, [0.3, 0.7])
        for thing in first_ids(project)
    ]
    with project.step("Predict") as db:
        predictions.store_predictions(db, "run", found)


def delete_with_objects(project: Store) -> None:
    image = first_ids(project)[0]
    with project.step("Annotate") as db:
        db.execute(
            schema.kinds.insert().values(
                id="nucleus", name="nucleus", unknown_category_id="0n", hidden=False, position=1
            )
        )
        db.execute(
            schema.categories.insert().values(
                id="0n", kind_id="nucleus", name="Unknown", color="#AAAAAA", position=0
            )
        )
        db.execute(
            schema.things.insert().values(
                id="1object",
                kind_id="nucleus",
                name="object 1",
                category_id="0n",
                partition="Inference",
                position=99,
                created_at="2026",
            )
        )
        db.execute(
            schema.objects.insert().values(
                id="1object", image_id=image, plane=0, x1=1, y1=2, x2=5, y2=7, mask="0 20"
            )
        )
    labelling.delete_things(project, [image])


ACTIONS: dict[str, Action] = {
    "add": lambda p: fill(p, [new_image(100, "new category")]),
    "label": lambda p: labelling.label_things(p, first_ids(p), known(p)),
    "partition": lambda p: labelling.set_partition(p, first_ids(p), "Test"),
    "rename": lambda p: labelling.rename_thing(p, first_ids(p)[0], "it's <b>new</b> 🧫"),
    "describe": lambda p: labelling.describe_thing(p, first_ids(p)[0], {"well": "A=1"}),
    "delete": lambda p: labelling.delete_things(p, first_ids(p)),
    "delete with objects": delete_with_objects,
    "create category": lambda p: categories.create_category(p, "another"),
    "rename category": lambda p: categories.rename_category(p, known(p), "renamed"),
    "recolour": lambda p: categories.recolor_category(p, known(p), "#123456"),
    "delete category": lambda p: categories.delete_category(p, known(p)),
    "predict": predict,
    "draft": lambda p: drafts.save_draft(p, {"epochs": 3}),
    "rename project": lambda p: workspace.rename_project(p, "Other"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTIONS)
def test_undo_and_redo_restore_every_row(filled: Store, name: str) -> None:
    before = contents(filled)
    ACTIONS[name](filled)
    after = contents(filled)
    assert before != after
    steps = 0
    while contents(filled) != before:
        assert history.undo(filled) is not None
        steps += 1
    for _ in range(steps):
        assert history.redo(filled) is not None
    assert contents(filled) == after


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(st.sampled_from(sorted(set(ACTIONS) - {"delete with objects"})), max_size=6))
def test_any_sequence_is_undone_step_by_step(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    project = store.create_store(tmp_path_factory.mktemp("history") / "p", "Any")
    fill(project, [new_image(i, ("red", "white", None)[i % 3]) for i in range(8)])
    states = [contents(project)]
    newest = history.history(project)[0].id
    for name in names:
        # A second "another" or a missing category is refused, and must change nothing.
        with contextlib.suppress(PiximiError, IndexError):
            ACTIONS[name](project)
        if history.history(project)[0].id != newest:
            newest = history.history(project)[0].id
            states.append(contents(project))
        assert contents(project) == states[-1]
    for state in reversed(states[:-1]):
        history.undo(project)
        assert contents(project) == state
    for state in states[1:]:
        history.redo(project)
        assert contents(project) == state
    project.close()


def test_a_new_step_forgets_the_undone_ones(filled: Store) -> None:
    categories.create_category(filled, "first")
    history.undo(filled)
    categories.create_category(filled, "second")
    assert history.redo(filled) is None
    assert "first" not in [c.name for c in categories.list_categories(filled)]


@pytest.mark.slow
def test_history_is_trimmed(filled: Store) -> None:
    for number in range(store.HISTORY_STEPS + 5):
        drafts.save_draft(filled, {"epochs": number})
    with filled.read() as db:
        assert len(db.execute(schema.steps.select()).all()) == store.HISTORY_STEPS
        kept = {step.id for step in db.execute(schema.steps.select())}
        assert {row.step for row in db.execute(schema.journal.select())} <= kept


def test_a_step_that_changes_nothing_is_no_step(filled: Store) -> None:
    newest = history.history(filled)[0]
    categories.rename_category(filled, known(filled), "red")
    assert history.history(filled)[0] == newest


def test_nothing_to_undo(filled: Store) -> None:
    while history.undo(filled):
        pass
    assert history.undo(filled) is None


def test_a_step_that_changes_nothing_leaves_redo_and_the_length_of_history(filled: Store) -> None:
    labelling.label_things(filled, first_ids(filled), known(filled))
    assert history.undo(filled) is not None
    with filled.step("Nothing"):
        pass
    assert history.redo(filled) is not None
    for _ in range(store.HISTORY_STEPS):
        with filled.step("Nothing"):
            pass
    labelling.label_things(filled, first_ids(filled, 1), list_unknown(filled))
    assert [step.label for step in history.history(filled)][:2] == [
        "Remove label of 1 image",
        "Label 3 images",
    ]


def list_unknown(project: Store) -> str:
    return categories.list_categories(project)[0].id


def test_nobody_undoes_what_another_did_after_they_looked(filled: Store) -> None:
    labelling.label_things(filled, first_ids(filled, 1), known(filled), who="Ben")
    seen = filled.revision()
    labelling.delete_things(filled, first_ids(filled, 2), who="Ada")
    with pytest.raises(StaleWrite, match="Ada has changed the project meanwhile"):
        history.undo(filled, who="Ben", seen=seen)
    assert not history.history(filled)[0].undone
    # Their own newest step, and one that they have seen, they do take back.
    assert history.undo(filled, who="Ada", seen=seen) == "Delete 2 images"
    assert history.undo(filled, who="Ada", seen=filled.revision()) == "Label 1 image"


def test_a_clock_that_was_ahead_for_an_evening_stands_in_nobodys_way(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Ada did in that evening carries a moment to come; Ben has seen it all the same."""
    ids, white = first_ids(filled, 1), known(filled)
    with monkeypatch.context() as evening:
        evening.setattr(labelling, "now", lambda: "2099-01-01T00:00:00.000+00:00")
        evening.setattr(store, "now", lambda: "2099-01-01T00:00:00.000+00:00")
        labelling.label_things(filled, ids, white, who="Ada")
    seen = filled.revision()
    assert labelling.labelled_by_others(filled, ids, since=seen, who="Ben") == []
    assert labelling.labelled_by_others(filled, ids, since=seen - 1, who="Ben") == ids
    assert history.undo(filled, who="Ben", seen=seen) == "Label 1 image"


def test_the_next_labels_are_those_that_undo_and_redo_carry_out(filled: Store) -> None:
    labelling.label_things(filled, first_ids(filled), known(filled))
    labelling.delete_things(filled, first_ids(filled, 1))
    for act, side in ((history.undo, 0), (history.undo, 0), (history.redo, 1), (history.redo, 1)):
        promised = history.next_labels(filled)[side]
        assert promised is not None
        assert act(filled) == promised
    assert history.next_labels(filled)[1] is None
