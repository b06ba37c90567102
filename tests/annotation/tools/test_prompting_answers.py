"""What becomes of a network's masks: the objects that may be meant, in pixels of the crop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from piximi_core.annotation.tools.prompting import Prompt, candidates
from tests.annotation.tools.pictures import full, is_tidy

CLICK = Prompt(inside=((50.0, 40.0),))


def discs(*radii: float, side: int = 64, middle: tuple[float, float] = (32, 32)) -> np.ndarray:
    """Masks of a crop of 128 x 128 at half its detail: how far inside each disc a pixel lies."""
    ys, xs = np.mgrid[:side, :side] + 0.5
    away = np.hypot(xs - middle[0], ys - middle[1])
    return np.stack([radius - away for radius in radii]).astype(np.float32)


def test_a_mask_is_drawn_in_pixels_of_the_crop() -> None:
    [found] = candidates(discs(10), np.array([0.8]), 128, 128, Prompt(inside=((64, 64),)))
    ys, xs = np.mgrid[:128, :128] + 0.5
    # Twice as large; the line between rough pixels is off by less than one of these.
    away = np.hypot(xs - 64, ys - 64)
    mask = full(found.region, 128, 128)
    assert mask[away < 19.3].all()
    assert not mask[away > 20.7].any()
    assert found.score == np.float64(0.8)


def test_sides_of_another_shape_are_stretched() -> None:
    masks = np.full((1, 2, 2), -1.0)
    masks[0, 0, 1] = 1.0
    [found] = candidates(masks, np.array([1.0]), 4, 8, Prompt())
    # Pixel centres 0.5 … 7.5 lie at -0.25 … 1.75 of the rough columns; the zero at 0.5.
    assert found.region.box == (4, 0, 8, 2)
    # Only the inner corner falls below: 0.25 * 0.75 - 0.25, a quarter of the way to the next row.
    assert full(found.region, 4, 8)[:2].astype(int).tolist() == [
        [0, 0, 0, 0, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 1, 1, 1],
    ]


def test_of_four_masks_a_click_takes_three_and_a_box_the_sure_one_first() -> None:
    masks, scores = discs(5, 10, 15, 20), np.array([0.95, 0.5, 0.9, 0.7])
    click = candidates(masks, scores, 128, 128, Prompt(inside=((64, 64),)))
    assert [round(each.score, 2) for each in click] == [0.9, 0.7, 0.5]
    more = Prompt(inside=((64, 64), (66, 64)))
    sure = candidates(masks, np.array([0.1, 0.5, 0.9, 0.7]), 128, 128, more)
    assert [round(each.score, 2) for each in sure] == [0.1, 0.9, 0.7]


def test_what_is_about_the_same_is_shown_once_and_nothing_is_left_out() -> None:
    masks = np.concatenate([discs(10, 10.02), np.full((1, 64, 64), -1, np.float32)])
    found = candidates(masks, np.array([0.5, 0.9, 1.0]), 128, 128, Prompt(inside=((64, 64),)))
    assert [round(each.score, 2) for each in found] == [0.9]
    assert not candidates(masks[2:], np.array([1.0]), 128, 128, CLICK)


def test_only_the_part_that_was_clicked_comes_back() -> None:
    masks = np.maximum(discs(6, middle=(12, 12)), discs(6, middle=(44, 44)))
    [found] = candidates(masks, np.array([1.0]), 128, 128, Prompt(inside=((24, 24),)))
    assert found.region.box[2] < 40
    assert not candidates(masks, np.array([1.0]), 128, 128, Prompt(inside=((60, 4),)))


def test_a_point_outside_cuts_off_what_it_lies_in() -> None:
    masks = np.maximum(discs(8, middle=(20, 32)), discs(8, middle=(34, 32)))
    prompt = Prompt(inside=((36, 64),), outside=((72, 64),))
    [found] = candidates(masks, np.array([1.0]), 128, 128, prompt)
    mask = full(found.region, 128, 128)
    assert mask[64, 36]
    assert not mask[64, 72]


def test_what_is_found_in_a_box_does_not_leave_it() -> None:
    [found] = candidates(discs(30), np.array([1.0]), 128, 128, Prompt(box=(30.5, 40, 70, 90.2)))
    assert found.region.box == (30, 40, 70, 91)
    assert not candidates(discs(30), np.array([1.0]), 128, 128, Prompt(box=(300, 300, 400, 400)))
    assert not candidates(discs(30), np.array([1.0]), 128, 128, Prompt(box=(9, 9, 9, 9)))


numbers = st.floats(width=32) | st.sampled_from([np.nan, np.inf, -np.inf])


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 6)),
        elements=numbers,
    ),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from(
        [
            Prompt(),
            CLICK,
            Prompt(inside=((3.5, 2.5),), outside=((9, 9),)),
            Prompt(box=(-5, 2, 17, 90)),
        ]
    ),
    st.data(),
)
def test_whatever_a_network_gives_lies_in_the_crop(
    masks: np.ndarray, height: int, width: int, prompt: Prompt, data: st.DataObject
) -> None:
    scores = data.draw(arrays.arrays(np.float32, len(masks), elements=numbers))
    found = candidates(masks, scores, height, width, prompt)
    assert len(found) <= 3
    for each in found:
        assert is_tidy(each.region)
        mask = full(each.region, height, width)
        assert mask.any()
        assert 0 <= each.score <= 1
        for x, y in prompt.outside:
            assert y >= height or x >= width or not mask[int(y), int(x)]
