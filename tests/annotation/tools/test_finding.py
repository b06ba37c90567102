"""What smart tools believe of any picture lies where it may, and the ground is that beside it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from piximi_core.annotation.tools.finding.clicks import bent
from piximi_core.annotation.tools.finding.evidence import likeness_nearby
from piximi_core.annotation.tools.smart import smart_box, smart_click
from piximi_core.annotation.tools.superpixels import pick, superpixels
from tests.annotation.tools.pictures import HEIGHT, WIDTH, disc, full, is_tidy

pictures = arrays.arrays(
    np.uint8, st.tuples(st.just(HEIGHT), st.just(WIDTH), st.integers(1, 3)), fill=st.just(9)
)
corners = st.integers(-5, 20)
places = st.tuples(st.floats(0, WIDTH - 0.01), st.floats(0, HEIGHT - 0.01))


@settings(max_examples=60, deadline=None)
@given(pictures, st.tuples(corners, corners, corners, corners))
def test_a_smart_box_gives_tidy_regions_within_it(
    pixels: np.ndarray, box: tuple[int, int, int, int]
) -> None:
    allowed = np.zeros((HEIGHT, WIDTH), bool)
    (left, right), (top, bottom) = sorted(box[::2]), sorted(box[1::2])
    allowed[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
    found = smart_box(pixels, box)
    assert len(found) <= 3
    for candidate in found:
        mask = full(candidate.region)
        assert mask.any()
        assert not (mask & ~allowed).any()
        assert is_tidy(candidate.region)


@settings(max_examples=60, deadline=None)
@given(pictures, places, places)
def test_a_smart_click_holds_its_point_and_leaves_out_the_other(
    pixels: np.ndarray, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    own, other = (tuple(int(n) for n in point[::-1]) for point in (inside, outside))
    for candidate in smart_click(pixels, [inside], [outside]):
        mask = full(candidate.region)
        assert mask[own]
        assert own == other or not mask[other]
        assert is_tidy(candidate.region)


@settings(max_examples=60, deadline=None)
@given(pictures, st.floats(1, 9), st.lists(places, max_size=4))
def test_superpixels_are_in_one_piece_and_picked_whole(
    pixels: np.ndarray, size: float, points: list[tuple[float, float]]
) -> None:
    labels = superpixels(pixels, size)
    numbers = np.unique(labels)
    assert numbers.tolist() == list(range(len(numbers)))
    assert all(ndimage.label(labels == number)[1] == 1 for number in numbers)
    chosen = [labels[int(y), int(x)] for x, y in points]
    region = pick(labels, points)
    assert (full(region) == np.isin(labels, chosen)).all()
    assert is_tidy(region)


def test_the_outline_is_reckoned_from_the_ground_beside_it() -> None:
    """On a ground that is dark to the left and bright to the right, and blurred."""
    inside = full(disc(40, 30, 12, 60, 80), 60, 80)
    ground = np.where(np.arange(80) < 40, 0.0, 0.3)
    tone = ndimage.gaussian_filter(np.where(inside, 1.0, ground), 2)
    roughly = full(disc(41, 30, 14, 60, 80), 60, 80)
    alike = likeness_nearby(tone, roughly)
    assert alike is not None
    row = alike[30] > 0
    left, right = np.flatnonzero(row[10:70])[[0, -1]] + 10
    assert abs(left - 28) <= 1
    assert abs(right - 51) <= 1
    # One level for all of it would be wrong on one side.
    level = (1 + ground.mean()) / 2
    wrong = np.flatnonzero(tone[30] > level)[[0, -1]]
    assert abs(left - 28) + abs(right - 51) <= abs(wrong[0] - 28) + abs(wrong[1] - 51)


def test_where_nothing_lies_around_an_object_there_is_no_ground() -> None:
    tone = np.ones((9, 9))
    for mask in (np.ones((9, 9), bool), np.zeros((9, 9), bool), np.eye(9, dtype=bool)):
        assert likeness_nearby(tone, mask) is None


def test_a_click_beside_the_outline_draws_it_over_there_and_nowhere_else() -> None:
    mask = full(disc(30, 30, 12, 60, 60), 60, 60)
    none = np.empty((0, 2), np.int64)
    beyond, within = np.array([[44, 30]]), np.array([[40, 30]])
    out, back = bent(mask, beyond, none), bent(mask, none, within)
    assert out[30, 44]
    assert not back[30, 40]
    assert out[mask].all()
    assert not back[~mask].any()
    # The click lies in the middle of what was wrong, which goes on as far behind it.
    assert 2 <= out[30].sum() - mask[30].sum() <= 7
    assert (out[:, :25] == mask[:, :25]).all()
    assert (back[:, :25] == mask[:, :25]).all()
    far, middle = np.array([[57, 57]]), np.array([[30, 30]])
    assert (bent(mask, far, none) == mask).all()
    assert (bent(mask, none, middle) == mask).all()
    assert (bent(mask, np.array([[30, 30]]), np.array([[2, 2]])) == mask).all()
    for same in (np.ones((5, 5), bool), np.zeros((5, 5), bool)):
        assert (bent(same, np.array([[1, 1]]), none) == same).all()


def test_further_clicks_correct_what_the_picture_does_not_show() -> None:
    """A disc whose right edge fades: it is as dark there as the ground."""
    truth = full(disc(32, 32, 16, 64, 64), 64, 64)
    fading = np.clip((48 - np.arange(64)) / 12, 0, 1)
    noise = np.random.default_rng(3).normal(0, 4, truth.shape)
    pixels = (100 * truth * fading + noise)[..., None]

    def agreement(inside: list[tuple[float, float]]) -> float:
        mask = full(smart_click(pixels, inside)[0].region, 64, 64)
        return float((mask & truth).sum() / (mask | truth).sum())

    assert agreement([(26, 32), (45.5, 32.5)]) > agreement([(26, 32)])
