"""What stands out among objects, against masks made by hand and scikit-image."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import label

from piximi_core.annotation.regions import Region, filled_box, region_of
from piximi_core.annotation.tools.quality import Findings, look_at


def region(picture: str, x: int = 0, y: int = 0) -> Region:
    """The pixels marked by # in rows divided by spaces."""
    mask = np.array([[c == "#" for c in row] for row in picture.split()])
    found = region_of(mask, x, y)
    assert found is not None
    return found


def test_each_finding_by_hand() -> None:
    regions = [
        region("### ### ###", 10, 10),
        region("#.# ### ..#", 20, 10),  # one part
        region("#.. .#. ..#", 30, 10),  # corners only: three
        region("### ... ###", 10, 20),  # two
        region("##", 0, 30),  # at the left border
        region("##", 48, 31),  # at the right one
        region("#", 5, 39),  # at the lower one
        region("## ##", 11, 12),  # shares the pixel (11, 12) with the first
        region("### #.# ###", 30, 20),
        region("#", 31, 21),  # in the hole of the one before: shares nothing
    ]
    found = look_at(regions, 40, 50, small=4)
    assert found == Findings(border=(4, 5, 6), overlapping=(0, 7), small=(2, 4, 5), parts=(2, 3))


def test_one_that_lies_inside_another_overlaps_as_much_as_that() -> None:
    regions = [filled_box((0, 0, 30, 3)), filled_box((5, 1, 7, 2)), filled_box((20, 1, 22, 2))]
    assert look_at(regions, 90, 90).overlapping == (0, 1, 2)


def test_none_and_hollow_ones_do_no_harm() -> None:
    assert look_at([], 10, 10) == Findings((), (), (), ())
    hollow = Region((2, 2, 5, 5), (9,))
    assert look_at([hollow], 10, 10) == Findings((), (), (0,), ())
    # Written by others: empty runs, runs that meet, and a box wider than the mask.
    odd = Region((1, 1, 5, 4), (0, 0, 5, 1, 0, 1, 5))
    assert look_at([hollow, odd, odd], 10, 10) == Findings((), (1, 2), (0, 1, 2), ())
    assert look_at([Region((0, 0, 4, 4), (5, 2, 9))], 4, 4).border == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.floats(0.05, 0.95))
def test_it_finds_what_scikit_image_finds(seed: int, count: int, share: float) -> None:
    dice = np.random.default_rng(seed)
    height, width = dice.integers(3, 24, 2)
    masks, regions = [], []
    for _ in range(count):
        mask = np.zeros((height, width), bool)
        y, x = dice.integers(0, height), dice.integers(0, width)
        part = mask[y : y + dice.integers(1, 9), x : x + dice.integers(1, 9)]
        part[:] = dice.random(part.shape) < share
        found = region_of(mask)
        if found is not None:
            masks.append(mask)
            regions.append(found)
    if not regions:
        return
    stack = np.array(masks)
    shared = stack.sum(0) > 1
    edge = np.ones((height, width), bool)
    edge[1:-1, 1:-1] = False

    def those(marked: list[bool]) -> tuple[int, ...]:
        return tuple(np.flatnonzero(marked).tolist())

    assert look_at(regions, height, width, small=6) == Findings(
        border=those([bool((mask & edge).any()) for mask in stack]),
        overlapping=those([bool((mask & shared).any()) for mask in stack]),
        small=those([mask.sum() in (2, 3, 4, 5) for mask in stack]),
        parts=those([label(mask, connectivity=1).max() > 1 for mask in stack]),
    )


@pytest.mark.slow
def test_twenty_thousand_objects_take_no_pairs() -> None:
    ys, xs = np.mgrid[:15, :15] - 7
    disc = region_of(np.hypot(xs, ys) <= 7)
    assert disc is not None
    corners = [(20 * (n % 142), 20 * (n // 142)) for n in range(20_000)]
    regions = [Region((x, y, x + 15, y + 15), disc.runs) for x, y in corners]
    begun = time.process_time()
    found = look_at(regions, 2_900, 2_900)
    assert time.process_time() - begun < 5
    assert (found.overlapping, found.small, found.parts) == ((), (), ())
    # On each other they would be two hundred million pairs.
    assert len(look_at([regions[0]] * 20_000, 20, 20).overlapping) == 20_000
