"""Modes and overlap rules are the logic of whole masks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.annotation.regions import Region, clip_region, filled_box
from piximi_core.annotation.tools.combining import Mode, combine, settle
from tests.annotation.tools.pictures import (
    HEIGHT,
    WIDTH,
    disc,
    drawn_regions,
    full,
    is_tidy,
    regions,
)

LOGIC: dict[Mode, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "new": lambda _before, drawn: drawn,
    "add": np.logical_or,
    "subtract": lambda before, drawn: before & ~drawn,
    "intersect": np.logical_and,
    "invert": lambda before, _drawn: ~before,
}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(LOGIC)), regions, regions)
def test_every_mode_is_the_logic_of_masks(
    mode: Mode, before: Region | None, drawn: Region | None
) -> None:
    expected = LOGIC[mode](full(before), full(drawn))
    result = combine(mode, before, drawn, HEIGHT, WIDTH)
    assert (full(result) == expected).all()
    assert is_tidy(result)
    assert (result is None) == (not expected.any())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(LOGIC)), drawn_regions, st.integers(-15, 15), st.integers(-15, 15))
def test_what_lies_outside_is_cut(mode: Mode, region: Region, dx: int, dy: int) -> None:
    x1, y1, x2, y2 = region.box
    moved = Region((x1 + dx, y1 + dy, x2 + dx, y2 + dy), region.runs)
    inside = clip_region(moved, HEIGHT, WIDTH)
    before = filled_box((2, 2, 9, 9))
    for one, other, cut_one, cut_other in (
        (before, moved, before, inside),
        (moved, before, inside, before),
    ):
        expected = combine(mode, cut_one, cut_other, HEIGHT, WIDTH)
        assert combine(mode, one, other, HEIGHT, WIDTH) == expected


def test_loose_boxes_and_empty_regions_are_tidied() -> None:
    loose, empty = Region((0, 0, 5, 3), (6, 2, 7)), Region((1, 1, 4, 4), (9,))
    tight = filled_box((1, 1, 3, 2))
    for mode in ("new", "add"):
        assert combine(mode, None, loose, HEIGHT, WIDTH) == tight
        assert combine(mode, None, empty, HEIGHT, WIDTH) is None
    assert combine("add", loose, empty, HEIGHT, WIDTH) == tight
    assert combine("subtract", loose, empty, HEIGHT, WIDTH) == tight
    assert combine("invert", empty, None, HEIGHT, WIDTH) == filled_box((0, 0, WIDTH, HEIGHT))


others = st.lists(drawn_regions, max_size=4).map(
    lambda found: {f"object {number}": region for number, region in enumerate(found)}
)


@settings(max_examples=200, deadline=None)
@given(drawn_regions, others)
def test_no_pixel_is_lost_or_doubled(drawn: Region, others: dict[str, Region]) -> None:
    taken = np.any([full(other) for other in others.values()], axis=0) if others else False
    whole = full(drawn) | taken

    protected = settle(drawn, others, "protect")
    assert protected.changed == {}
    assert (full(protected.drawn) == full(drawn) & ~np.asarray(taken)).all()
    assert (full(protected.drawn) | taken == whole).all()

    took = settle(drawn, others, "take")
    assert took.drawn == drawn
    left = {name: took.changed.get(name, other) for name, other in others.items()}
    assert (np.any([full(drawn), *map(full, left.values())], axis=0) == whole).all()
    for name, other in others.items():
        assert not (full(left[name]) & full(drawn)).any()
        assert (full(left[name]) == full(other) & ~full(drawn)).all()
        assert (name in took.changed) == (full(other) & full(drawn)).any()
        assert is_tidy(left[name])

    assert settle(drawn, others, "allow").changed == {}
    assert settle(drawn, others, "allow").drawn == drawn


def test_an_object_that_is_covered_is_gone() -> None:
    large, small = disc(20, 20, 9), disc(22, 20, 3)
    assert settle(large, {"small": small}, "take").changed == {"small": None}
    assert settle(small, {"large": large}, "protect").drawn is None
    far = disc(50, 50, 5)
    assert settle(small, {"far": far}, "take").changed == {}
