"""Between two planes: the ends are the planes, the middle is between."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.annotation.regions import Region, filled_box, join_regions
from piximi_core.annotation.tools.edits import interpolate
from tests.annotation.tools.pictures import HEIGHT, WIDTH, disc, drawn_regions, full, is_tidy, some


@settings(max_examples=150, deadline=None)
@given(drawn_regions, drawn_regions, st.floats(0, 1))
def test_the_ends_are_the_planes_themselves(before: Region, after: Region, share: float) -> None:
    assert interpolate(before, after, 0, HEIGHT, WIDTH) == before
    assert interpolate(before, after, 1, HEIGHT, WIDTH) == after
    assert interpolate(before, before, share, HEIGHT, WIDTH) == before
    between = interpolate(before, after, share, HEIGHT, WIDTH)
    assert is_tidy(between)
    shared = full(before) & full(after)
    if shared.sum() * 2 >= min(before.area, after.area):
        assert full(between)[shared].all()
        assert not full(between)[~(full(before) | full(after))].any()


@pytest.mark.parametrize("share", [0.25, 0.5, 0.8])
def test_a_disc_that_grows_is_a_disc_in_between(share: float) -> None:
    small, large = disc(32, 32, 8), disc(32, 32, 20)
    expected = full(disc(32, 32, 8 + 12 * share), 64, 64)
    found = full(interpolate(small, large, share, 64, 64), 64, 64)
    assert (found & expected).sum() / (found | expected).sum() > 0.93


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_an_object_that_moves_keeps_its_size(share: float) -> None:
    before, after = disc(12, 20, 8), disc(52, 40, 8)
    x, y = round(40 * share), round(20 * share)
    assert interpolate(before, after, share, 64, 64) == disc(12 + x, 20 + y, 8)


def test_a_border_that_stands_still_stands_still_in_between() -> None:
    narrow, wide = filled_box((10, 10, 30, 40)), filled_box((10, 10, 44, 40))
    assert interpolate(narrow, wide, 0.5, 64, 64).box == (10, 10, 37, 40)


def test_nothing_in_between_is_no_region() -> None:
    empty = Region((0, 0, 3, 3), (9,))
    assert interpolate(empty, disc(9, 9, 4), 0.5, 64, 64) is None
    # The ring's middle is empty: laid on the disc, nothing is inside of both.
    ring = some(join_regions([filled_box((0, 0, 1, 64)), filled_box((63, 0, 64, 64))]))
    assert interpolate(filled_box((31, 0, 33, 64)), ring, 0.5, 64, 64) is None
