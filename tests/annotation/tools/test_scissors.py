"""The magnetic line keeps to edges, in one piece from the first point to the last."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.annotation.tools.scissors import cost, trace
from piximi_core.errors import BadInput
from tests.annotation.tools.pictures import HEIGHT, WIDTH


def picture(height: int = 120, width: int = 140) -> np.ndarray:
    generator = np.random.default_rng(8)
    row, column = np.indices((height, width))
    inside = (row - 60) ** 2 + (column - 70) ** 2 < 40**2
    bright = 1000 + 800 * inside + generator.normal(0, 20, (height, width))
    noise = generator.normal(0, 1, (height, width))
    return np.stack([noise, bright], axis=2)


def test_the_line_keeps_to_the_edge() -> None:
    # From the left of the disc over its top to the right: along the edge, not straight.
    line = trace(cost(picture()), (30, 60), (110, 60))
    away = np.abs(np.hypot(line[:, 0] - 70, line[:, 1] - 60) - 40)
    assert np.quantile(away, 0.95) < 2.5
    assert len(line) > 85


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(st.floats(-5, 20), st.floats(-5, 20)), st.tuples(st.floats(-5, 20), st.floats(-5, 20))
)
def test_the_line_is_in_one_piece_from_end_to_end(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    costs = np.random.default_rng(0).uniform(0.1, 1, (HEIGHT, WIDTH))
    line = trace(costs, start, end)
    most = (WIDTH - 1, HEIGHT - 1)
    assert line[0].tolist() == np.clip(np.floor(start), 0, most).tolist()
    assert line[-1].tolist() == np.clip(np.floor(end), 0, most).tolist()
    assert (np.abs(np.diff(line, axis=0)).max(axis=1) == 1).all()
    assert line.min() >= 0
    assert (line <= most).all()
    assert len(np.unique(line, axis=0)) == len(line)


def test_without_edges_it_is_straight() -> None:
    costs = cost(np.full((30, 300, 3), 9, np.uint8))
    assert (costs == 1).all()
    line = trace(costs, (2, 4), (299, 4))
    assert line[:, 0].tolist() == list(range(2, 300))
    assert (line[:, 1] == 4).all()


def test_costs_lie_between_nothing_and_one() -> None:
    found = cost(picture())
    assert found.min() > 0
    assert found.max() <= 1
    assert found[60, 30] < 0.3 < found[60, 70]


@pytest.mark.filterwarnings("error")
def test_strange_pictures_have_costs_too() -> None:
    generator = np.random.default_rng(4)
    holes = generator.normal(0, 1, (20, 30, 2))
    holes[3:9, 4:8], holes[0, 0] = np.nan, np.inf
    for pixels in (
        np.zeros((1, 1, 1)),
        holes,
        np.full((20, 30, 1), np.nan),
        generator.integers(-9000, 9000, (20, 30, 12), dtype=np.int16),
        np.zeros((4, 5, 0)),
    ):
        found = cost(pixels)
        assert found.shape == pixels.shape[:2]
        assert np.isfinite(found).all()
        assert (found > 0).all()
        trace(found, (0, 0), (99, 99))


def test_points_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(BadInput, match="too long"):
        trace(np.ones((5, 5)), (0, 0), (float("nan"), 3))
