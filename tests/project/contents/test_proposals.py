"""Proposals: put, accepted and rejected in one step each; what a hand has drawn stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from piximi_core.annotation.regions import Region, filled_box
from piximi_core.errors import AlreadyDone, BadInput, NotFound
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.drawing import Canvas, draw_object
from piximi_core.project.contents.kinds import create_kind, delete_kind, hide_kind
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.proposals import (
    accept_proposals,
    count_proposals,
    proposals_in,
    put_proposals,
    reject_proposals,
    usual_diameter,
)
from piximi_core.project.contents.relabelled import touched_since
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import next_labels, redo, undo
from piximi_core.project.database.schema import object_notes, objects, proposals
from piximi_core.project.database.store import Store, create_store
from tests.project.conftest import fill, new_image

FIRST, SECOND, THIRD = (0, 0, 4, 4), (6, 0, 10, 4), (0, 6, 4, 10)
BOXES = [filled_box(box) for box in (FIRST, SECOND, THIRD)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Proposing")
    fill(store, [new_image(1), new_image(2)])
    return store


@pytest.fixture
def image(store: Store) -> str:
    return find_ids(store, ThingFilter())[0]


@pytest.fixture
def cell(store: Store) -> str:
    return create_kind(store, "cell").id


@pytest.fixture
def ids(store: Store, image: str, cell: str) -> list[str]:
    assert put_proposals(store, image, 0, BOXES, kind_id=cell) == 3
    return [row.id for row in proposals_in(store, image)]


def everything(store: Store) -> list[list[tuple[object, ...]]]:
    """All that answers to proposals may change."""
    with store.read() as db:
        tables = (proposals, objects, object_notes)
        return [[tuple(row) for row in db.execute(select(t).order_by(t.c.id))] for t in tables]


def draw(store: Store, image: str, cell: str, region: Region, object_id: str = "hand") -> None:
    draw_object(store, Canvas(image, 0), region, object_id=object_id, kind_id=cell)


def boxes(store: Store) -> list[tuple[int, ...]]:
    return [row.box for row in list_objects(store)]


def test_what_is_accepted_becomes_objects_once_and_undo_restores_exactly(
    store: Store, image: str, cell: str, ids: list[str]
) -> None:
    before = everything(store)
    small = create_category(store, "small", kind_id=cell)
    done = accept_proposals(store, ids[:2], category_id=small.id, who="Ada", once="a")
    assert done == (2, 0)
    assert next_labels(store)[0] == "Accept 2 proposals"
    assert [(row.id, row.box, row.category_name) for row in list_objects(store)] == [
        (ids[0], FIRST, "small"),
        (ids[1], SECOND, "small"),
    ]
    assert {row.labelled_by for row in list_objects(store)} == {"Ada"}
    assert [tuple(row[:3]) for row in everything(store)[2]] == [
        (id_, "proposal", "Ada") for id_ in sorted(ids[:2])
    ]
    assert [row.id for row in proposals_in(store, image)] == ids[2:]
    after = everything(store)
    with pytest.raises(AlreadyDone):
        accept_proposals(store, ids[2:], once="a")
    undo(store)
    assert everything(store) == before
    redo(store)
    assert everything(store) == after


def test_what_is_rejected_goes_and_comes_back(store: Store, image: str, ids: list[str]) -> None:
    before = everything(store)
    assert reject_proposals(store, [ids[1], "gone"], once="r") == 1
    assert [row.id for row in proposals_in(store, image)] == [ids[0], ids[2]]
    with pytest.raises(AlreadyDone):
        reject_proposals(store, ids, once="r")
    undo(store)
    assert everything(store) == before
    for answer in (accept_proposals, reject_proposals):
        with pytest.raises(NotFound, match="answered them meanwhile"):
            answer(store, ["gone"])
    with pytest.raises(NotFound, match="category is gone"):
        accept_proposals(store, ids, category_id="gone")
    assert everything(store) == before


def test_new_proposals_take_the_place_of_those_of_their_kind_and_plane(
    store: Store, image: str, cell: str, ids: list[str]
) -> None:
    other = create_kind(store, "spot").id
    put_proposals(store, image, 0, BOXES[:1], kind_id=other)
    assert put_proposals(store, image, 0, [filled_box((1, 1, 3, 3))], kind_id=cell) == 1
    assert count_proposals(store, cell) == 1
    assert count_proposals(store) == 2
    undo(store)
    assert {row.id for row in proposals_in(store, image)} > set(ids)
    put_proposals(store, image, 0, [], kind_id=cell, within=(0, 0, 5, 5))
    assert [row.id for row in proposals_in(store, image) if row.kind_id == cell] == ids[1:]
    hide_kind(store, other, True)
    assert {row.kind_id for row in proposals_in(store, image)} == {cell}


def test_hand_work_is_neither_proposed_again_nor_changed(
    store: Store, image: str, cell: str, ids: list[str]
) -> None:
    draw(store, image, cell, filled_box((0, 0, 4, 4)))
    hand = everything(store)[1]
    corner = filled_box((3, 3, 9, 9))
    assert put_proposals(store, image, 0, [BOXES[0], corner], kind_id=cell) == 1
    [left] = proposals_in(store, image)
    # Its corner is the hand's.
    assert (left[6:10], left.mask) == ((3, 3, 9, 9), "1 35")
    # Of another kind it may be proposed.
    other = create_kind(store, "spot").id
    assert put_proposals(store, image, 0, BOXES, kind_id=other) == 3
    accept_proposals(store, [row.id for row in proposals_in(store, image)])
    assert hand[0] in everything(store)[1]
    assert len(boxes(store)) == 5


def test_what_was_drawn_since_is_not_accepted_over(
    store: Store, image: str, cell: str, ids: list[str]
) -> None:
    draw(store, image, cell, filled_box((6, 1, 10, 5)))
    assert accept_proposals(store, ids) == (2, 1)
    assert sorted(boxes(store)) == sorted([FIRST, (6, 1, 10, 5), THIRD])
    assert count_proposals(store) == 0
    undo(store)
    assert [row.id for row in proposals_in(store, image)] == ids


def test_the_kind_may_be_made_with_the_first_proposals(store: Store, image: str) -> None:
    put_proposals(store, image, 0, BOXES, kind_id="", new_kind="nucleus")
    assert count_proposals(store) == 3
    undo(store)
    assert count_proposals(store) == 0


def test_what_cannot_be_there_is_refused(store: Store, image: str, cell: str) -> None:
    before = store.revision()
    with pytest.raises(NotFound, match="image is gone"):
        put_proposals(store, "gone", 0, BOXES, kind_id=cell)
    for kind in ("gone", "Image", find_ids(store, ThingFilter())[1]):
        with pytest.raises(NotFound, match="kind"):
            put_proposals(store, image, 0, BOXES, kind_id=kind)
    with pytest.raises(BadInput, match="plane"):
        put_proposals(store, image, 7, BOXES, kind_id=cell)
    with pytest.raises(BadInput, match="within its image"):
        put_proposals(store, image, 0, [filled_box((0, 0, 10_000, 2))], kind_id=cell)
    with pytest.raises(BadInput, match="mask"):
        put_proposals(store, image, 0, [Region((0, 0, 2, 2), (0, 3))], kind_id=cell)
    assert store.revision() == before


def test_proposals_go_with_their_image_and_kind(store: Store, image: str, cell: str) -> None:
    put_proposals(store, image, 0, BOXES, kind_id=cell)
    delete_things(store, [image])
    assert count_proposals(store) == 0
    undo(store)
    assert count_proposals(store) == 3
    delete_kind(store, cell)
    assert count_proposals(store) == 0


def test_windows_hear_of_each_proposal(store: Store, image: str, cell: str, ids: list[str]) -> None:
    revision = store.revision()
    accept_proposals(store, ids[:1])
    reject_proposals(store, ids[1:2])
    touched = touched_since(store, revision)
    assert touched is not None
    assert touched.ids == frozenset(ids[:2])
    assert [row.id for row in proposals_in(store, image, touched.ids)] == []


def test_a_kind_tells_how_large_its_objects_are(store: Store, image: str, cell: str) -> None:
    assert usual_diameter(store, cell) is None
    draw(store, image, cell, filled_box((0, 0, 4, 4)), "a")
    draw(store, image, cell, filled_box((5, 5, 9, 9)), "b")
    draw(store, image, cell, filled_box((0, 0, 10, 10)), "c")
    assert usual_diameter(store, cell) == pytest.approx(2 * (16 / 3.14159) ** 0.5, abs=0.01)
