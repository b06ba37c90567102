"""Objects drawn with every tool go out in each format and come back, pixel for pixel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from piximi_core.annotation.regions import Region, filled_box, join_regions, region_of
from piximi_core.annotation.tools import (
    brush,
    combining,
    edits,
    flood,
    scissors,
    shapes,
    smart,
    superpixels,
    threshold,
)
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.drawing import Canvas, draw_object, merge_objects, split_object
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store, open_store
from piximi_core.services.annotations import export_annotations
from piximi_core.services.annotations.export_annotations import delivered_annotations
from piximi_core.services.piximi import save_piximi
from piximi_core.services.piximi.open_piximi import open_here
from piximi_core.services.projects import archive
from piximi_core.services.projects.open_archive import restore_archive
from tests.services.annotations.in_and_out import bring_in, facts, take_out, twin
from tests.services.conftest import add

HEIGHT, WIDTH, PLANES = 60, 80, 3
SIZE = (HEIGHT, WIDTH)
# Formats with room for outlines of any form; what the others keep is told below.
EXACT = [("coco", "polygons"), ("coco", "runs"), ("piximi", "1.1.4"), ("geojson", "")]
WITH_PLANES = ("piximi", "geojson")


def picture() -> np.ndarray:
    """Two bright discs, one of them noisy, on uneven ground: ``[Z, H, W]``."""
    random = np.random.default_rng(12)
    rows, columns = np.indices(SIZE) + 0.5
    one = (columns - 20) ** 2 + (rows - 20) ** 2 < 100
    other = (columns - 55) ** 2 + (rows - 35) ** 2 < 144
    plane = 200 + 2 * columns + 900 * one + 700 * other + random.normal(0, 15, SIZE)
    return np.stack([plane] * PLANES).round().astype(np.uint16)


@cache
def drawn() -> dict[str, Region | None]:
    """What each tool draws, and what is hard to write down."""
    pixels = picture()[0][..., None]
    ring = [(30 + 12 * np.cos(t), 30 + 9 * np.sin(t)) for t in np.linspace(0, 6, 30)]
    # As the magnetic tool draws: from click to click along the edge, then as a polygon.
    costs, corners = scissors.cost(pixels), [(43, 35), (55, 23), (67, 35), (55, 47), (43, 35)]
    sides = [scissors.trace(costs, start, end) for start, end in pairwise(corners)]
    line = np.concatenate(sides) + 0.5
    disc, hole = shapes.ellipse((5, 5), (35, 35), *SIZE), filled_box((15, 14, 22, 20))
    checked = [filled_box((40 + x, 5 + x % 2, 41 + x, 6 + x % 2)) for x in range(8)]
    return {
        "rectangle": shapes.rectangle((3, 4), (20, 12), *SIZE),
        "ellipse": shapes.ellipse((30.5, 7), (61, 22.5), *SIZE),
        "polygon": shapes.polygon([(2, 2), (40, 9), (9, 50), (30, 30), (2, 40)], *SIZE),
        "bow tie": shapes.polygon([(2, 2), (40, 40), (40, 2), (2, 40)], *SIZE),
        "pen": brush.stroke(ring, 2.5, *SIZE),
        "closed pen": brush.closed_stroke(ring, 2.5, *SIZE),
        "color": flood.flood(pixels, (20, 20), 60),
        "threshold": threshold.threshold(pixels, (0, 0, WIDTH, HEIGHT), 700),
        "quick": superpixels.pick(superpixels.superpixels(pixels, 12), [(20, 20), (55, 35)]),
        "magnetic": shapes.polygon(line, *SIZE),
        "smart box": smart.smart_box(pixels, (8, 8, 32, 32))[0].region,
        "smart click": smart.smart_click(pixels, [(55, 35)])[0].region,
        "a hole": combining.combine("subtract", disc, hole, *SIZE),
        "an island in a hole": join_regions(
            [
                combining.combine("subtract", disc, hole, *SIZE) or hole,
                filled_box((17, 16, 19, 18)),
            ]
        ),
        "several parts": join_regions([filled_box((1, 1, 4, 3)), filled_box((70, 50, 75, 58))]),
        "corners that touch": join_regions(checked),
        "inverted": combining.combine("invert", disc, None, *SIZE),
        "one pixel": filled_box((33, 17, 34, 18)),
        "the first pixel": filled_box((0, 0, 1, 1)),
        "the last pixel": filled_box((WIDTH - 1, HEIGHT - 1, WIDTH, HEIGHT)),
        "the last row": filled_box((0, HEIGHT - 1, WIDTH, HEIGHT)),
        "the right border": edits.grow(filled_box((74, 20, 79, 30)), 3, *SIZE),
        "all of it": filled_box((0, 0, WIDTH, HEIGHT)),
    }


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A stack with all of them, in planes by turns; some are split, joined and labelled."""
    room = tmp_path_factory.mktemp("hand")
    store, path = create_store(room / "project", "By hand"), room / "stack.ome.tif"
    tifffile.imwrite(path, picture(), ome=True, metadata={"axes": "ZYX"}, photometric="minisblack")
    add(store, path)
    [image] = list_things(store, ThingFilter())
    kind = create_kind(store, "cell").id
    labels = [create_category(store, name, kind_id=kind).id for name in ("round", "long")]
    for number, (name, region) in enumerate(drawn().items()):
        canvas = Canvas(image.id, number % PLANES)
        label = [None, *labels][number % 3]
        draw_object(store, canvas, region, object_id=name, kind_id=kind, category_id=label)
    line = [(0, 30.5), (WIDTH, 30.5)]
    split_object(store, "inverted", lambda whole: edits.split(whole, line))
    for name, x in (("left", 5), ("right", 50)):
        draw_object(store, canvas, filled_box((x, 20, x + 9, 28)), object_id=name, kind_id=kind)
    merge_objects(store, ["left", "right"])
    return store


