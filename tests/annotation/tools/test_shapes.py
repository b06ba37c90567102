"""Rectangles, ellipses and polygons against counting centres, and against scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import draw

from piximi_core.annotation.regions import filled_box
from piximi_core.annotation.tools.shapes import Point, ellipse, pixel, polygon, rectangle
from piximi_core.errors import BadInput
from tests.annotation.tools.pictures import HEIGHT, WIDTH, centres, full, is_tidy, points


@settings(max_examples=200, deadline=None)
@given(points, points)
def test_a_rectangle_holds_the_centres_in_the_box(start: Point, end: Point) -> None:
    x, y = centres()
    (left, right), (top, bottom) = sorted([start[0], end[0]]), sorted([start[1], end[1]])
    expected = (left <= x) & (x < right) & (top <= y) & (y < bottom)
    region = rectangle(start, end, HEIGHT, WIDTH)
    assert (full(region) == expected).all()
    assert is_tidy(region)
    assert region == rectangle(end, start, HEIGHT, WIDTH)


@settings(max_examples=200, deadline=None)
@given(points, points)
def test_an_ellipse_holds_the_centres_inside(start: Point, end: Point) -> None:
    region = ellipse(start, end, HEIGHT, WIDTH)
    assert is_tidy(region)
    across, down = abs(end[0] - start[0]) / 2, abs(end[1] - start[1]) / 2
    if min(across, down) < 1e-9:
        assert region is None
        return
    x, y = centres()
    away = ((x - (start[0] + end[0]) / 2) / across) ** 2
    away = away + ((y - (start[1] + end[1]) / 2) / down) ** 2
    found = full(region)
    assert found[away < 1 - 1e-9].all()
    assert not found[away > 1 + 1e-9].any()


@pytest.mark.parametrize(("x", "y", "across", "down"), [(30, 25, 12, 7), (22.5, 31.5, 3.2, 19.7)])
def test_an_ellipse_is_that_of_scikit_image(x: float, y: float, across: float, down: float) -> None:
    expected = np.zeros((50, 60), bool)
    # Its coordinates are those of centres.
    expected[draw.ellipse(y - 0.5, x - 0.5, down, across, shape=expected.shape)] = True
    region = ellipse((x - across, y - down), (x + across, y + down), 50, 60)
    assert (full(region, 50, 60) == expected).all()


@given(points)
def test_a_pixel_is_the_one_that_holds_the_point(point: Point) -> None:
    x, y = point
    whole = np.zeros((HEIGHT, WIDTH), bool)
    if 0 <= x < WIDTH and 0 <= y < HEIGHT:
        whole[int(y), int(x)] = True
    found = pixel(point, HEIGHT, WIDTH)
    np.testing.assert_array_equal(full(found), whole)
    assert found is None or is_tidy(found)


def test_shapes_over_the_whole_image_reach_its_last_row_and_column() -> None:
    assert rectangle((0, 0), (WIDTH, HEIGHT), HEIGHT, WIDTH) == filled_box((0, 0, WIDTH, HEIGHT))
    assert ellipse((0, 0), (WIDTH, HEIGHT), HEIGHT, WIDTH).box == (0, 0, WIDTH, HEIGHT)
    corners = [(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]
    assert polygon(corners, HEIGHT, WIDTH) == filled_box((0, 0, WIDTH, HEIGHT))
    assert polygon(np.array(corners), HEIGHT, WIDTH) == filled_box((0, 0, WIDTH, HEIGHT))


def test_boxes_side_by_side_share_no_pixel_and_leave_none_out() -> None:
    left, right = rectangle((0, 0), (4.5, 3), 3, 9), rectangle((4.5, 0), (9, 3), 3, 9)
    assert (full(left, 3, 9).astype(int) + full(right, 3, 9) == 1).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 12), st.floats(0, 10)), min_size=3, max_size=6))
def test_a_polygon_is_that_of_scikit_image(corners: list[Point]) -> None:
    ring = np.array(corners)
    expected = draw.polygon2mask((HEIGHT, WIDTH), ring[:, ::-1] - 0.5)
    # The two part only where a centre lies on the line itself.
    start, end = ring, np.roll(ring, -1, axis=0)
    x, y = centres()
    on_line = np.zeros((HEIGHT, WIDTH), bool)
    for (x1, y1), (x2, y2) in zip(start, end, strict=True):
        square = max((x2 - x1) ** 2 + (y2 - y1) ** 2, 1e-300)
        share = np.clip(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / square, 0, 1)
        on_line |= np.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1)) < 1e-6
    region = polygon(corners, HEIGHT, WIDTH)
    assert (full(region) == expected)[~on_line].all()
    assert is_tidy(region)


def test_what_an_outline_goes_around_twice_is_outside() -> None:
    bow_tie = [(0, 0), (10, 10), (10, 0), (0, 10)]
    mask = full(polygon(bow_tie, 10, 10), 10, 10)
    assert mask[5, [1, 8]].all()
    assert not mask[[1, 8], 5].any()
    twice = [(0, 0), (6, 0), (6, 6), (0, 6), (0, 0), (2, 2), (4, 2), (4, 4), (2, 4), (2, 2)]
    assert polygon(twice, 10, 10).area == 36 - 4


def test_what_holds_no_pixel_is_no_region() -> None:
    assert rectangle((3, 3), (3, 3), HEIGHT, WIDTH) is None
    assert rectangle((3.1, 3), (3.4, 8), HEIGHT, WIDTH) is None
    assert rectangle((-9, -9), (-1, 5), HEIGHT, WIDTH) is None
    assert ellipse((3, 3), (3, 9), HEIGHT, WIDTH) is None
    assert ellipse((20, 3), (30, 9), HEIGHT, WIDTH) is None
    for few in ([], [(1, 1)], [(1, 1), (5, 5)], [(1, 1), (5, 1), (9, 1)]):
        assert polygon(few, HEIGHT, WIDTH) is None


@pytest.mark.parametrize("number", [2e8, 1e308, float("inf"), float("nan")])
def test_points_beyond_any_image_are_refused(number: float) -> None:
    for draw_it in (rectangle, ellipse):
        with pytest.raises(BadInput, match="too long"):
            draw_it((0, number), (5, 5), HEIGHT, WIDTH)
    with pytest.raises(BadInput, match="too long"):
        pixel((number, 1), HEIGHT, WIDTH)
    with pytest.raises(BadInput, match="too long"):
        polygon([(0, 0), (5, 5), (number, 5)], HEIGHT, WIDTH)


def test_large_shapes_take_no_memory() -> None:
    far = 9e7
    whole = filled_box((0, 0, WIDTH, HEIGHT))
    for draw_it in (rectangle, ellipse):
        assert draw_it((-far, -far), (far, far), HEIGHT, WIDTH) == whole
    assert ellipse((0, 0), (90_000, 60_000), 60_000, 90_000).box == (0, 0, 90_000, 60_000)
