"""The folder of projects."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest

from piximi_core.annotation.regions import filled_box
from piximi_core.errors import BadInput, NotFound
from piximi_core.project.contents.drawing import Canvas, draw_object
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.runs import find_run, list_runs
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.workspace import (
    SHOWN_PICTURES,
    create_project,
    folder_name,
    list_projects,
    open_project,
    project_name,
    rename_project,
)
from piximi_core.services.examples.digits import add_digits


def test_projects_of_one_name_get_folders_of_their_own(tmp_path: Path) -> None:
    first, second = create_project("Zellen ☃", tmp_path), create_project("Zellen ☃", tmp_path)
    assert (first.folder.name, second.folder.name) == ("zellen", "zellen-2")
    assert project_name(second) == "Zellen ☃"
    assert {p.address for p in list_projects(tmp_path)} == {"zellen", "zellen-2"}
    rename_project(second, "Kept")
    assert open_project("zellen-2", tmp_path) is second
    assert project_name(second) == "Kept"


@pytest.mark.parametrize("name", ["../../etc", "/abs", "a" * 300, "🧫", "con", "..", "<b>"])
def test_names_never_become_paths(tmp_path: Path, name: str) -> None:
    (tmp_path / "w").mkdir()
    store = create_project(name, tmp_path / "w")
    assert store.folder.parent == tmp_path / "w"
    assert project_name(store) == name
    assert folder_name(name).isascii()


@pytest.mark.parametrize("address", ["../x", "/etc", "", "a/b", ".hidden", "x" * 200, "nothing"])
def test_addresses_stay_inside_the_workspace(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotFound):
        open_project(address, tmp_path)


def test_a_damaged_project_is_listed_with_the_reason(tmp_path: Path) -> None:
    create_project("good", tmp_path)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "project.sqlite").write_bytes(b"rubbish" * 1000)
    trouble = {p.address: p.trouble for p in list_projects(tmp_path)}
    assert trouble["good"] is None
    assert "cannot be read" in str(trouble["bad"])


def test_an_empty_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="needs a name"):
        create_project("  ", tmp_path)


def test_a_project_without_runs(tmp_path: Path) -> None:
    store = create_project("none", tmp_path)
    assert list_runs(store) == []
    with pytest.raises(NotFound, match="train one first"):
        find_run(store, "latest")


def test_the_list_says_when_something_was_last_done_and_shows_one_of_each(tmp_path: Path) -> None:
    before = time.time() - 1
    store = create_project("Digits", tmp_path)
    add_digits(store, limit=60)
    [found] = list_projects(tmp_path)
    assert before < found.used_at < time.time() + 1
    things = {thing.file_sha256: thing for thing in list_things(store, ThingFilter())}
    shown = [things[sha256] for sha256 in found.pictures]
    assert len(shown) == SHOWN_PICTURES
    assert len({thing.category_id for thing in shown}) == SHOWN_PICTURES
    # Only looking at it is no use of it.
    store.close()
    open_project("digits", tmp_path)
    assert list_projects(tmp_path) == [found]
    rename_project(store, "Renamed")
    [renamed] = list_projects(tmp_path)
    assert renamed.name == "Renamed"
    assert renamed.used_at >= found.used_at


def test_the_list_counts_objects(tmp_path: Path) -> None:
    store = create_project("Digits", tmp_path)
    add_digits(store, limit=20)
    kind = create_kind(store, "stroke")
    canvas = Canvas(list_things(store, ThingFilter())[0].id, 0)
    for name in "ab":
        draw_object(store, canvas, filled_box((0, 0, 4, 4)), object_id=name, kind_id=kind.id)
    [found] = list_projects(tmp_path)
    assert (found.images, found.objects) == (20, 2)


def test_figures_read_while_a_change_was_being_written_are_not_kept(tmp_path: Path) -> None:
    store = create_project("Digits", tmp_path)
    files = [store.folder / "project.sqlite", store.folder / "project.sqlite-wal"]
    rename_project(store, "Before")
    with sqlite3.connect(files[0]) as other:
        # From here on the log is written from its beginning again, and keeps its length.
        other.execute("PRAGMA wal_checkpoint(RESTART)")
    other.close()
    sizes = [file.stat().st_size for file in files]
    times = [file.stat().st_mtime_ns for file in files]
    assert [project.name for project in list_projects(tmp_path)] == ["Before"]
    # What was just read stands for what a reader meets between the writing and the commit: the
    # files look as they will afterwards, the figures are the old ones.
    rename_project(store, "Changed")
    for file, at in zip(files, times, strict=True):
        os.utime(file, ns=(at, at))
    assert [file.stat().st_size for file in files] == sizes
    assert [project.name for project in list_projects(tmp_path)] == ["Changed"]
