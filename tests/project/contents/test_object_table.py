"""The table of an image's objects: what passes, in which order, on which page, and what changed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from piximi_core.annotation.regions import filled_box
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.drawing import Canvas, draw_object, reshape_objects
from piximi_core.project.contents.kinds import create_kind, hide_kind, rename_kind
from piximi_core.project.contents.labelling import delete_things, label_things, rename_thing
from piximi_core.project.contents.notes.object_table import PAGE_SIZE, TableView, table_page
from piximi_core.project.contents.notes.on_objects import comment_object
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, create_store
from tests.project.conftest import fill, new_image


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Table")
    fill(store, [new_image(n) for n in range(2)])
    return store


def image_of(store: Store) -> str:
    return find_ids(store, ThingFilter())[0]


def put(store: Store, count: int, kind: str = "cell", **more: object) -> list[str]:
    """Add objects of 1 x 1, 2 x 1, 3 x 1 … pixels, up to 20, in rows."""
    kind_id = create_kind(store, kind).id
    made = [
        NewObject(image_of(store), kind_id, (0, n % 20, 1 + n % 20, 1 + n % 20), (0, 1 + n % 20))
        for n in range(count)
    ]
    with store.step("Add objects") as db:
        return add_objects(db, made, who="ann")


def names(store: Store, page: int = 0, at: str = "", **view: object) -> list[str]:
    found = table_page(store, image_of(store), TableView(**view), page, at)  # type: ignore[arg-type]
    return [row.name.rpartition("_")[2] for row in found.rows]


def test_pages_orders_and_filters(store: Store) -> None:
    ids = put(store, 120)
    first = table_page(store, image_of(store), TableView())
    assert (first.page, first.pages, first.total, first.everything) == (0, 3, 120, 120)
    assert [row.id for row in first.rows] == ids[:PAGE_SIZE]
    assert first.rows[4].area == 5
    assert first.rows[4].box == (0, 4, 5, 5)
    last = table_page(store, image_of(store), TableView(), page=99)
    assert (last.page, [row.id for row in last.rows]) == (2, ids[100:])
    assert names(store, sort="name")[:11] == [str(n) for n in range(1, 12)], "2 before 10"
    by_area = table_page(store, image_of(store), TableView(sort="area", descending=True))
    areas = [row.area for row in by_area.rows]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] == 20
    found = table_page(store, image_of(store), TableView(), 0, ids[77])
    assert (found.place, found.page) == (77, 1)
    assert ids[77] in [row.id for row in found.rows]
    assert names(store, search="CELL_119") == ["119"]
    assert table_page(store, image_of(store), TableView(search=ids[3][:12])).rows[0].id == ids[3]
    assert names(store, plane=1) == []
    category = create_category(store, "good", kind_id=first.rows[0].kind_id)
    label_things(store, ids[5:7], category.id)
    assert names(store, category_id=category.id) == ["6", "7"]
    unlabelled = table_page(store, image_of(store), TableView(unlabelled=True), 0, ids[5])
    assert (unlabelled.total, unlabelled.place) == (118, None)
    assert names(store, sort="category")[:3] == ["6", "7", "1"], "those without one come last"


def test_it_follows_every_change(store: Store) -> None:
    put(store, 3)
    image, view = image_of(store), TableView()

    def told() -> list[tuple[str, int, str, str]]:
        rows = table_page(store, image, view).rows
        return [(row.name.rpartition("_")[2], row.area, row.source, row.author) for row in rows]

    assert told() == [("1", 1, "", ""), ("2", 2, "", ""), ("3", 3, "", "")]
    kind = table_page(store, image, view).rows[0].kind_id
    draw_object(
        store,
        Canvas(image, 0),
        filled_box((2, 2, 6, 7)),
        object_id="drawn",
        kind_id=kind,
        source="pen",
        who="bea",
    )
    assert told()[3] == ("4", 20, "pen", "bea")
    reshape_objects(
        store,
        Canvas(image, 0),
        ["drawn"],
        lambda _region: filled_box((2, 2, 4, 4)),
        source="shrink",
        who="cleo",
    )
    assert told()[3] == ("4", 4, "shrink", "cleo")
    first = table_page(store, image, view).rows[0].id
    delete_things(store, [first])
    assert [each[0] for each in told()] == ["2", "3", "4"]
    undo(store)
    assert [each[0] for each in told()] == ["1", "2", "3", "4"]
    comment_object(store, first, "odd", who="dan")
    assert told()[0] == ("1", 1, "given", "dan")
    rename_thing(store, first, "renamed_9")
    assert told()[0][0] == "9"
    rename_kind(store, kind, "nucleus")
    assert {row.kind for row in table_page(store, image, view).rows} == {"nucleus"}
    hide_kind(store, kind)
    assert table_page(store, image, view).everything == 0


def test_an_image_that_is_gone_has_no_rows(store: Store) -> None:
    found = table_page(store, "nothing", TableView(), 5, "x")
    assert found == (store.revision(), (), 0, 1, 0, 0, None)


def test_twenty_thousand_objects_cost_a_stroke_little(store: Store) -> None:
    ids = put(store, 20_000)
    image, view = image_of(store), TableView(sort="area")
    began = time.perf_counter()
    table_page(store, image, view)
    assert time.perf_counter() - began < 5, "read once"
    label_things(store, ids[:1], create_category(store, "a", kind_id=list_kind(store)).id)
    table_page(store, image, view)
    delete_things(store, ids[:1])
    began = time.perf_counter()
    found = table_page(store, image, view, 0, ids[12_345])
    assert time.perf_counter() - began < 0.5, "one row was read anew, the others were not"
    assert (found.total, found.rows[found.place % PAGE_SIZE].id) == (19_999, ids[12_345])


def list_kind(store: Store) -> str:
    return table_page(store, image_of(store), TableView()).rows[0].kind_id
