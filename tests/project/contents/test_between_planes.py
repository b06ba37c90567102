"""Objects drawn between two planes: in each of them, beside those that are there, undone as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from piximi_core.annotation.regions import filled_box
from piximi_core.errors import AlreadyDone, BadInput, NotFound
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.drawing import interpolate_objects, look_between
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Stack")
    stack = tmp_path / "stack.tif"
    pixels = np.random.default_rng(0).integers(0, 255, (6, 40, 60), np.uint8)
    tifffile.imwrite(stack, pixels, imagej=True, metadata={"axes": "ZYX"})
    given = [SourceFile(stack, stack.name)]
    run_here(store, add_images.ask(store, given, add_images.AddOptions()))
    return store


def draw(store: Store, kind: str, *boxes: tuple[int, tuple[int, int, int, int]]) -> list[str]:
    """Draw filled boxes in planes."""
    [image] = find_ids(store, ThingFilter())
    new = [
        NewObject(image, kind, box, filled_box(box).runs, plane, category="round")
        for plane, box in boxes
    ]
    with store.step("Draw") as db:
        return add_objects(db, new, who="somebody")


def test_a_box_that_grows_is_half_as_much_larger_half_way(store: Store) -> None:
    kind = create_kind(store, "cell").id
    ids = draw(store, kind, (0, (10, 10, 20, 20)), (4, (6, 6, 24, 24)))
    assert interpolate_objects(store, ids) == 3
    rows = {row.plane: row for row in list_objects(store)}
    assert sorted(rows) == [0, 1, 2, 3, 4]
    # By hand: half way the sides have moved by two of four pixels, the corners are rounded off.
    assert rows[2].box == (8, 8, 22, 22)
    assert rows[1].area < rows[2].area < rows[3].area
    assert {row.category_name for row in rows.values()} == {"round"}
    undo(store)
    assert [row.plane for row in list_objects(store)] == [0, 4]


def test_those_that_are_there_keep_their_pixels(store: Store) -> None:
    kind = create_kind(store, "cell").id
    *ids, there = draw(
        store, kind, (2, (10, 10, 20, 20)), (0, (10, 10, 20, 20)), (1, (15, 0, 40, 40))
    )
    assert interpolate_objects(store, ids, once="a") == 1
    by_id = {row.id: row for row in list_objects(store)}
    assert by_id[there].box == (15, 0, 40, 40)
    [made] = [row for row in by_id.values() if row.id not in (*ids, there)]
    assert (made.plane, made.box) == (1, (10, 10, 15, 20))
    with pytest.raises(AlreadyDone):
        interpolate_objects(store, ids, once="a")


def test_what_is_shown_before_is_what_is_drawn_then(store: Store) -> None:
    kind = create_kind(store, "cell").id
    one, other, _there = draw(
        store, kind, (5, (12, 4, 30, 22)), (0, (10, 10, 20, 20)), (3, (14, 0, 18, 40))
    )
    before, revision = list_objects(store), store.revision()
    shown = look_between(store, (one, other))
    assert (list_objects(store), store.revision()) == (before, revision)
    assert interpolate_objects(store, (one, other)) == 4
    drawn = [row for row in list_objects(store) if row not in before]
    assert [(new.plane, new.box, new.runs, new.category, new.kind_id) for new in shown] == [
        (row.plane, row.box, row.runs, row.category_name, row.kind_id) for row in drawn
    ]


def test_what_has_nothing_between_is_refused_in_words(store: Store) -> None:
    kind = create_kind(store, "cell").id
    one, next_, same, far, _wall = draw(
        store,
        kind,
        (0, (10, 10, 20, 20)),
        (1, (10, 10, 20, 20)),
        (0, (30, 10, 40, 20)),
        (2, (10, 10, 20, 20)),
        (1, (0, 0, 60, 40)),
    )
    before = list_objects(store)
    for ids, words in (
        ((one, next_), "no plane between"),
        ((one, same), "no plane between"),
        ((one, one), "what it is in another"),
        ((one,), "what it is in another"),
        ((one, far), "nothing to draw"),
    ):
        for verb in (look_between, interpolate_objects):
            with pytest.raises(BadInput, match=words):
                verb(store, ids)
    for verb in (look_between, interpolate_objects):
        with pytest.raises(NotFound, match="gone"):
            verb(store, (one, "no such"))
    assert list_objects(store) == before
