"""Imports of what does not fit as it is: other channels, time points, Zarr folders, floats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from piximi_core.errors import PiximiError
from piximi_core.images import Picture, read_picture
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database import history
from piximi_core.project.database.store import Store
from piximi_core.project.files import hash_file
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.sources import SourceFile
from tests.services.conftest import add, colour, grey


def things(store: Store) -> list[Thing]:
    return list_things(store, ThingFilter())


def stored(store: Store, name: str) -> Picture:
    """Read an image of the project as the network and the page do."""
    [thing] = [thing for thing in things(store) if thing.name == name]
    return read_picture(
        store.files.original(thing.file_sha256, thing.extension), channels=thing.read_channels
    )


def test_other_channel_counts_are_refused_or_converted(store: Store, tmp_path: Path) -> None:
    add(store, grey(tmp_path / "first.png"))
    picture = colour(tmp_path / "colour.png")
    refused = add(store, picture)
    [[name, reason]] = refused.failed
    assert (name, refused.added) == ("colour.png", 0)
    assert reason.startswith("has 3 channels, but the images of this project have 1")
    assert add(store, picture, convert=True).added == 1
    found = stored(store, "colour.png")
    # ITU-R BT.601 by hand: 0.299 * 90 + 0.587 * 180 + 0.114 * 30 = 135.99
    assert found.pixels.shape == (1, 6, 8, 1)
    assert set(np.unique(found.pixels)) == {136}
    [thing] = [thing for thing in things(store) if thing.name == "colour.png"]
    assert thing.sha256 == hash_file(picture)
    assert any("grey" in note for note in thing.notes)
    assert add(store, picture).duplicates == (("colour.png", "already in the project"),)


def test_an_empty_project_gets_the_channels_it_is_told(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    colour(folder / "a.png")
    grey(folder / "b.png")
    outcome = add(store, folder, keep_channels=1)
    assert [name for name, _ in outcome.failed] == ["a.png"]
    history.undo(store)
    assert add(store, folder, convert=True).added == 2
    assert {thing.channels for thing in things(store)} == {3}
    assert np.array_equal(stored(store, "b.png").pixels[..., 2], np.full((1, 6, 8), 7))


def test_fewer_channels_than_the_project_has_are_not_invented(store: Store, tmp_path: Path) -> None:
    add(store, colour(tmp_path / "colour.png"))
    two = tmp_path / "two.tif"
    tifffile.imwrite(two, np.ones((2, 6, 8), np.uint8), ome=True, metadata={"axes": "CYX"})
    outcome = add(store, two, convert=True)
    assert outcome.added == 0
    assert "cannot become 3" in outcome.failed[0][1]


def test_one_time_point_of_a_series_is_stored(store: Store, tmp_path: Path) -> None:
    frames = np.arange(4 * 2 * 48, dtype=np.uint16).reshape(4, 2, 6, 8)
    series = tmp_path / "series.tif"
    tifffile.imwrite(series, frames, ome=True, metadata={"axes": "TZYX"})
    with pytest.raises(PiximiError, match="say which one"):
        add(store, series)
    assert things(store) == []
    assert add(store, series, time=3).added == 1
    assert np.array_equal(stored(store, "series.tif").pixels[..., 0], frames[2])
    history.undo(store)
    assert add(store, series, time="planes").added == 1
    assert np.array_equal(stored(store, "series.tif").pixels[..., 0], frames.reshape(8, 6, 8))


def test_a_zarr_folder_is_one_image(store: Store, tmp_path: Path) -> None:
    import zarr

    pixels = np.arange(60, dtype=np.uint8).reshape(6, 10)
    folder = tmp_path / "in"
    array = zarr.create_array(folder / "one.zarr", shape=(6, 10), dtype="u1", zarr_format=2)
    array[:] = pixels
    grey(folder / "two.png")
    assert add(store, folder).added == 2
    assert np.array_equal(stored(store, "one.zarr").pixels[0, ..., 0], pixels)
    assert add(store, folder).added == 0


def test_values_beyond_the_range_of_float_images_are_counted(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "first.tif", tmp_path / "second.tif"
    tifffile.imwrite(first, np.linspace(-1, 1, 48, dtype=np.float32).reshape(6, 8))
    beyond = np.zeros((6, 8), np.float32)
    beyond[0, :5] = 3.5
    tifffile.imwrite(second, beyond)
    add(store, first)
    add(store, second)
    [thing] = [thing for thing in things(store) if thing.name == "second.tif"]
    assert "5 values beyond the project's -1 to 1 are clipped" in thing.notes


def test_of_two_first_imports_the_second_is_refused_what_does_not_fit(
    store: Store, tmp_path: Path
) -> None:
    jobs = [
        add_images.ask(store, [SourceFile(path, path.name)], AddOptions())
        for path in (grey(tmp_path / "grey.png"), colour(tmp_path / "colour.png"))
    ]
    for job in jobs:
        run_job(job.folder)
        assert job.result()["added"] == 1
    for job in jobs:
        assert apply_result(store, job)
    assert [thing.name for thing in things(store)] == ["grey.png"]
    result = add_images.ADD.result(jobs[1])
    assert result.added == 0
    [[name, reason]] = result.failed
    assert name == "colour.png"
    assert reason.startswith("has 3 channels, but the images of this project have 1")
    assert history.undo(store) == "Add 1 image"
    assert things(store) == []
