"""Objects drawn by hand: one step each, done once; neighbours kept or overdrawn as one wishes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from piximi_core.annotation.regions import Region, filled_box, region_of
from piximi_core.annotation.tools import edits
from piximi_core.errors import AlreadyDone, BadInput, NotFound
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.drawing import (
    Canvas,
    copy_objects,
    draw_object,
    merge_objects,
    reshape_objects,
    split_object,
)
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import NewObject, ObjectRow, add_objects, list_objects
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.history import next_labels, redo, undo
from piximi_core.project.database.store import Store, create_store
from tests.project.conftest import fill, new_image


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Drawing")
    fill(store, [new_image(1)])
    return store


@pytest.fixture
def cell(store: Store) -> str:
    return create_kind(store, "cell").id


def canvas(store: Store, overlap: str = "allow", plane: int = 0) -> Canvas:
    return Canvas(find_ids(store, ThingFilter())[0], plane, overlap)  # type: ignore[arg-type]


def pixels(row: ObjectRow) -> set[tuple[int, int]]:
    x1, y1, _x2, _y2 = row.box
    ys, xs = np.nonzero(Region(row.box, row.runs).mask())
    return {(int(x) + x1, int(y) + y1) for x, y in zip(xs, ys, strict=True)}


def square(x: int, y: int, side: int) -> set[tuple[int, int]]:
    return {(x + i, y + j) for i in range(side) for j in range(side)}


def there(store: Store) -> dict[str, ObjectRow]:
    return {row.id: row for row in list_objects(store)}


def test_a_drawn_object_is_there_with_its_label_once(store: Store, cell: str) -> None:
    round_one = create_category(store, "round", kind_id=cell)
    new = filled_box((1, 2, 4, 5))
    more = {"object_id": "mine", "kind_id": cell, "category_id": round_one.id, "once": "a"}
    draw_object(store, canvas(store), new, **more)
    [row] = there(store).values()
    assert (row.id, row.kind_name, row.category_name) == ("mine", "cell", "round")
    assert pixels(row) == square(1, 2, 3)
    assert next_labels(store)[0] == "Draw an object"
    with pytest.raises(AlreadyDone):
        draw_object(store, canvas(store), new, **more)
    undo(store)
    assert there(store) == {}
    redo(store)
    assert pixels(there(store)["mine"]) == square(1, 2, 3)


def test_the_first_object_of_a_kind_makes_it(store: Store) -> None:
    for name in ("a", "b"):
        draw_object(
            store,
            canvas(store),
            filled_box((0, 0, 2, 2)),
            object_id=name,
            kind_id="",
            new_kind="nucleus",
        )
    assert [kind.name for kind in list_kinds(store)] == ["Image", "nucleus"]
    undo(store), undo(store)
    assert [kind.name for kind in list_kinds(store)] == ["Image"]


def test_the_first_object_of_a_category_makes_it(store: Store, cell: str) -> None:
    for name in ("a", "b"):
        region = filled_box((0, 0, 2, 2))
        draw_object(
            store, canvas(store), region, object_id=name, kind_id=cell, new_category="round"
        )
    assert {row.category_name for row in there(store).values()} == {"round"}
    assert len({row.category_id for row in there(store).values()}) == 1
    with pytest.raises(BadInput):
        draw_object(store, canvas(store), region, object_id="c", kind_id=cell, new_category="  ")
    assert len(there(store)) == 2


def test_what_is_nothing_or_gone_is_refused_and_changes_nothing(store: Store, cell: str) -> None:
    before = store.revision()
    image = canvas(store)
    with pytest.raises(BadInput, match="Nothing was drawn"):
        draw_object(store, image, None, object_id="a", kind_id=cell)
    with pytest.raises(NotFound):
        draw_object(store, image, filled_box((0, 0, 1, 1)), object_id="a", kind_id="gone")
    region = filled_box((0, 0, 1, 1))
    with pytest.raises(NotFound, match="category is gone"):
        draw_object(store, image, region, object_id="a", kind_id=cell, category_id="gone")
    with pytest.raises(BadInput, match="lies in plane"):
        draw_object(
            store, canvas(store, plane=7), filled_box((0, 0, 1, 1)), object_id="a", kind_id=cell
        )
    with pytest.raises(NotFound, match="deleted it meanwhile"):
        reshape_objects(store, image, ["gone"], lambda region: region)
    assert store.revision() == before


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("allow", square(0, 0, 4), square(2, 2, 4)),
        ("protect", square(0, 0, 4), square(2, 2, 4) - square(0, 0, 4)),
        ("take", square(0, 0, 4) - square(2, 2, 4), square(2, 2, 4)),
    ],
)
def test_neighbours_meet_as_one_wishes(
    store: Store, cell: str, rule: str, first: set[object], second: set[object]
) -> None:
    draw_object(store, canvas(store), filled_box((0, 0, 4, 4)), object_id="a", kind_id=cell)
    draw_object(store, canvas(store, rule), filled_box((2, 2, 6, 6)), object_id="b", kind_id=cell)
    assert pixels(there(store)["a"]) == first
    assert pixels(there(store)["b"]) == second
    undo(store)
    assert pixels(there(store)["a"]) == square(0, 0, 4), "one step, the neighbour's part included"


def test_an_object_that_has_nothing_left_goes_and_comes_back(store: Store, cell: str) -> None:
    draw_object(store, canvas(store), filled_box((1, 1, 3, 3)), object_id="a", kind_id=cell)
    draw_object(store, canvas(store, "take"), filled_box((0, 0, 5, 5)), object_id="b", kind_id=cell)
    assert set(there(store)) == {"b"}
    reshape_objects(store, canvas(store), ["b"], lambda region: None)
    assert there(store) == {}
    undo(store)
    undo(store)
    assert pixels(there(store)["a"]) == square(1, 1, 2)


def test_a_new_outline_outdates_the_prediction(store: Store, cell: str) -> None:
    draw_object(store, canvas(store), filled_box((1, 1, 3, 3)), object_id="a", kind_id=cell)
    category = list_categories(store, cell)[0]
    with store.step("Predict") as db:
        store_predictions(db, "run", [PredictedThing("a", category.id, "x", 1.0, (1.0,))])
    reshape_objects(store, canvas(store), ["a"], lambda region: edits.grow(region, 1, 8, 8))
    [thing] = get_things(store, ["a"])
    assert thing.prediction is None
    assert thing.box == (0, 0, 4, 4)


def test_a_split_object_keeps_its_pixels_and_label(store: Store, cell: str) -> None:
    long_one = create_category(store, "long", kind_id=cell)
    region = filled_box((0, 2, 7, 4))
    draw_object(store, canvas(store), region, object_id="a", kind_id=cell, category_id=long_one.id)

    def halves(whole: Region) -> list[Region]:
        mask = whole.mask()
        left, right = mask.copy(), mask.copy()
        left[:, 4:], right[:, :4] = False, False
        parts = [region_of(part, *whole.box[:2]) for part in (left, right)]
        return [part for part in parts if part is not None]

    split_object(store, "a", halves)
    rows = there(store)
    assert pixels(rows["a"]) == {(x, y) for x in range(4) for y in (2, 3)}
    [other] = [row for id_, row in rows.items() if id_ != "a"]
    assert pixels(other) == {(x, y) for x in range(4, 7) for y in (2, 3)}
    assert {row.category_name for row in rows.values()} == {"long"}
    with pytest.raises(BadInput, match="does not go through"):
        split_object(store, "a", lambda whole: [whole])
    merge_objects(store, ["a", other.id])
    [whole] = there(store).values()
    assert pixels(whole) == {(x, y) for x in range(7) for y in (2, 3)}
    with pytest.raises(BadInput, match="at least two"):
        merge_objects(store, ["a"])


def test_objects_are_copied_to_other_planes(store: Store, cell: str) -> None:
    fill(store, [replace(new_image(2), planes=4)])
    stack = find_ids(store, ThingFilter())[1]
    draw_object(store, Canvas(stack, 1), filled_box((0, 0, 2, 2)), object_id="a", kind_id=cell)
    copy_objects(store, ["a"], 5)
    assert sorted(row.plane for row in there(store).values()) == [1, 2, 3]
    copy_objects(store, ["a"], -1)
    assert sorted(row.plane for row in there(store).values()) == [0, 1, 2, 3]
    flat = canvas(store)
    draw_object(store, flat, filled_box((0, 0, 2, 2)), object_id="b", kind_id=cell)
    with pytest.raises(BadInput, match="no plane"):
        copy_objects(store, ["b"], 1)


def test_a_deletion_that_comes_twice_is_done_once(store: Store, cell: str) -> None:
    draw_object(store, canvas(store), filled_box((0, 0, 2, 2)), object_id="a", kind_id=cell)
    assert delete_things(store, ["a"], once="x") == 1
    undo(store)
    with pytest.raises(AlreadyDone):
        delete_things(store, ["a"], once="x")
    assert set(there(store)) == {"a"}


def test_names_are_counted_on_and_never_given_twice(store: Store, cell: str) -> None:
    image = canvas(store).image_id
    stem = get_things(store, [image])[0].name.rpartition(".")[0]

    def draw(number: int) -> str:
        box = filled_box((0, 0, 2, 2))
        draw_object(store, canvas(store), box, object_id=str(number), kind_id=cell)
        return there(store)[str(number)].name

    assert [draw(number) for number in range(3)] == [f"{stem}-cell_{n}" for n in (1, 2, 3)]
    delete_things(store, ["1"])
    assert draw(4) == f"{stem}-cell_4"
    delete_things(store, ["4"])
    # Others came by a file, under names that would be next.
    with store.step("Import") as db:
        boxes = [
            NewObject(image, cell, (0, 0, 1, 1), (0, 1), name=name)
            for name in (f"{stem}-cell_4", f"{stem}-cell_5", f"{stem}-cell_x", "other-cell_9")
        ]
        add_objects(db, boxes, who="somebody")
    assert draw(6) == f"{stem}-cell_2"
    assert draw(7) == f"{stem}-cell_6"
    assert draw(8) == f"{stem}-cell_7"
    names = [row.name for row in list_objects(store)]
    assert len(names) == len(set(names)) == 9
