"""Who drew what, locks that hold for every verb, comments, done images, complete regions."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from piximi_core.annotation.regions import Region, filled_box
from piximi_core.annotation.tools import edits
from piximi_core.errors import AlreadyDone, BadInput, NotFound
from piximi_core.project.contents.drawing import (
    Canvas,
    copy_objects,
    draw_object,
    merge_objects,
    reshape_objects,
    split_object,
)
from piximi_core.project.contents.kinds import clear_kind, create_kind, delete_kind
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.notes.completeness import (
    add_complete,
    list_complete,
    remove_complete,
)
from piximi_core.project.contents.notes.on_images import (
    count_done,
    count_objects_in,
    done_among,
    find_lacking,
    mark_done,
)
from piximi_core.project.contents.notes.on_objects import (
    comment_object,
    lock_kind,
    lock_objects,
    locked_ids,
    notes_in,
)
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.relabelled import relabelled_since, touched_since
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import next_labels, redo, undo
from piximi_core.project.database.schema import JOURNALLED, object_notes
from piximi_core.project.database.store import Store, create_store
from tests.project.conftest import fill, new_image


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Notes")
    fill(store, [new_image(n) for n in range(4)])
    return store


@pytest.fixture
def cell(store: Store) -> str:
    return create_kind(store, "cell").id


def images(store: Store) -> tuple[str, ...]:
    return tuple(find_ids(store, ThingFilter()))


def canvas(store: Store, overlap: str = "allow") -> Canvas:
    return Canvas(images(store)[0], 0, overlap)  # type: ignore[arg-type]


def draw(store: Store, kind: str, name: str, box: tuple[int, int, int, int]) -> None:
    draw_object(
        store, canvas(store), filled_box(box), object_id=name, kind_id=kind, source="pen", who="Ada"
    )


def sources(store: Store) -> dict[str, tuple[str, str]]:
    with store.read() as db:
        rows = db.execute(select(object_notes)).all()
    return {row.id: (row.source, row.author) for row in rows}


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that undo brings back."""
    with store.read() as db:
        return {
            table.name: sorted((tuple(row) for row in db.execute(select(table))), key=str)
            for table in JOURNALLED
        }


def undone_exactly(store: Store, act: Callable[[], object]) -> dict[str, list[tuple[object, ...]]]:
    """Do something, take it back and do it again; return what the project holds then."""
    before = everything(store)
    act()
    after = everything(store)
    assert after != before
    undo(store)
    assert everything(store) == before
    redo(store)
    assert everything(store) == after
    return after


def test_every_object_tells_who_drew_it_with_what(store: Store, cell: str) -> None:
    undone_exactly(store, lambda: draw(store, cell, "a", (0, 0, 4, 4)))
    draw(store, cell, "b", (4, 0, 8, 4))
    assert sources(store) == {"a": ("pen", "Ada"), "b": ("pen", "Ada")}
    image = canvas(store)

    def grow(region: Region) -> Region:
        return edits.grow(region, 1, 8, 8)

    undone_exactly(
        store, lambda: reshape_objects(store, image, ["a"], grow, source="grow", who="Bo")
    )
    assert sources(store) == {"a": ("grow", "Bo"), "b": ("pen", "Ada")}
    reshape_objects(store, image, ["b"], lambda region: region, source="smooth", who="Bo")
    assert sources(store)["b"] == ("pen", "Ada"), "it is as Ada drew it"
    undone_exactly(store, lambda: merge_objects(store, ["a", "b"], who="Cy"))
    assert sources(store) == {"a": ("merge", "Cy")}
    undone_exactly(store, lambda: split_object(store, "a", halves, who="Di"))
    assert set(sources(store).values()) == {("split", "Di")}
    assert len(sources(store)) == 2


def halves(whole: Region) -> list[Region]:
    x1, y1, x2, y2 = whole.box
    return [filled_box((x1, y1, x1 + 1, y2)), filled_box((x1 + 1, y1, x2, y2))]


