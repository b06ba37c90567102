"""Smart tools on nuclei whose outlines are known, and on pictures that show nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from piximi_core.annotation.regions import Box, Region, filled_box
from piximi_core.annotation.tools.shapes import ellipse
from piximi_core.annotation.tools.smart import Candidate, smart_box, smart_click
from piximi_core.errors import BadInput
from tests.annotation.tools.nuclei import SIDE, boxes, nuclei
from tests.annotation.tools.pictures import disc, full, is_tidy

PICTURES = [(seed, sign) for sign in (1, -1) for seed in range(4)]


def shown(picture: np.ndarray, channels: int) -> np.ndarray:
    """Return a picture as one channel, or as colours that show it more, less and not."""
    if channels == 1:
        return np.round(1000 + 1000 * picture).astype(np.uint16)[..., None]
    generator = np.random.default_rng(0)
    colours = [
        picture * weight + generator.normal(0, 0.1, picture.shape) for weight in (1, -0.5, 0)
    ]
    return np.clip(128 + 60 * np.stack(colours, axis=2), 0, 255).astype(np.uint8)


def in_common(region: Region | None, mask: np.ndarray) -> float:
    found = full(region, *mask.shape)
    return (found & mask).sum() / (found | mask).sum()


def judged(
    draw: Callable[[np.ndarray, Box], Region | None], loose: float, channels: int = 1
) -> list[float]:
    return [
        in_common(draw(pixels, box), labels == number)
        for seed, sign in PICTURES
        for picture, labels in [nuclei(seed, sign)]
        for pixels in [shown(picture, channels)]
        for number, box in boxes(labels, loose, seed)
    ]


def first(candidates: list[Candidate]) -> Region | None:
    return candidates[0].region if candidates else None


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("loose", [0, 0.15])
def test_a_box_finds_nuclei_better_than_shapes_do(loose: float, channels: int) -> None:
    smart = judged(lambda pixels, box: first(smart_box(pixels, box)), loose, channels)
    inscribed = judged(lambda _pixels, box: ellipse(box[:2], box[2:], SIDE, SIDE), loose)
    whole = judged(lambda _pixels, box: filled_box(box), loose)
    assert np.median(smart) >= 0.93
    assert np.quantile(smart, 0.1) >= 0.8
    assert np.median(smart) > np.median(inscribed) + 0.01
    assert np.median(smart) > np.median(whole) + 0.1


@pytest.mark.parametrize("channels", [1, 3])
def test_a_click_finds_nuclei(channels: int) -> None:
    def clicked(pixels: np.ndarray, box: Box) -> Region | None:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return first(smart_click(pixels, [(x, y)]))

    assert np.median(judged(clicked, 0, channels)) >= 0.9


@pytest.mark.parametrize("radius", [3, 10, 60])
def test_the_window_of_a_click_grows_to_the_object(radius: float) -> None:
    generator = np.random.default_rng(7)
    mask = full(disc(120, 140, 70, 300, 280), 300, 280)
    pixels = (mask * 100 + generator.normal(0, 10, mask.shape))[..., None]
    assert in_common(first(smart_click(pixels, [(100, 120)], radius=radius)), mask) > 0.95


@pytest.mark.parametrize("seed", range(4))
def test_a_click_on_the_ground_never_gives_all_of_it(seed: int) -> None:
    """A spot of it perhaps, but not what lies between the objects, cut off somewhere."""
    picture, labels = nuclei(seed)
    pixels = np.tile(shown(picture, 1), (4, 4, 1))
    ground = np.argwhere(ndimage.distance_transform_edt(labels == 0) > 14)[::400]
    assert len(ground) > 5
    for row, column in ground:
        found = smart_click(pixels, [(column + 0.5, row + 0.5)])
        assert all(each.region.area < 0.02 * pixels.size for each in found)


def test_points_outside_cut_off_what_they_lie_in() -> None:
    generator = np.random.default_rng(7)
    left, right = full(disc(24, 32, 13), 64, 64), full(disc(42, 32, 12), 64, 64)
    # As bright as one another and far into one another: for the picture it is one object.
    pixels = ((left | right) * 100.0 + generator.normal(0, 5, left.shape))[..., None]
    together = first(smart_click(pixels, [(24.5, 32.5), (42.5, 32.5)]))
    assert in_common(together, left | right) > 0.9
    found = smart_click(pixels, [(20.5, 32.5)], [(46.5, 32.5)])
    assert in_common(first(found), left) > 0.75
    for candidate in found:
        mask = full(candidate.region, 64, 64)
        assert mask[32, 20]
        assert not mask[32, 46]


def test_a_box_around_a_large_object_gives_it_in_full_detail() -> None:
    generator = np.random.default_rng(7)
    mask = full(disc(500, 450, 333, 900, 1000), 900, 1000)
    pixels = (mask * 100 + generator.normal(0, 10, mask.shape))[..., None]
    found = smart_box(pixels, (150, 100, 850, 800))
    assert in_common(first(found), mask) > 0.98
    assert in_common(first(smart_click(pixels, [(400, 400)])), mask) > 0.98


def test_objects_at_the_border_reach_the_last_row_and_column() -> None:
    generator = np.random.default_rng(7)
    pixels = generator.normal(0, 5, (60, 70, 1))
    pixels[40:, 45:] += 100
    for found in (smart_box(pixels, (40, 35, 70, 60)), smart_click(pixels, [(60, 50)])):
        assert first(found).box[2:] == (70, 60)
        assert first(found).area == pytest.approx(25 * 20, rel=0.1)


def strange() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(3)
    row, column = np.indices((48, 56))
    inside = ((row - 24) ** 2 + (column - 28) ** 2 < 100)[..., None]
    holes = inside * 9 + generator.normal(0, 1, (48, 56, 2))
    holes[20:24, 22:30, 0], holes[5, 5], holes[0, 0] = np.nan, np.inf, -np.inf
    steps = np.where(inside, 30000, -30000)
    return {
        "one pixel": np.zeros((1, 1, 1)),
        "one row": np.arange(30.0).reshape(1, 30, 1),
        "two pixels": np.array([[[0.0], [1.0]]]),
        "constant": np.full((48, 56, 3), 7, np.uint8),
        "no numbers": np.full((48, 56, 1), np.nan),
        "no channels": np.zeros((48, 56, 0)),
        "holes": holes,
        "int16": (steps + generator.integers(-99, 99, steps.shape)).astype(np.int16),
        "uint16": (inside * 60000 + generator.integers(0, 999, (48, 56, 1))).astype(np.uint16),
        "clean": inside * 255,
        "bool": inside,
        "twelve": inside * np.arange(12.0) + generator.normal(0, 1, (48, 56, 12)),
        "noise": generator.normal(0, 1, (48, 56, 1)),
        "huge": np.where(inside, 1e300, -1e300),
        "tiny": np.where(inside, 1e-300, 0),
    }


FINDS = ("holes", "int16", "uint16", "clean", "bool", "twelve", "huge", "tiny")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", strange())
def test_strange_pictures_never_raise(name: str) -> None:
    pixels = strange()[name]
    height, width = pixels.shape[:2]
    boxes_ = [
        (12, 8, 44, 40),
        (18, 14, 38, 34),
        (44, 40, 12, 8),
        (0, 0, width, height),
        (-50, -50, 500, 500),
        (width - 1, height - 1, width, height),
        (5, 5, 5, 9),
        (900, 5, 990, 9),
    ]
    inner = full(disc(28.5, 24.5, 9.99, 48, 56), 48, 56) if name in FINDS else None
    for number, box in enumerate(boxes_):
        found = smart_box(pixels, box)
        check(found, height, width)
        if inner is not None and number < 3:
            assert in_common(first(found), inner) > 0.85
    for points in ([(28, 24)], [(0, 0), (width - 0.5, height - 0.5)], [], [(-5, 3)]):
        found = smart_click(pixels, points, [(3, 3), (900, 900)])
        check(found, height, width)
        if inner is not None and points == [(28, 24)]:
            assert in_common(first(found), inner) > 0.85


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(12))
def test_points_lie_where_they_were_said_to(seed: int) -> None:
    generator = np.random.default_rng(seed)
    height, width, channels = generator.integers(1, (400, 90, 4)).tolist()
    coarse = generator.normal(0, 1, (height // 9 + 1, width // 9 + 1, channels))
    pixels = np.kron(coarse, np.ones((9, 9, 1)))[:height, :width]
    pixels = pixels + generator.normal(0, 0.2, pixels.shape)
    for _attempt in range(8):
        inside, outside = generator.uniform(0, (width, height), (2, 2, 2))
        radius = float(generator.uniform(0, 50))
        found = smart_click(pixels, inside[:1], outside, radius)
        check(found, height, width)
        for candidate in found:
            mask = full(candidate.region, height, width)
            assert mask[int(inside[0, 1]), int(inside[0, 0])]
            elsewhere = (outside.astype(int) != inside[0].astype(int)).any(axis=1)
            assert not any(mask[int(y), int(x)] for x, y in outside[elsewhere])
        (left, top), (right, bottom) = np.sort([inside[0], outside[0]], axis=0).astype(int)
        check(smart_box(pixels, (left, top, right, bottom)), height, width)


def check(found: list[Candidate], height: int, width: int) -> None:
    assert len(found) <= 3
    scores = [candidate.score for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({candidate.region for candidate in found}) == len(found)
    for candidate in found:
        assert is_tidy(candidate.region)
        full(candidate.region, height, width)


def test_nothing_reaches_beyond_the_box() -> None:
    picture, labels = nuclei(1)
    for _number, (x1, y1, x2, y2) in boxes(labels):
        box = (x1 + 3, y1 + 2, x2 - 4, y2 - 5)
        for candidate in smart_box(picture[..., None], box):
            left, top, right, bottom = candidate.region.box
            assert left >= box[0]
            assert top >= box[1]
            assert right <= box[2]
            assert bottom <= box[3]


def test_points_that_are_no_numbers_are_refused() -> None:
    pixels = np.zeros((9, 9, 1))
    for points, radius in (([(float("nan"), 1)], 5), ([(1, 1)], float("inf"))):
        with pytest.raises(BadInput, match="too long"):
            smart_click(pixels, points, radius=radius)
