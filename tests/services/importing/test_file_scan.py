"""What files are before they are added: grouped, sampled honestly, hostile ones told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from piximi_core.services.importing import file_scan
from piximi_core.services.importing.file_scan import (
    FileSort,
    Look,
    Sighting,
    channel_choices,
    proposed_channels,
)
from piximi_core.services.importing.sources import SourceFile
from tests.services.conftest import write_classes, write_tiff_pages

GREY = FileSort("PNG", 8, "unsigned", 0, 1, 1, 1, None)


def seen(*paths: Path, before: Look | None = None) -> Sighting:
    look = Look([SourceFile(path, path.name) for path in paths], before)
    assert look.wait(60)
    return look.sighting()


def test_alike_files_are_one_sort_with_their_sizes(tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=3)
    Image.new("L", (50, 10)).save(folder / "wide.png")
    found = seen(folder)
    assert found.done
    assert found.complete
    assert (found.looked, found.sorts, found.unreadable) == (7, {GREY: 7}, ())
    assert found.sizes[GREY] == ((10, 50), (24, 24))
    assert found.channel_counts(None) == {1: 7}


def test_questions_and_unreadable_files_are_told(tmp_path: Path) -> None:
    stack = write_tiff_pages(tmp_path / "stack.tif", 6)
    (tmp_path / "text.png").write_text("no image")
    Image.new("RGB", (4, 4)).save(tmp_path / "colour.png")
    found = seen(stack, tmp_path / "text.png", tmp_path / "colour.png")
    [sort] = found.open_questions("channels")
    assert (sort.frames, sort.channels, found.open_questions("time")) == (6, None, [])
    [(name, reason)] = found.unreadable
    assert name == "text.png"
    assert reason.endswith(".")
    assert found.channel_counts(None) == {3: 1}
    assert found.channel_counts(2) == {2: 1, 3: 1}


def test_zips_are_looked_into_as_far_as_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_classes(tmp_path / "in", count=5)
    packed = Path(shutil.make_archive(str(tmp_path / "in"), "zip", folder))
    assert seen(packed).sorts == {GREY: 10}
    monkeypatch.setattr(file_scan, "_MOST_OF_ZIP", 4)
    part = seen(packed)
    assert (part.sorts, part.complete) == ({GREY: 4}, False)
    monkeypatch.setattr(file_scan, "_MOST_FILES", 3)
    assert (seen(folder).looked, seen(folder).complete) == (3, False)
    (tmp_path / "torn.zip").write_bytes(packed.read_bytes()[:200])
    [(name, _reason)] = seen(tmp_path / "torn.zip").unreadable
    assert name == "torn.zip"


def test_a_look_that_takes_too_long_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_scan, "_MOST_SECONDS", -1)
    found = seen(write_classes(tmp_path / "in", count=3))
    assert (found.done, found.complete, found.looked) == (True, False, 0)


def test_a_file_that_is_gone_is_told_and_ends_the_look(tmp_path: Path) -> None:
    [(_name, reason)] = seen(tmp_path / "gone.png").unreadable
    assert "no file or folder" in reason


def test_answers_are_taken_over(tmp_path: Path) -> None:
    path = write_classes(tmp_path / "in", ("a",), 1) / "a" / "a-00.png"
    first = Look([SourceFile(path, "a.png")])
    assert first.wait(60)
    path.unlink()
    path.touch()
    assert seen(path, before=first).sorts == {GREY: 1}


@pytest.mark.parametrize(
    ("frames", "project", "choices", "proposed"),
    [
        ([9], None, [1, 3, 9], 1),
        ([9], 3, [1, 3, 9], 3),
        ([3], None, [1, 3], 3),
        ([9, 12], None, [1, 3], 3),
        ([7, 12], 2, [1], 1),
        ([1000], 7, [1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100], 1),
    ],
)
def test_channel_counts_that_divide_the_frames_are_offered(
    frames: list[int], project: int | None, choices: list[int], proposed: int
) -> None:
    assert channel_choices(frames) == choices
    assert proposed_channels(choices, project) == proposed
