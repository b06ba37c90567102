"""Whatever was drawn, undo gives back exactly what was there, step by step, and redo the rest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools import combining, edits, shapes
from piximi_core.errors import PiximiError
from piximi_core.project.contents.drawing import (
    Canvas,
    draw_object,
    merge_objects,
    reshape_objects,
    split_object,
)
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.store import Store, create_store
from tests.project.conftest import fill, new_image

SIZE = (32, 48)

corners = st.tuples(st.integers(-3, 50), st.integers(-3, 35))
acts = st.tuples(
    st.sampled_from(["draw", "add", "subtract", "intersect", "invert", "grow", "split", "merge"]),
    st.sampled_from(["allow", "protect", "take"]),
    corners,
    corners,
)


def rows(store: Store) -> list[Any]:
    found = list_objects(store)
    for row in found:
        x1, y1, x2, y2 = row.box
        mask = Region(row.box, row.runs).mask()
        assert 0 <= x1 < x2 <= SIZE[1]
        assert 0 <= y1 < y2 <= SIZE[0]
        # The box is tight, and the runs fill it but for ground at the end.
        assert all(side.any() for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))
        assert sum(row.runs) <= mask.size
    return found


def act(store: Store, number: int, kind: str, drawn: tuple[Any, ...]) -> None:
    sort, overlap, start, end = drawn
    canvas = Canvas(find_ids(store, ThingFilter())[0], 0, overlap)
    region = shapes.ellipse(start, end, *SIZE)
    there = [row.id for row in list_objects(store)]
    if sort == "draw" or not there:
        draw_object(store, canvas, region, object_id=f"object {number}", kind_id=kind)
    elif sort == "split":
        split_object(store, there[-1], lambda whole: edits.split(whole, [start, end]))
    elif sort == "merge":
        merge_objects(store, there[-2:])
    elif sort == "grow":
        reshape_objects(store, canvas, there[-2:], lambda one: edits.grow(one, 2, *SIZE))
    else:
        reshape_objects(
            store, canvas, there[:1], lambda one: combining.combine(sort, one, region, *SIZE)
        )


@settings(max_examples=12, deadline=None)
@given(st.lists(acts, min_size=1, max_size=7))
def test_undo_restores_every_object_exactly(drawn: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as room:
        store = create_store(Path(room) / "project", "Undone")
        fill(store, [new_image(1)])
        kind = create_kind(store, "cell").id
        states = [rows(store)]
        for number, one in enumerate(drawn):
            try:
                act(store, number, kind, one)
            except PiximiError:
                # Refused in words: nothing may have changed.
                assert rows(store) == states[-1]
            after = rows(store)
            if after != states[-1]:
                states.append(after)
        for before in reversed(states[:-1]):
            undo(store)
            assert rows(store) == before
        for after in states[1:]:
            redo(store)
            assert rows(store) == after
        store.close()
