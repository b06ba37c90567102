"""Strokes against the distance of every centre from the path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import draw

from piximi_core.annotation.regions import filled_box
from piximi_core.annotation.tools import brush
from piximi_core.annotation.tools.brush import closed_stroke, stroke
from piximi_core.errors import BadInput
from tests.annotation.tools.pictures import HEIGHT, WIDTH, centres, full, is_tidy, points


def distances(path: list[tuple[float, float]]) -> np.ndarray:
    """Return how far each centre lies from a path, one piece after the other."""
    x, y = centres()
    nearest = np.full((HEIGHT, WIDTH), np.inf)
    for (x1, y1), (x2, y2) in zip(path, [*path[1:], path[-1]], strict=True):
        length = np.hypot(x2 - x1, y2 - y1)
        across, down = ((x2 - x1) / length, (y2 - y1) / length) if length else (0, 0)
        along = np.clip((x - x1) * across + (y - y1) * down, 0, length)
        away = np.hypot(x - x1 - along * across, y - y1 - along * down)
        nearest = np.minimum(nearest, away)
    return nearest


@settings(max_examples=300, deadline=None)
@given(
    st.lists(points, min_size=1, max_size=5),
    st.sampled_from([0.75, 1, 1.5, 2, 2.5, 3]) | st.floats(0.75, 6),
)
def test_a_stroke_is_what_lies_within_the_radius(
    path: list[tuple[float, float]], radius: float
) -> None:
    region = stroke(path, radius, HEIGHT, WIDTH)
    away = distances(path)
    found = full(region)
    assert found[away <= radius].all()
    assert not found[away > radius + 1e-8].any()
    assert is_tidy(region)


@settings(max_examples=200, deadline=None)
@given(st.lists(points, min_size=1, max_size=5), st.floats(0, 0.75))
def test_a_fine_brush_marks_at_least_what_it_is_led_over(
    path: list[tuple[float, float]], radius: float
) -> None:
    region = stroke(path, radius, HEIGHT, WIDTH)
    found, away = full(region), distances(path)
    assert found[away <= radius].all()
    assert not found[away > max(radius, 0.5**0.5) + 1e-8].any()
    assert is_tidy(region)
    inside = [(x, y) for x, y in path if 0 <= x < WIDTH and 0 <= y < HEIGHT]
    if radius < 0.5:
        assert all(found[int(y), int(x)] for x, y in inside)
    assert region is not None or not inside


@pytest.mark.parametrize("radius", [1, 5, 7.5, 20])
def test_a_point_is_the_disc_of_scikit_image(radius: float) -> None:
    expected = np.zeros((50, 60), bool)
    # Its disc is open: what lies at the radius itself is not in it.
    expected[draw.disk((24.5, 30), radius + 1e-6, shape=expected.shape)] = True
    assert (full(stroke([(30.5, 25)], radius, 50, 60), 50, 60) == expected).all()


def test_a_thin_line_has_no_gaps_and_is_a_pixel_wide() -> None:
    region = stroke([(0.5, 0.5), (12.5, 6.5)], 0.5, HEIGHT, WIDTH)
    mask = full(region)
    assert mask.any(axis=0).all()
    assert region.area < 20
    slope = np.eye(11, dtype=bool).tolist()
    assert stroke([(0, 0), (11, 11)], 0.5, 11, 11).mask().tolist() == slope
    assert stroke([(0, 0), (11, 11)], 0, 11, 11).mask().tolist() == slope
    assert stroke([(2.2, 3.3), (2.2, 3.3)], 0, HEIGHT, WIDTH) == filled_box((2, 3, 3, 4))
    assert stroke([(1, 3.3), (4.9, 3.3)], 0, HEIGHT, WIDTH) == filled_box((1, 3, 5, 4))
    assert stroke([(2.2, 8.9), (2.2, 4)], 0.1, HEIGHT, WIDTH) == filled_box((2, 4, 3, 9))


def test_strokes_reach_the_last_row_and_column() -> None:
    assert stroke([(WIDTH, HEIGHT)], 1, HEIGHT, WIDTH).box == (
        WIDTH - 1,
        HEIGHT - 1,
        WIDTH,
        HEIGHT,
    )
    across = stroke([(-50, 5), (50, 5)], 3, HEIGHT, WIDTH)
    assert across == filled_box((0, 2, WIDTH, 8))
    assert stroke([(6, 6)], 40, HEIGHT, WIDTH) == filled_box((0, 0, WIDTH, HEIGHT))


def test_a_stroke_outside_is_no_region() -> None:
    assert stroke([], 3, HEIGHT, WIDTH) is None
    assert stroke(np.empty((0, 2)), 3, HEIGHT, WIDTH) is None
    assert stroke([(-9, 2), (-5, 4)], 3, HEIGHT, WIDTH) is None
    assert stroke([(WIDTH, 2)], 0, HEIGHT, WIDTH) is None


def test_the_blocks_of_a_long_path_are_one_stroke(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    path = np.cumsum(generator.normal(0, 9, (300, 2)), axis=0) + 100
    whole = stroke(path, 6, 200, 200)
    monkeypatch.setattr(brush, "_BLOCK", 50)
    assert stroke(path, 6, 200, 200) == whole


@pytest.mark.parametrize("number", [2e8, float("inf"), float("nan")])
def test_strokes_beyond_any_image_are_refused(number: float) -> None:
    for draw_it in (stroke, closed_stroke):
        with pytest.raises(BadInput, match="too long"):
            draw_it([(0, 0), (number, 5), (3, 3)], 2, HEIGHT, WIDTH)
        with pytest.raises(BadInput, match="too long"):
            draw_it([(0, 0), (5, 5), (1, 1)], number, HEIGHT, WIDTH)


def test_a_path_to_and_fro_is_refused_before_it_fills_the_memory() -> None:
    zigzag = np.array([(x, 1e6 * (x % 2)) for x in range(5000)], float)
    with pytest.raises(BadInput, match="to and fro"):
        stroke(zigzag, 1, 100_000, 5000)


def ring(share: float) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi * share, 60)
    return np.stack([30 + 20 * np.cos(angles), 25 + 15 * np.sin(angles)], axis=1)


def test_a_closed_stroke_is_a_filled_object() -> None:
    x, y = centres(60, 70)
    inside = ((x - 30) / 20) ** 2 + ((y - 25) / 15) ** 2 <= 1
    almost = closed_stroke(ring(0.97), 3, 60, 70)
    assert full(almost, 60, 70)[inside].all()
    assert almost.area > inside.sum()
    is_open = closed_stroke(ring(0.8), 3, 60, 70)
    assert is_open == stroke(ring(0.8), 3, 60, 70)
    assert not full(is_open, 60, 70)[25, 30]


@settings(max_examples=150, deadline=None)
@given(st.lists(points, min_size=1, max_size=6), st.floats(0.75, 5))
def test_a_closed_stroke_is_its_line_and_what_that_encloses(
    path: list[tuple[float, float]], radius: float
) -> None:
    (x1, y1), (x2, y2) = path[0], path[-1]
    is_closed = len(path) > 2 and np.hypot(x2 - x1, y2 - y1) <= 2 * radius
    region = closed_stroke(path, radius, HEIGHT, WIDTH)
    line = distances([*path, path[0]] if is_closed else path) <= radius
    # What lies within a hair of the radius may be on either side of it.
    fine = distances([*path, path[0]] if is_closed else path) <= radius + 1e-8
    least, most = (ndimage.binary_fill_holes(each) if is_closed else each for each in (line, fine))
    found = full(region)
    assert found[least].all()
    assert not found[~most].any()
    assert is_tidy(region)


def test_what_a_closed_stroke_crosses_twice_is_filled_too() -> None:
    eight = [(5, 5), (45, 45), (45, 5), (5, 45), (5, 5)]
    mask = full(closed_stroke(eight, 1, 50, 50), 50, 50)
    assert mask[25, [8, 42]].all()
    assert closed_stroke([(10, 10), (11, 10), (10, 11)], 4, 50, 50) == stroke(
        [(10, 10), (11, 10), (10, 11), (10, 10)], 4, 50, 50
    )
    assert closed_stroke([(-30, 1), (-20, 5), (-30, 2)], 2, 50, 50) is None
