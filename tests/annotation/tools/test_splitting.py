"""Cuts lose no pixel, and separate what the line separates."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.annotation.regions import Region, filled_box, join_regions
from piximi_core.annotation.tools.edits import split
from tests.annotation.tools.pictures import disc, drawn_regions, full, is_tidy, points, some


@settings(max_examples=300, deadline=None)
@given(drawn_regions, st.lists(points, max_size=5), st.sampled_from([1, 2, 3.5]))
def test_parts_are_the_region_and_share_nothing(
    region: Region, path: list[tuple[float, float]], width: float
) -> None:
    parts = split(region, path, width)
    total = sum(full(part).astype(int) for part in parts)
    assert (total == full(region)).all()
    assert all(is_tidy(part) for part in parts)
    areas = [part.area for part in parts]
    assert areas == sorted(areas, reverse=True)
    if len(parts) == 1:
        assert parts[0] is region


def test_a_line_cuts_in_two_along_itself() -> None:
    box = filled_box((10, 10, 30, 20))
    left, right = split(box, [(18.5, 0), (18.5, 40)])
    assert {left.box, right.box} <= {(10, 10, 18, 20), (10, 10, 19, 20)} | {
        (18, 10, 30, 20),
        (19, 10, 30, 20),
    }
    assert left.area + right.area == 200
    assert len(split(box, [(18.5, 0), (18.5, 40), (24, 40), (24, 0)])) == 3
    # A slope, and a line so thin that it has no width at all.
    assert len(split(box, [(5, 5), (35, 25)])) == 2
    assert len(split(box, [(5, 5), (35, 25)], 0)) == 2
    assert len(split(box, [(5, 5), (35, 25)], 4)) == 2


def test_a_line_that_does_not_separate_changes_nothing() -> None:
    region = disc(30, 30, 15)
    for path in ([], [(30, 30)], [(30, 10), (30, 40)], [(1, 1), (60, 2)], [(80, 80), (90, 99)]):
        assert split(region, path) == [region]
    tiny = filled_box((3, 3, 4, 4))
    assert split(tiny, [(0, 3.5), (9, 3.5)]) == [tiny]


def test_what_the_line_does_not_cut_stays_with_the_nearest_part() -> None:
    main, speck = disc(30, 30, 15), disc(30, 55, 2)
    both = some(join_regions([main, speck]))
    upper, lower = sorted(split(both, [(0, 30.5), (64, 30.5)]), key=lambda part: part.box[1])
    assert upper.box[3] <= 31
    assert lower.area > speck.area
    assert full(lower, 64, 64)[55, 30]


def test_a_line_between_two_parts_separates_them() -> None:
    left, right = disc(12, 30, 10), disc(50, 30, 8)
    both = some(join_regions([left, right]))
    assert split(both, [(31, 0), (31, 64)]) == [left, right]
    assert split(both, [(31, 25), (31, 35)]) == [both]


def test_a_loop_around_a_pixel_does_not_cut_it_off() -> None:
    region = disc(32, 32, 25)
    loop = [(31.5, 31.5), (33.5, 31.5), (33.5, 33.5), (31.5, 33.5), (31.5, 31.5)]
    assert split(region, loop) == [region]
    small = filled_box((0, 0, 5, 5))
    ring = [(1.5, 1.5), (3.5, 1.5), (3.5, 3.5), (1.5, 3.5), (1.5, 1.5)]
    assert len(split(small, ring)) == 2


def test_a_wavering_hand_leaves_no_crumbs() -> None:
    generator = np.random.default_rng(5)
    xs = np.linspace(5, 59, 80)
    for _ in range(20):
        wavering = np.stack([xs, 30 + generator.normal(0, 1.5, 80)], axis=1)
        parts = split(disc(32, 32, 25), wavering)
        assert len(parts) == 2
