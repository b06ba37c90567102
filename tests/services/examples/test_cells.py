"""The example "Cells": ordinary files that come in through the ordinary import."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import tifffile

from piximi_core.classification.settings import ModelSettings
from piximi_core.images.synthetic_cells import SHAPES
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import project_name
from piximi_core.services.examples.cells import (
    CELLS_PER_SHAPE,
    PIXEL_SIZE,
    create_cells,
    write_cells,
)
from piximi_core.services.training import train


def test_the_files_are_equal_each_time_and_say_what_they_hold(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_cells(tmp_path / name, tmp_path / f"{name}.csv", per_shape=3)
    files = sorted((tmp_path / "a").iterdir())
    assert len(files) == 9
    for path in files:
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    with tifffile.TiffFile(files[0]) as tif:
        assert tif.series[0].axes == "CYX"
        assert tif.asarray().dtype == "uint16"
        description = tifffile.xml2dict(tif.ome_metadata)["OME"]["Image"]["Pixels"]
    assert [channel["Name"] for channel in description["Channel"]] == ["Nucleus", "Cytoplasm"]
    assert description["PhysicalSizeX"] == description["PhysicalSizeY"] == PIXEL_SIZE
    with (tmp_path / "a.csv").open() as table:
        labels = list(csv.DictReader(table))
    assert len(labels) == 7  # every fourth has none
    assert {row["category"] for row in labels} <= set(SHAPES)


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The whole example, imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXIMI_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
        store, job = create_cells()
        outcome = run_here(store, job)
        assert (outcome.added, outcome.failed) == (3 * CELLS_PER_SHAPE, ())
        assert project_name(create_cells()[0]) == "Cells 2"
    return store


def test_the_project_holds_them_ready_to_train(cells: Store) -> None:
    things = list_things(cells, ThingFilter())
    names = {category.id: category.name for category in list_categories(cells)}
    counts = Counter(names[thing.category_id] for thing in things)
    assert counts["Unknown"] == len(things) // 4
    assert all(counts[shape] > CELLS_PER_SHAPE // 2 for shape in SHAPES)
    first = things[0]
    assert (first.channels, first.bit_depth, first.planes) == (2, 16, 1)
    assert first.pixel_size is not None
    assert (first.pixel_size["x"], first.pixel_size["unit"]) == (PIXEL_SIZE, "µm")
    assert len(first.display["colors"]) == 2


@pytest.mark.slow
def test_a_small_network_learns_them(cells: Store) -> None:
    settings = ModelSettings(name="Cells", input_shape=(48, 48, 2), epochs=20, seed=1)
    result = run_here(cells, train.ask(cells, settings))
    assert result.val_accuracy > 0.85
