"""What is said of Piximi's other view before a classifier goes there, and what an export compares.

Which sizes go black is proved in `tests/browser/classifiers/test_resize_edges.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.classifiers import export
from piximi_core.services.classifiers.export_notes import export_notes
from piximi_core.services.training import train
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow

SETTINGS = ModelSettings(input_shape=(28, 28, 1), epochs=1, seed=1, name="small")


@pytest.fixture
def trained(tmp_path: Path) -> Store:
    """A run on 8 images of 56 x 24, whose last row is black at 28 x 28, and 4 of 24 x 24."""
    store = create_store(tmp_path / "project", "Test project")
    add(store, write_classes(tmp_path / "tall", count=4, shape=(56, 24)), labels="folders")
    add(store, write_classes(tmp_path / "square", count=2, seed=8), labels="folders")
    run_here(store, train.ask(store, SETTINGS))
    return store


def test_black_lines_are_counted(trained: Store) -> None:
    (note,) = export_notes(trained, find_run(trained, "latest"))
    assert note.startswith("Piximi would see 8 of 12 images with a black last row or column")
    assert "28 x 28" in note


def test_the_command_line_says_so_too(trained: Store, tmp_path: Path, run: Any) -> None:
    out, err = run("export", trained.folder, "latest", "--out", tmp_path / "out.zip")
    assert "compared on 12 images" in out
    assert "note: Piximi would see 8 of 12 images" in err


def test_without_images_random_pictures_are_compared(trained: Store, run: Any) -> None:
    delete_things(trained, find_ids(trained, ThingFilter()))
    job = export.ask(trained, find_run(trained, "latest"), "piximi")
    result = run_here(trained, job)
    assert (result.compared, result.random) == (32, True)
    assert 0 <= result.difference < 1e-5
    out, err = run("export", trained.folder, "latest", "--out", trained.folder / "out.zip")
    assert "compared on 32 random pictures, because the project holds nothing" in out
    assert err == ""
