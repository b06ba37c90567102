"""Try one: the same numbers as `predict` gives, from any picture, and nothing of it left."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.scoring.predict_files import predict_files
from piximi_core.services.scoring.try_one import answer, get_ready, kept_briefly
from piximi_core.services.training import train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """200 digits and a run of two epochs."""
    store = create_store(tmp_path_factory.mktemp("project") / "digits", "Digits")
    add_digits(store, limit=200)
    settings = ModelSettings(name="Digits", input_shape=(20, 20, 1), epochs=2, seed=1)
    run_here(store, train.ask(store, settings))
    return store


@pytest.fixture
def run_folder(trained: Store) -> Path:
    """The folder of the run."""
    return trained.files.run(find_run(trained, "latest").id)


def test_the_numbers_are_those_of_the_command_line(trained: Store, run_folder: Path):
    get_ready(run_folder)
    for thing in list_things(trained, ThingFilter(), limit=5):
        path = trained.files.original(thing.file_sha256, thing.extension)
        one = answer(run_folder, path, thing.name)
        [expected] = predict_files(run_folder, [SourceFile(path, thing.name)]).probabilities
        assert np.array(one.probabilities, np.float32).tobytes() == expected.tobytes()
        assert (one.size, one.seen_size, one.planes, one.notes) == ((8, 8), (20, 20), 1, ())
        assert one.preview.startswith(b"\xff\xd8")  # JPEG


def test_a_photograph_is_turned_into_grey_and_that_is_said(run_folder: Path, tmp_path: Path):
    grey = np.random.default_rng(1).integers(0, 256, (30, 40), np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(np.stack([grey] * 3, axis=2)).save(tmp_path / "color.png")
    plain = answer(run_folder, tmp_path / "grey.png", "grey.png")
    converted = answer(run_folder, tmp_path / "color.png", "color.png")
    # Equal red, green and blue are that grey, and so are the probabilities.
    assert converted.probabilities == plain.probabilities
    assert plain.notes == ()
    assert any("3 channels turned into grey" in note for note in converted.notes)


def test_what_cannot_be_used_is_refused_in_one_sentence(run_folder: Path, tmp_path: Path):
    (tmp_path / "text").write_bytes(b"<svg>no picture</svg>" * 10)
    with pytest.raises(BadInput) as refused:
        answer(run_folder, tmp_path / "text", "../../notes.png")
    assert "notes.png" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_of_a_stack_the_first_plane_is_looked_at(run_folder: Path, tmp_path: Path):
    stack = np.random.default_rng(2).integers(0, 65_536, (3, 16, 16), np.uint16)
    tifffile.imwrite(tmp_path / "stack.ome.tif", stack, metadata={"axes": "ZYX"})
    tifffile.imwrite(tmp_path / "first.tif", stack[0])
    one = answer(run_folder, tmp_path / "stack.ome.tif", "stack.ome.tif")
    assert one.planes == 3
    assert one.probabilities == answer(run_folder, tmp_path / "first.tif", "f").probabilities


def test_of_a_series_the_first_time_point_is_looked_at(run_folder: Path, tmp_path: Path):
    series = np.random.default_rng(3).integers(0, 65_536, (4, 16, 16), np.uint16)
    tifffile.imwrite(tmp_path / "series.ome.tif", series, metadata={"axes": "TYX"})
    tifffile.imwrite(tmp_path / "first.tif", series[0])
    one = answer(run_folder, tmp_path / "series.ome.tif", "series.ome.tif")
    assert (one.planes, one.notes) == (1, ("the first of 4 time points taken",))
    assert one.probabilities == answer(run_folder, tmp_path / "first.tif", "f").probabilities


def test_nothing_is_kept_whatever_happens(trained: Store):
    room = trained.files.cache / "tried"
    with kept_briefly(trained, b"content") as path:
        assert path.read_bytes() == b"content"
    with pytest.raises(ZeroDivisionError), kept_briefly(trained, b"content"):
        raise ZeroDivisionError
    assert list(room.iterdir()) == []
    (room / "left by a killed dashboard").write_bytes(b"old")
    os.utime(room / "left by a killed dashboard", (0, time.time() - 4000))
    with kept_briefly(trained, b"new") as path:
        assert list(room.iterdir()) == [path]


def test_files_of_other_channels_get_equal_numbers_both_ways(run_folder: Path, tmp_path: Path):
    random = np.random.default_rng(4)
    pages = random.integers(0, 65_536, (4, 16, 16), np.uint16)
    with tifffile.TiffWriter(tmp_path / "stack.tif") as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", metadata=None, contiguous=False)
    series = random.integers(0, 65_536, (3, 16, 16), np.uint16)
    tifffile.imwrite(tmp_path / "series.ome.tif", series, metadata={"axes": "TYX"})
    Image.fromarray(random.integers(0, 256, (30, 40, 3), np.uint8)).save(tmp_path / "color.png")
    for name in ("stack.tif", "series.ome.tif", "color.png"):
        path = tmp_path / name
        one = answer(run_folder, path, name)
        found = predict_files(run_folder, [SourceFile(path, name)])
        assert found.failed == ()
        assert np.array(one.probabilities, np.float32).tobytes() == found.probabilities.tobytes()
    second = tmp_path / "second.tif"
    tifffile.imwrite(second, series[1])
    at_two = predict_files(run_folder, [SourceFile(tmp_path / "series.ome.tif", "s")], time=2)
    alone = predict_files(run_folder, [SourceFile(second, "s")])
    assert at_two.probabilities.tobytes() == alone.probabilities.tobytes()
    # Two channels to a plane: the first of them is what a grey network takes.
    split = predict_files(run_folder, [SourceFile(tmp_path / "stack.tif", "s")], channels=2)
    assert split.failed == ()
    uneven = predict_files(run_folder, [SourceFile(tmp_path / "stack.tif", "s")], channels=3)
    assert "4 frames" in uneven.failed[0][1]


def test_what_was_done_to_files_is_counted_and_plain_ones_say_nothing(
    run_folder: Path, tmp_path: Path
):
    values = np.linspace(-1, 1, 256, dtype=np.float32).reshape(16, 16)
    for name, pixels in (("0.tif", values), ("1.tif", values / 2), ("2.tif", np.abs(values))):
        tifffile.imwrite(tmp_path / name, pixels)
    grey = np.zeros((16, 16), np.uint8)
    Image.fromarray(grey).save(tmp_path / "plain.png")
    found = predict_files(run_folder, [SourceFile(tmp_path, "in")], float_range=(0.0, 1.0))
    assert len(found.names) == 4
    assert found.notes == (("values beyond the project's 0 to 1 are clipped", 2),)