def pixels(store: Store) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    return {row.id: (row.box, row.runs) for row in list_objects(store)}


def test_what_came_from_elsewhere_has_no_author_until_a_hand_changes_it(
    store: Store, cell: str
) -> None:
    with store.step("Import") as db:
        add_objects(db, [NewObject(images(store)[0], cell, (0, 0, 2, 2), (0, 4), id="a")], who="x")
    assert sources(store) == {}
    reshape_objects(store, canvas(store), ["a"], lambda region: edits.grow(region, 1, 8, 8))
    assert sources(store)["a"][0] == "hand"


VERBS: dict[str, Callable[[Store], object]] = {
    "reshape": lambda store: reshape_objects(store, canvas(store), ["a"], lambda region: None),
    "split": lambda store: split_object(store, "a", halves),
    "merge": lambda store: merge_objects(store, ["b", "a"]),
    "delete": lambda store: delete_things(store, ["a"]),
    "draw over": lambda store: draw_object(
        store, canvas(store, "take"), filled_box((1, 1, 3, 3)), object_id="c", kind_id=kind(store)
    ),
    "clear": lambda store: clear_kind(store, kind(store)),
    "delete the kind": lambda store: delete_kind(store, kind(store)),
}


def kind(store: Store) -> str:
    return list_objects(store)[0].kind_id


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_changes_what_is_locked(store: Store, cell: str, verb: str) -> None:
    draw(store, cell, "a", (0, 0, 4, 4))
    draw(store, cell, "b", (4, 0, 8, 4))
    lock_objects(store, ["a"])
    before = everything(store)
    with pytest.raises(BadInput, match=r"^1 object is locked: unlock it to change it.$"):
        VERBS[verb](store)
    assert everything(store) == before
    lock_objects(store, ["a"], locked=False)
    VERBS[verb](store)
    assert everything(store) != before


def test_the_others_change_and_the_locked_are_counted(store: Store, cell: str) -> None:
    for number, name in enumerate("abc"):
        draw(store, cell, name, (2 * number, 0, 2 * number + 2, 4))
    lock_objects(store, ["b"])
    image, before = canvas(store), pixels(store)

    def taller(region: Region) -> Region:
        x1, y1, x2, y2 = region.box
        return filled_box((x1, y1, x2, y2 + 1))

    assert reshape_objects(store, image, ["a", "b", "c"], taller) == 1
    assert pixels(store)["b"] == before["b"]
    assert pixels(store)["a"] != before["a"]
    assert delete_things(store, ["a", "b"]) == 1
    assert set(pixels(store)) == {"b", "c"}


def test_who_takes_over_leaves_the_locked_their_pixels(store: Store, cell: str) -> None:
    draw(store, cell, "a", (0, 0, 4, 4))
    draw(store, cell, "b", (4, 0, 8, 4))
    lock_objects(store, ["a"])
    over, region = canvas(store, "take"), filled_box((2, 0, 6, 4))
    assert draw_object(store, over, region, object_id="c", kind_id=cell) == 1
    assert {name: box for name, (box, _runs) in pixels(store).items()} == {
        "a": (0, 0, 4, 4),
        "b": (6, 0, 8, 4),
        "c": (4, 0, 6, 4),
    }
    beside = filled_box((5, 0, 7, 4))
    assert draw_object(store, over, beside, object_id="d", kind_id=cell) == 0
    assert reshape_objects(store, over, ["d"], lambda _region: filled_box((3, 0, 7, 4))) == 1
    assert pixels(store)["a"][0] == (0, 0, 4, 4)


def test_locked_objects_are_copied_and_go_with_their_image(store: Store, cell: str) -> None:
    draw(store, cell, "a", (0, 0, 4, 4))
    lock_objects(store, ["a"])
    with pytest.raises(BadInput, match="no plane"):
        copy_objects(store, ["a"], 1)
    undone_exactly(store, lambda: delete_things(store, [images(store)[0]]))
    assert (pixels(store), sources(store)) == ({}, {})


