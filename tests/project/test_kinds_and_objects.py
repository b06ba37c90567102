"""Kinds and the objects in them: made, listed, changed, deleted, and all of it undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from piximi_core.errors import BadInput, NotFound
from piximi_core.images import Look
from piximi_core.project.contents import kinds, labelling, things
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.looks import keep_look, look_of
from piximi_core.project.contents.objects import (
    NewObject,
    ObjectRow,
    add_objects,
    change_kind,
    ids_inside,
    list_objects,
    masks_in,
)
from piximi_core.project.contents.predictions import label_predicted
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database import history
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from tests.project.conftest import fill, new_image


@pytest.fixture
def images(store: Store) -> list[str]:
    """Two images of 48 x 32 pixels."""
    fill(store, [new_image(1, name="a.b.png"), new_image(2, name="c.png")])
    return find_ids(store, ThingFilter())


def add(store: Store, *found: NewObject) -> list[str]:
    with store.step("Add objects") as db:
        return add_objects(db, found, who="tester")


@pytest.fixture
def nuclei(store: Store, images: list[str]) -> kinds.Kind:
    """A kind with three objects, two of them in the first image and labelled."""
    kind = kinds.create_kind(store, "nucleus")
    square: dict[str, Any] = {"kind_id": kind.id, "box": (1, 2, 4, 4), "runs": (1, 4, 1)}
    add(
        store,
        NewObject(images[0], category="round", **square),
        NewObject(images[0], category="long", partition="Test", **square),
        NewObject(images[1], **square),
    )
    return kind


def everything(store: Store) -> tuple[Any, ...]:
    return (
        kinds.list_kinds(store),
        [list_categories(store, kind.id) for kind in kinds.list_kinds(store)],
        list_objects(store),
        find_ids(store, ThingFilter()),
    )


def test_objects_come_in_named_and_labelled(store: Store, nuclei: kinds.Kind) -> None:
    listed = list_objects(store, kind_id=nuclei.id)
    assert [thing.name for thing in listed] == ["a.b-nucleus_1", "a.b-nucleus_2", "c-nucleus_1"]
    assert [thing.category_name for thing in listed] == ["round", "long", "Unknown"]
    assert [thing.partition for thing in listed] == ["Unassigned", "Test", "Inference"]
    assert [thing.labelled_by for thing in listed] == ["tester", "tester", None]
    first = listed[0]
    assert isinstance(first, ObjectRow)
    assert (first.image_name, first.box, first.runs) == ("a.b.png", (1, 2, 4, 4), (1, 4, 1))
    assert first.area == 4
    inside = [thing.id for thing in listed[:2]]
    assert [thing.id for thing in list_objects(store, image_ids=[first.image_id])] == inside
    assert ids_inside(store, first.image_id) == {nuclei.id: inside}


def test_a_taken_name_gets_a_number(store: Store, nuclei: kinds.Kind, images: list[str]) -> None:
    one = NewObject(images[1], nuclei.id, (0, 0, 1, 1), (0, 1), name="same")
    ids = add(store, one, one, NewObject(images[1], nuclei.id, (0, 0, 1, 1), (0, 1)))
    names = {thing.id: thing.name for thing in list_objects(store)}
    assert [names[i] for i in ids] == ["same", "same_1", "c-nucleus_2"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"box": (0, 0, 49, 1), "runs": (49,)}, "a.b.png.*does not lie within.*48 x 32"),
        ({"box": (-1, 0, 2, 1), "runs": (3,)}, "does not lie within"),
        ({"box": (5, 5, 5, 6), "runs": ()}, "does not lie within"),
        ({"runs": (1, 4)}, "cover 5 pixels, but its box has 6"),
        ({"runs": (-1, 7)}, "negative"),
        ({"plane": 1}, "plane 1 of 1"),
        ({"partition": "Holdout"}, "no partition"),
        ({"kind_id": IMAGE_KIND}, "choose a kind of objects"),
    ],
)
def test_impossible_objects_are_refused_whole(
    store: Store, nuclei: kinds.Kind, images: list[str], wrong: dict[str, Any], words: str
) -> None:
    before = everything(store)
    good: dict[str, Any] = {
        "image_id": images[0],
        "kind_id": nuclei.id,
        "box": (0, 0, 3, 2),
        "runs": (6,),
    }
    with pytest.raises(BadInput, match=words):
        add(store, NewObject(**good), NewObject(**{**good, **wrong}))
    assert everything(store) == before


def test_strangers_and_equal_ids_are_refused(
    store: Store, nuclei: kinds.Kind, images: list[str]
) -> None:
    with pytest.raises(NotFound, match="add the image"):
        add(store, NewObject("gone", nuclei.id, (0, 0, 1, 1), (1,)))
    with pytest.raises(NotFound, match="kind"):
        add(store, NewObject(images[0], "gone", (0, 0, 1, 1), (1,)))
    taken = list_objects(store)[0].id
    with pytest.raises(BadInput, match="same id"):
        add(store, NewObject(images[0], nuclei.id, (0, 0, 1, 1), (1,), id=taken))


def test_kinds_have_names_of_their_own(store: Store, nuclei: kinds.Kind) -> None:
    for name in ("Nucleus", " nucleus ", "image"):
        with pytest.raises(BadInput, match="already a kind"):
            kinds.create_kind(store, name)
    kinds.rename_kind(store, nuclei.id, "NUCLEUS")
    assert kinds.find_kind(store, "nucleus").name == "NUCLEUS"
    assert kinds.find_kind(store, nuclei.id).id == nuclei.id
    with pytest.raises(NotFound, match="Image, NUCLEUS"):
        kinds.find_kind(store, "mitochondrion")
    with store.step("Make kinds") as db:
        assert kinds.ensure_kind(db, "Nucleus") == nuclei.id
        assert kinds.ensure_kind(db, "cell", kind_id="cell") == "cell"
    assert [kind.name for kind in kinds.list_kinds(store)] == ["Image", "NUCLEUS", "cell"]
    assert list_categories(store, "cell")[0].is_unknown


Change = Callable[[Store, kinds.Kind], object]
CHANGES: dict[str, Change] = {
    "create": lambda store, kind: kinds.create_kind(store, "cell"),
    "rename": lambda store, kind: kinds.rename_kind(store, kind.id, "cell"),
    "hide": lambda store, kind: kinds.hide_kind(store, kind.id),
    "clear": lambda store, kind: kinds.clear_kind(store, kind.id),
    "delete": lambda store, kind: kinds.delete_kind(store, kind.id),
    "delete the image": lambda store, kind: labelling.delete_things(
        store, [list_objects(store)[0].image_id]
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_undone_and_done_again(
    store: Store, nuclei: kinds.Kind, change: str
) -> None:
    before = everything(store)
    CHANGES[change](store, nuclei)
    after = everything(store)
    assert after != before
    history.undo(store)
    assert everything(store) == before
    history.redo(store)
    assert everything(store) == after


def test_what_clearing_and_deleting_leave(store: Store, nuclei: kinds.Kind) -> None:
    assert kinds.count_by_kind(store) == {IMAGE_KIND: 2, nuclei.id: 3}
    assert kinds.clear_kind(store, nuclei.id) == 3
    assert kinds.count_by_kind(store) == {IMAGE_KIND: 2}
    assert [c.name for c in list_categories(store, nuclei.id)] == ["Unknown", "round", "long"]
    kinds.delete_kind(store, nuclei.id)
    assert [kind.id for kind in kinds.list_kinds(store)] == [IMAGE_KIND]
    assert list_categories(store, nuclei.id) == []


def test_image_stays(store: Store) -> None:
    for act in (
        lambda: kinds.rename_kind(store, IMAGE_KIND, "x"),
        lambda: kinds.hide_kind(store, IMAGE_KIND),
        lambda: kinds.clear_kind(store, IMAGE_KIND),
        lambda: kinds.delete_kind(store, IMAGE_KIND),
    ):
        with pytest.raises(BadInput, match="Image"):
            act()
    with pytest.raises(NotFound, match="kind is gone"):
        kinds.hide_kind(store, "gone")


def test_another_kind_keeps_the_labels_it_knows(store: Store, nuclei: kinds.Kind) -> None:
    cell = kinds.create_kind(store, "cell")
    [long] = [c for c in list_categories(store, nuclei.id) if c.name == "long"]
    known = create_category(store, "long", kind_id=cell.id)
    assert known.id != long.id
    ids = [thing.id for thing in list_objects(store)]
    add(store, NewObject(list_objects(store)[0].image_id, cell.id, (0, 0, 1, 1), (1,), name="x"))
    labelling.rename_thing(store, ids[0], "x")
    before = everything(store)
    assert change_kind(store, ids, cell.id) == 3
    moved = [thing for thing in list_objects(store, kind_id=cell.id) if thing.id in ids]
    assert [thing.category_name for thing in moved] == ["Unknown", "long", "Unknown"]
    assert [thing.partition for thing in moved] == ["Inference", "Test", "Inference"]
    assert [thing.name for thing in moved] == ["x_1", "a.b-nucleus_2", "c-nucleus_1"]
    assert history.undo(store) == "Change the kind of 3 objects"
    assert everything(store) == before
    with pytest.raises(BadInput, match="Images keep their kind"):
        change_kind(store, [moved[0].image_id], cell.id)
    with pytest.raises(BadInput, match="choose a kind of objects"):
        change_kind(store, ids, IMAGE_KIND)


def test_deleting_counts_what_was_asked_for(
    store: Store, images: list[str], nuclei: kinds.Kind
) -> None:
    inside, other, apart = [thing.id for thing in list_objects(store)]
    # The first image, one of its two objects, one object elsewhere, one thing long gone.
    assert labelling.delete_things(store, [images[0], inside, apart, "1gone"]) == 3
    assert not list_objects(store)
    history.undo(store)
    assert [thing.id for thing in list_objects(store)] == [inside, other, apart]


def test_steps_speak_of_objects(store: Store, nuclei: kinds.Kind) -> None:
    first, second, _ = [thing.id for thing in list_objects(store)]
    [long] = [c for c in list_categories(store, nuclei.id) if c.name == "long"]
    labelling.label_things(store, [first], long.id)
    labelling.set_partition(store, [first, second], "Test")
    labelling.rename_thing(store, first, "the first")
    label_predicted(store, [first, second], long.id)
    labelling.delete_things(store, [first])
    told = [step.label for step in history.history(store, 5)]
    assert told == [
        "Delete 1 object",
        "Label 2 objects",
        "Rename object to the first",
        "Put 2 objects in Test",
        "Label 1 object",
    ]
    labelling.rename_thing(store, list_objects(store)[0].image_id, "new.tif")
    names = [thing.name for thing in list_objects(store)]
    assert names == ["new-nucleus_2", "c-nucleus_1"]
    history.undo(store)
    with pytest.raises(BadInput, match="already an object named"):
        labelling.rename_thing(store, second, "c-nucleus_1")


def test_the_masks_in_an_image_are_those_of_its_shown_kinds(
    store: Store, nuclei: kinds.Kind
) -> None:
    rows = list_objects(store)
    for image_id in {row.image_id for row in rows}:
        expected = [row for row in rows if row.image_id == image_id]
        found = masks_in(store, image_id)
        assert [mask.id for mask in found] == [row.id for row in expected]
        assert [(m.x1, m.y1, m.x2, m.y2) for m in found] == [row.box for row in expected]
        assert [tuple(map(int, m.mask.split())) for m in found] == [row.runs for row in expected]
        assert [m.category_id for m in found] == [row.category_id for row in expected]
    kinds.hide_kind(store, nuclei.id)
    assert masks_in(store, rows[0].image_id) == []


def test_an_object_is_found_and_looks_as_its_image(store: Store, nuclei: kinds.Kind) -> None:
    [thing] = things.list_things(store, ThingFilter(kind_id=nuclei.id, name_contains="c-nuc"))
    parent = things.get_things(store, [thing.image_id or ""])[0]
    assert (thing.image_name, thing.box, thing.mask) == ("c.png", (1, 2, 4, 4), "1 4 1")
    assert (thing.width, thing.height) == (3, 2)
    assert thing.file_sha256 == parent.file_sha256
    assert parent.box is None
    look = Look.parse("ff0000:0:30,-00ff00:0:255,0000ff:5:5")
    assert keep_look(store, [thing.id], look) == 1
    assert [look_of(t) for t in things.get_things(store, [thing.id, parent.id])] == [look, look]
    assert history.history(store, 1)[0].label == "Change how 1 image look"
