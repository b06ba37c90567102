"""Outlines are reckoned while nobody waits; what others did meanwhile is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from piximi_core.annotation.regions import Region, filled_box, join_regions
from piximi_core.annotation.tools import edits
from piximi_core.errors import AlreadyDone, BadInput, NotFound
from piximi_core.project.contents.drawing import (
    Canvas,
    draw_object,
    merge_objects,
    reshape_objects,
    split_object,
    strokes,
)
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, create_store
from tests.project.conftest import fill, new_image

SMALL, LARGE = filled_box((2, 2, 5, 5)), filled_box((1, 1, 7, 6))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A project with the objects a and b, which lie apart."""
    store = create_store(tmp_path / "project", "Drawing")
    fill(store, [new_image(1)])
    kind = create_kind(store, "cell").id
    for name, region in (("a", SMALL), ("b", filled_box((10, 10, 14, 12)))):
        draw_object(store, canvas(store), region, object_id=name, kind_id=kind)
    yield store
    store.close()


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    """The same project in another window's hands."""
    second = Store(store.folder)
    yield second
    second.close()


def canvas(store: Store) -> Canvas:
    return Canvas(find_ids(store, ThingFilter())[0], 0)


def outlines(store: Store) -> dict[str, Region]:
    return {row.id: Region(row.box, row.runs) for row in list_objects(store)}


def interrupted(
    work: Callable[[Region], Region | None], meanwhile: Callable[[], object], times: int = 1
) -> tuple[Callable[[Region], Region | None], list[Region]]:
    """Return work during which something else happens the first times, and what it was done to."""
    seen: list[Region] = []

    def done(region: Region) -> Region | None:
        seen.append(region)
        if len(seen) <= times:
            meanwhile()
        return work(region)

    return done, seen


def grown(region: Region) -> Region:
    return edits.grow(region, 1, 32, 48)


def test_nobody_waits_for_an_outline_and_nothing_of_others_is_lost(
    store: Store, other: Store
) -> None:
    """Under the lock the other window would be told, after five seconds, that it is busy."""
    change, seen = interrupted(
        grown, lambda: reshape_objects(other, canvas(other), ["a"], lambda _region: LARGE)
    )
    reshape_objects(store, canvas(store), ["a"], change)
    assert seen == [SMALL, LARGE]
    assert outlines(store)["a"] == grown(LARGE)
    undo(store)
    assert outlines(store)["a"] == LARGE
    undo(store)
    assert outlines(store)["a"] == SMALL


def test_what_changes_elsewhere_costs_no_second_reckoning(store: Store, other: Store) -> None:
    change, seen = interrupted(
        grown, lambda: reshape_objects(other, canvas(other), ["b"], lambda _region: LARGE)
    )
    reshape_objects(store, canvas(store), ["a"], change)
    assert seen == [SMALL]
    assert outlines(store) == {"a": grown(SMALL), "b": LARGE}


def test_an_object_that_never_rests_is_changed_all_the_same(store: Store, other: Store) -> None:
    sizes = iter(range(6, 20))

    def meanwhile() -> None:
        new = filled_box((1, 1, next(sizes), 6))
        reshape_objects(other, canvas(other), ["a"], lambda _region: new)

    change, seen = interrupted(grown, meanwhile, times=3)
    reshape_objects(store, canvas(store), ["a"], change)
    assert [region.box[2] for region in seen] == [5, 6, 7, 8]
    assert outlines(store)["a"] == grown(filled_box((1, 1, 8, 6)))


def test_an_object_that_goes_meanwhile_is_gone(store: Store, other: Store) -> None:
    def delete() -> None:
        delete_things(other, ["a"])

    change, _seen = interrupted(grown, delete)
    with pytest.raises(NotFound, match="deleted it meanwhile"):
        reshape_objects(store, canvas(store), ["a"], change)
    assert set(outlines(store)) == {"b"}


def test_a_split_is_of_what_is_there_when_it_is_written(store: Store, other: Store) -> None:
    seen: list[Region] = []

    def halves(whole: Region) -> list[Region]:
        if not seen:
            reshape_objects(other, canvas(other), ["a"], lambda _region: LARGE)
        seen.append(whole)
        return edits.split(whole, [(3.5, 0), (3.5, 9)])

    split_object(store, "a", halves)
    assert seen == [SMALL, LARGE]
    parts = [region for name, region in outlines(store).items() if name != "b"]
    assert len(parts) == 2
    assert join_regions(parts) == LARGE
    assert sum(part.area for part in parts) == LARGE.area


def test_objects_that_become_one_are_those_that_are_there(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[list[Region]] = []

    def join(regions: list[Region]) -> Region | None:
        if not joined:
            reshape_objects(other, canvas(other), ["b"], lambda _region: LARGE)
        joined.append(regions)
        return join_regions(regions)

    monkeypatch.setattr(strokes, "join_regions", join)
    merge_objects(store, ["a", "b"])
    assert outlines(store) == {"a": join_regions([SMALL, LARGE])}
    assert len(joined) == 2


def test_an_action_that_comes_again_is_known_before_it_fails(store: Store) -> None:
    """The line that divided the object lies beside what is left of it."""

    def halves(whole: Region) -> list[Region]:
        return edits.split(whole, [(3.5, 0), (3.5, 9)])

    split_object(store, "a", halves, once="x")
    before = outlines(store)
    with pytest.raises(AlreadyDone):
        split_object(store, "a", halves, once="x")
    with pytest.raises(AlreadyDone):
        merge_objects(store, ["a", "a"], once="x")
    with pytest.raises(BadInput, match="edge to edge"):
        split_object(store, "b", lambda whole: [whole])

    def refuse(region: Region) -> Region:
        raise BadInput("No.")

    with pytest.raises(AlreadyDone):
        reshape_objects(store, canvas(store), ["a"], refuse, once="x")
    with pytest.raises(BadInput, match="No"):
        reshape_objects(store, canvas(store), ["a"], refuse, once="y")
    assert outlines(store) == before
