"""An action that the browser repeats is carried out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from piximi_core.errors import AlreadyDone, BadInput
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_as_named, label_things
from piximi_core.project.contents.predictions import label_predicted
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.history import history, redo, undo
from piximi_core.project.database.store import Store


def label_of(store: Store, thing_id: str) -> str:
    names = {category.id: category.name for category in list_categories(store)}
    return names[get_things(store, [thing_id])[0].category_id]


def test_a_repeated_label_does_not_undo_what_came_after_it(filled: Store) -> None:
    thing = find_ids(filled, ThingFilter())[0]
    white = next(c.id for c in list_categories(filled) if c.name == "white")
    red = next(c.id for c in list_categories(filled) if c.name == "red")
    assert label_things(filled, [thing], white, once="first") == 1
    label_things(filled, [thing], red, once="second")
    before = (filled.revision(), len(history(filled)))
    with pytest.raises(AlreadyDone):
        label_things(filled, [thing], white, once="first")
    assert label_of(filled, thing) == "red"
    assert (filled.revision(), len(history(filled))) == before


@pytest.mark.parametrize("ask", ["label", "named", "predicted", "undo", "redo"])
def test_every_action_of_the_browser_can_be_named(filled: Store, ask: str) -> None:
    ids = find_ids(filled, ThingFilter(labelled=False))
    category = list_categories(filled)[1].id
    label_things(filled, ids[:1], category)
    label_things(filled, ids[1:], category)
    if ask == "redo":
        undo(filled)
        undo(filled)
    actions: dict[str, Callable[[], object]] = {
        "label": partial(label_things, filled, ids, category, once="a"),
        "named": partial(label_as_named, filled, ids, "mitosis", once="a"),
        "predicted": partial(label_predicted, filled, ids, category, once="a"),
        "undo": partial(undo, filled, once="a"),
        "redo": partial(redo, filled, once="a"),
    }
    actions[ask]()
    after = filled.revision()
    with pytest.raises(AlreadyDone):
        actions[ask]()
    assert filled.revision() == after


def test_a_refused_action_may_come_again(filled: Store) -> None:
    ids = find_ids(filled, ThingFilter())
    with pytest.raises(BadInput):
        label_as_named(filled, ids, "x" * 301, once="a")
    assert label_as_named(filled, ids, "x", once="a") == 6


def test_a_new_name_and_its_labels_are_one_step(filled: Store) -> None:
    ids = find_ids(filled, ThingFilter())
    steps = len(history(filled))
    assert label_as_named(filled, [*ids, "gone"], "  mitosis ") == 6
    label_as_named(filled, ids[:2], "mitosis")
    names = [category.name for category in list_categories(filled)]
    assert names.count("mitosis") == 1
    assert len(history(filled)) == steps + 2
    assert {label_of(filled, thing) for thing in ids} == {"mitosis"}
    undo(filled)
    undo(filled)
    assert "mitosis" not in [category.name for category in list_categories(filled)]