def test_locks_and_comments_are_steps_done_once(store: Store, cell: str) -> None:
    with store.step("Import") as db:
        add_objects(db, [NewObject(images(store)[0], cell, (0, 0, 2, 2), (0, 4), id="a")], who="x")
    draw(store, cell, "b", (4, 0, 8, 4))
    image = images(store)[0]
    undone_exactly(store, lambda: lock_objects(store, ["a", "b"], once="1"))
    assert next_labels(store)[0] == "Lock 2 objects"
    assert [note[:2] for note in notes_in(store, image)] == [("a", True), ("b", True)]
    assert sources(store) == {"a": ("given", sources(store)["a"][1]), "b": ("pen", "Ada")}
    with pytest.raises(AlreadyDone):
        lock_objects(store, ["a", "b"], once="1")
    hostile = "<img src=x onerror=alert(1)>\n\x00\x1b' OR 1=1 --"
    undone_exactly(store, lambda: comment_object(store, "b", hostile, once="2"))
    assert notes_in(store, image, ["b"])[0].comment == ("<img src=x onerror=alert(1)> ' OR 1=1 --")
    lock_objects(store, ["a", "b"], locked=False)
    assert [note.id for note in notes_in(store, image)] == ["b"], "only what has something"
    comment_object(store, "b", "  ")
    assert notes_in(store, image) == []
    comment_object(store, "b", "ü" * 2_000)
    before = store.revision()
    with pytest.raises(BadInput, match="at most 2,000 characters, this one 2,001"):
        comment_object(store, "b", "ü" * 2_001)
    with pytest.raises(NotFound, match="deleted it meanwhile"):
        comment_object(store, "gone", "x")
    with pytest.raises(NotFound, match="deleted it meanwhile"):
        lock_objects(store, ["gone"])
    assert store.revision() == before


def test_a_kind_is_locked_as_a_whole_in_one_step(store: Store, cell: str) -> None:
    other = create_kind(store, "nucleus").id
    draw(store, cell, "a", (0, 0, 4, 4))
    draw(store, other, "n", (0, 0, 2, 2))
    with store.step("Import") as db:
        new = [NewObject(images(store)[1], cell, (0, 0, 2, 2), (0, 4), id=f"i{n}") for n in (1, 2)]
        add_objects(db, new, who="x")
    comment_object(store, "i1", "odd")
    undone_exactly(store, lambda: lock_kind(store, cell))
    assert locked_ids(store, ["a", "n", "i1", "i2"]) == {"a", "i1", "i2"}
    assert next_labels(store)[0] == "Lock all objects of kind cell"
    assert notes_in(store, images(store)[1], ["i1"])[0].comment == "odd"
    undone_exactly(store, lambda: lock_kind(store, cell, locked=False))
    assert locked_ids(store, ["a", "n", "i1", "i2"]) == set()
    empty = create_kind(store, "empty").id
    with pytest.raises(NotFound, match="no object of this kind"):
        lock_kind(store, empty)
    with pytest.raises(NotFound, match="kind is gone"):
        lock_kind(store, "gone")


def test_what_is_noted_is_told_apart_from_what_is_drawn(store: Store, cell: str) -> None:
    image, seen = images(store)[0], store.revision()
    draw(store, cell, "a", (0, 0, 4, 4))
    assert touched_since(store, seen) == (seen + 1, {"a"}, frozenset())
    drawn = store.revision()
    lock_objects(store, ["a"])
    mark_done(store, image)
    add_complete(store, image, cell, 0, filled_box((0, 0, 8, 8)))
    assert touched_since(store, drawn) == (drawn + 3, frozenset(), {"a"})
    assert touched_since(store, seen) == (drawn + 3, {"a"}, frozenset())
    told = relabelled_since(store, drawn)
    assert told is not None, "no gallery shows notes"
    assert told.ids == frozenset()


