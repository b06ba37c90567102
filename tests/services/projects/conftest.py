"""A project with something of everything, and its archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store
from piximi_core.services.projects import archive


@pytest.fixture
def rich(labelled: Store) -> Store:
    """Images, a deleted one, objects of a second kind, filters of history, an undone step."""
    things = list_things(labelled, ThingFilter())
    delete_things(labelled, [things[0].id])
    kind = create_kind(labelled, "nucleus").id
    with labelled.step("Draw objects") as db:
        found = [
            NewObject(thing.id, kind, (1, 2, 4, 5), (0, 9), category="round")
            for thing in things[1:5]
        ]
        add_objects(db, found, who="tester")
    create_category(labelled, "undone")
    undo(labelled)
    return labelled


@pytest.fixture
def packed(rich: Store, tmp_path: Path) -> Path:
    """Its archive."""
    out = tmp_path / "cells.zip"
    run_here(rich, archive.ask(rich, out))
    return out