def flat(objects: Counter[Any]) -> Counter[Any]:
    """The same objects without their planes."""
    found: Counter[Any] = Counter()
    for (name, _plane, *rest), count in objects.items():
        found[(name, 0, *rest)] += count
    return found


def masks(objects: Counter[Any]) -> Sequence[Any]:
    return sorted((plane, box, runs) for _name, plane, box, runs, _label in objects.elements())


def test_every_tool_has_drawn_something() -> None:
    assert all(region is not None and region.area for region in drawn().values())


@pytest.mark.parametrize(("name", "style"), EXACT)
def test_a_format_of_outlines_keeps_every_pixel(
    hand: Store, tmp_path: Path, name: str, style: str
) -> None:
    other = twin(hand, tmp_path / "twin")
    bring_in(other, take_out(hand, name, style=style))
    expected = facts(hand) if name in WITH_PLANES else flat(facts(hand))
    assert facts(other) == expected


def test_a_project_of_piximi_keeps_every_pixel(hand: Store, tmp_path: Path) -> None:
    saving = save_piximi.ask(hand)
    run_here(hand, saving)
    open_here(save_piximi.saved_file(saving), tmp_path / "opened")
    assert facts(open_store(tmp_path / "opened")) == facts(hand)


def test_an_archive_keeps_every_pixel_and_every_name(hand: Store, tmp_path: Path) -> None:
    run_here(hand, archive.ask(hand, tmp_path / "out.zip"))
    restore_archive(tmp_path / "out.zip", tmp_path / "restored")
    restored = open_store(tmp_path / "restored")
    assert facts(restored) == facts(hand)
    assert list_objects(restored) == list_objects(hand)


def test_rois_of_imagej_keep_every_pixel(hand: Store, tmp_path: Path) -> None:
    other = twin(hand, tmp_path / "twin")
    bring_in(other, take_out(hand, "imagej"))
    assert masks(facts(other)) == masks(facts(hand))


@pytest.mark.parametrize("name", ["labels", "masks"])
def test_where_one_pixel_is_one_object_s_the_later_one_has_it(
    hand: Store, tmp_path: Path, name: str
) -> None:
    """The format says so where it is chosen, and names what is hidden altogether."""
    seen: dict[int, np.ndarray] = {}
    rows = list_objects(hand)
    for number, row in enumerate(rows, start=1):
        x1, y1, x2, y2 = row.box
        plane = seen.setdefault(row.plane, np.zeros(SIZE, int))
        plane[y1:y2, x1:x2][Region(row.box, row.runs).mask()] = number
    left = [
        (plane, region.box, region.runs)
        for plane, numbers in seen.items()
        for number in np.unique(numbers[numbers > 0])
        if (region := region_of(numbers == number)) is not None
    ]
    job = export_annotations.ask(hand, name)
    written = run_here(hand, job)
    assert 0 < len(left) < len(rows)
    assert written.problem_count == len(rows) - len(left)
    other = twin(hand, tmp_path / "twin")
    bring_in(other, delivered_annotations(job))
    assert masks(facts(other)) == sorted(left)


def test_a_format_of_boxes_keeps_boxes(hand: Store, tmp_path: Path) -> None:
    """What is lost is said where it is chosen: the format is offered as one of boxes."""
    other = twin(hand, tmp_path / "twin")
    bring_in(other, take_out(hand, "voc"))
    kept = Counter((box, runs) for _plane, box, runs in masks(facts(other)))
    boxes = [filled_box(row.box) for row in list_objects(hand)]
    assert kept == Counter((box.box, box.runs) for box in boxes)