@pytest.mark.slow
def test_twenty_thousand_are_locked_within_seconds(store: Store, cell: str) -> None:
    with store.step("Import") as db:
        new = [NewObject(images(store)[0], cell, (0, 0, 2, 2), (0, 4)) for _ in range(20_000)]
        ids = add_objects(db, new, who="x")
    begun = time.monotonic()
    assert lock_kind(store, cell) == 20_000
    assert lock_objects(store, ids, locked=False) == 20_000
    # Far more than it takes, for a machine that is busy.
    assert time.monotonic() - begun < 20


def test_images_are_done_and_the_next_that_is_not_is_found(store: Store, cell: str) -> None:
    order = images(store)
    undone_exactly(store, lambda: mark_done(store, order[0], once="1"))
    with pytest.raises(AlreadyDone):
        mark_done(store, order[0], once="1")
    assert done_among(store, order) == {order[0]}
    mark_done(store, order[2])
    assert count_done(store) == 2
    assert find_lacking(store, order, 0, "done") == 1
    assert find_lacking(store, order, 1, "done") == 3
    assert find_lacking(store, order, 3, "done") == 1, "from the first one on again"
    mark_done(store, order[1])
    assert find_lacking(store, order, 3, "done") is None, "no other one"
    mark_done(store, order[1], done=False)
    assert done_among(store, order) == {order[0], order[2]}
    draw(store, cell, "a", (0, 0, 4, 4))
    assert find_lacking(store, order, 1, "objects") == 2
    assert find_lacking(store, order, 3, "objects") == 1
    assert count_objects_in(store, order) == {order[0]: 1}
    assert find_lacking(store, (), 0, "objects") is None
    with pytest.raises(NotFound):
        mark_done(store, "gone")
    delete_things(store, [order[0]])
    assert count_done(store) == 1


def test_complete_regions_come_and_go(store: Store, cell: str) -> None:
    image, other = images(store)[:2]
    region = filled_box((1, 2, 5, 7))
    undone_exactly(store, lambda: add_complete(store, image, cell, 0, region, once="1"))
    with pytest.raises(AlreadyDone):
        add_complete(store, image, cell, 0, region, once="1")
    [found] = list_complete(store)
    assert (found.image_id, found.kind_id, found.plane, found.region) == (image, cell, 0, region)
    add_complete(store, other, cell, 0, filled_box((0, 0, 8, 8)))
    assert len(list_complete(store, kind_id=cell)) == 2
    assert [each.id for each in list_complete(store, image_ids=[image])] == [found.id]
    assert list_complete(store, kind_id="other") == []
    undone_exactly(store, lambda: remove_complete(store, [found.id], once="2"))
    with pytest.raises(NotFound, match="taken it back"):
        remove_complete(store, [found.id])
    delete_things(store, [other])
    assert list_complete(store) == []


@pytest.mark.parametrize(
    ("place", "box", "plane", "error"),
    [
        ("image", None, 0, "Nothing was drawn"),
        ("image", (0, 0, 9_999, 9), 0, "does not lie within"),
        ("image", (-1, 0, 4, 4), 0, "does not lie within"),
        ("image", (0, 0, 4, 4), 1, "does not lie within"),
        ("image", (0, 0, 4, 4), -1, "does not lie within"),
        ("gone", (0, 0, 4, 4), 0, "image is gone"),
        ("kind", (0, 0, 4, 4), 0, "kind is gone"),
        ("Image", (0, 0, 4, 4), 0, "choose a kind of objects"),
    ],
)
def test_what_is_no_region_of_an_image_is_refused(
    store: Store,
    cell: str,
    place: str,
    box: tuple[int, int, int, int] | None,
    plane: int,
    error: str,
) -> None:
    image = "gone" if place == "gone" else images(store)[0]
    kind_id = {"kind": "gone", "Image": "Image"}.get(place, cell)
    before = store.revision()
    with pytest.raises((BadInput, NotFound), match=error):
        add_complete(store, image, kind_id, plane, filled_box(box) if box else None)
    assert store.revision() == before
