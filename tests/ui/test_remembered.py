"""What pages remember of a project is forgotten as soon as the project changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.training.planning import default_settings, plan_training
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.training.planned import planned


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_project("Digits", tmp_path)
    add_digits(store, limit=60)
    return store


def test_a_plan_follows_labels_and_settings(store: Store) -> None:
    settings = default_settings(store, IMAGE_KIND)
    first = planned(store, settings, IMAGE_KIND)
    assert planned(store, settings, IMAGE_KIND) is first
    other = planned(store, settings.model_copy(update={"seed": settings.seed + 1}), IMAGE_KIND)
    assert other.parts != first.parts
    gone = find_ids(store, ThingFilter())[:10]
    unknown, *_ = list_categories(store)
    label_things(store, gone, unknown.id)
    then = planned(store, settings, IMAGE_KIND)
    assert not set(gone) & set(then.parts)
    assert then == plan_training(store, settings, IMAGE_KIND)
