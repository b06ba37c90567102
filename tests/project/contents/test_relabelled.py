"""What was labelled since a page was shown, and when nothing but labels changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.counts import count_by_category
from piximi_core.project.contents.labelling import (
    delete_things,
    label_as_named,
    label_things,
    rename_thing,
    set_partition,
)
from piximi_core.project.contents.predictions import (
    PredictedThing,
    accept_predictions,
    reject_predictions,
    store_predictions,
)
from piximi_core.project.contents.relabelled import relabelled_since
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database.history import next_steps, redo, undo
from piximi_core.project.database.store import Store, create_store
from tests.project.conftest import fill, new_image


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Labels")
    fill(store, [new_image(n) for n in range(6)])
    for name in ("red", "blue"):
        create_category(store, name)
    return store


def things(store: Store) -> dict[str, Thing]:
    return {thing.id: thing for thing in list_things(store, ThingFilter())}


def told(store: Store, revision: int) -> tuple[int, set[str]]:
    found = relabelled_since(store, revision)
    assert found is not None
    return found.revision, set(found.ids)


def test_labels_of_everybody_are_told(store: Store) -> None:
    a, b, c, *_others = things(store)
    seen, (_unknown, red, blue) = store.revision(), list_categories(store)
    assert told(store, seen) == (seen, set())
    label_things(store, [a], red.id)
    label_things(store, [b, c], blue.id, who="Ada")
    set_partition(store, [c], "Test")
    assert told(store, seen) == (seen + 3, {a, b, c})
    assert told(store, seen + 1) == (seen + 3, {b, c})
    label_things(store, [a], red.id)
    assert told(store, seen + 4) == (seen + 4, set())


def test_what_is_more_than_labels_is_not_told(store: Store) -> None:
    a, b, *_others = things(store)
    red = list_categories(store)[1].id

    def told_after(act: object) -> bool:
        seen = store.revision()
        label_things(store, [a], red)
        assert callable(act)
        act()
        assert store.revision() > seen + 1
        return relabelled_since(store, seen) is not None

    assert not told_after(lambda: create_category(store, "green"))
    assert not told_after(lambda: label_as_named(store, [b], "yellow"))
    assert not told_after(lambda: rename_thing(store, b, "another name"))
    assert not told_after(lambda: undo(store))
    assert not told_after(lambda: (undo(store), redo(store)))
    assert not told_after(lambda: delete_things(store, [b]))
    assert relabelled_since(store, store.revision() + 1) is None, "of another project"


def test_an_answered_prediction_is_told(store: Store) -> None:
    a, b, c, *_others = things(store)
    red = list_categories(store)[1].id
    said = [PredictedThing(thing, red, "red", 1.0, (1.0, 0.0)) for thing in (a, b, c)]
    with store.step("Predict") as db:
        store_predictions(db, "run", said)
    seen = store.revision()
    accept_predictions(store, [a])
    reject_predictions(store, [b])
    assert told(store, seen) == (seen + 2, {a, b})


def test_a_great_step_is_told_as_a_whole(tmp_path: Path) -> None:
    store = create_store(tmp_path / "project", "Many")
    fill(store, [new_image(n) for n in range(600)])
    red = create_category(store, "red")
    seen = store.revision()
    label_things(store, list(things(store)), red.id)
    assert relabelled_since(store, seen) is None


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_done_nothing_changes_that_is_not_told(store: Store, seed: int) -> None:
    dice, begun = random.Random(seed), store.revision()

    def undo_one() -> None:
        back = next_steps(store)[0]
        if back is not None and back.id > begun:  # the images and categories stay
            undo(store)

    states = {store.revision(): things(store)}
    red, blue = (category.id for category in list_categories(store)[1:])
    times = 0
    for _ in range(40):
        one, two = dice.sample(sorted(states[store.revision()]), 2)
        acts: dict[Callable[[], object], int] = {
            partial(label_things, store, [one, two], dice.choice([red, blue]), who="Ada"): 8,
            partial(label_things, store, [one], list_categories(store)[0].id): 4,
            partial(set_partition, store, [one, two], dice.choice(["Test", "Training"])): 4,
            partial(rename_thing, store, one, f"name {dice.random()}"): 1,
            undo_one: 2,
            partial(redo, store): 2,
        }
        dice.choices(list(acts), list(acts.values()))[0]()
        now = things(store)
        states[store.revision()] = now
        for revision, before in states.items():
            found = relabelled_since(store, revision)
            if found is not None:
                times += 1
                assert found.revision == store.revision()
                assert {id_ for id_ in now if now[id_] != before[id_]} <= found.ids
    assert times > 60


@pytest.mark.parametrize("seed", range(4))
def test_counts_keep_up_with_whatever_is_done(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    red, blue = (category.id for category in list_categories(store)[1:])
    for _ in range(40):
        one, two = dice.sample(sorted(things(store)), 2)
        acts: list[Callable[[], object]] = [
            partial(label_things, store, [one, two], dice.choice([red, blue])),
            partial(label_things, store, [one], list_categories(store)[0].id),
            partial(set_partition, store, [two], dice.choice(["Test", "Training"])),
            partial(rename_thing, store, one, f"name {dice.random()}"),
            partial(delete_things, store, [one])
            if len(things(store)) > 4
            else partial(undo, store),
        ]
        dice.choice(acts)()
        counted: dict[str, dict[str, int]] = {}
        for thing in things(store).values():
            by_partition = counted.setdefault(thing.category_id, {})
            by_partition[thing.partition] = by_partition.get(thing.partition, 0) + 1
        assert count_by_category(store) == counted
