"""The bin: a deleted project comes back whole, or is gone, and never something between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from piximi_core.errors import NotFound, ProjectBusy
from piximi_core.project.care.bin import KEPT_DAYS, binned, empty_bin, put_into_bin, restore, sweep
from piximi_core.project.database.lock import writer_lock
from piximi_core.project.workspace import (
    create_project,
    list_projects,
    open_project,
    project_name,
    rename_project,
)


def addresses(root: Path) -> list[str]:
    """The addresses of the projects that are listed."""
    return [project.address for project in list_projects(root)]


def test_a_deleted_project_comes_back_as_it_was(tmp_path: Path) -> None:
    store = create_project("Blood cells", tmp_path)
    rename_project(store, "Blood, July")
    kept = store.files.original("a" * 64, "png")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"picture")
    entry = put_into_bin("blood-cells", tmp_path)
    assert addresses(tmp_path) == []
    with pytest.raises(NotFound):
        open_project("blood-cells", tmp_path)
    [found] = binned(tmp_path)
    assert (found.entry, found.address, found.name) == (entry, "blood-cells", "Blood, July")
    assert abs(found.deleted_at - datetime.now(UTC).timestamp()) < 60
    assert restore(entry, tmp_path) == "blood-cells"
    assert binned(tmp_path) == []
    back = open_project("blood-cells", tmp_path)
    assert project_name(back) == "Blood, July"
    assert back.files.original("a" * 64, "png").read_bytes() == b"picture"
    rename_project(back, "Writable again")


def test_where_its_place_is_taken_it_comes_back_beside(tmp_path: Path) -> None:
    create_project("Cells", tmp_path)
    entry = put_into_bin("cells", tmp_path)
    create_project("Cells", tmp_path)
    assert restore(entry, tmp_path) == "cells-2"
    assert sorted(addresses(tmp_path)) == ["cells", "cells-2"]


def test_two_of_one_name_lie_side_by_side(tmp_path: Path) -> None:
    entries = []
    for _ in range(2):
        create_project("Cells", tmp_path)
        entries.append(put_into_bin("cells", tmp_path))
    assert [project.entry for project in binned(tmp_path)] == entries[::-1]


def test_a_project_that_someone_writes_stays(tmp_path: Path) -> None:
    store = create_project("Cells", tmp_path)
    with writer_lock(store.folder), pytest.raises(ProjectBusy, match="being written by"):
        put_into_bin("cells", tmp_path)
    assert addresses(tmp_path) == ["cells"]


def test_a_damaged_project_can_be_deleted_and_restored(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "project.sqlite").write_bytes(b"no database" * 100)
    entry = put_into_bin("broken", tmp_path)
    [found] = binned(tmp_path)
    assert found.name == "broken"
    assert restore(entry, tmp_path) == "broken"


@pytest.mark.parametrize("entry", ["../cells", "", ".emptying", "20260101T000000.000000Z-none"])
def test_an_entry_is_never_a_path(tmp_path: Path, entry: str) -> None:
    create_project("Cells", tmp_path)
    with pytest.raises(NotFound):
        restore(entry, tmp_path)
    with pytest.raises(NotFound):
        empty_bin([entry], tmp_path)
    assert addresses(tmp_path) == ["cells"]


@pytest.mark.parametrize("address", ["..", "../x", ".bin", "nothing"])
def test_only_projects_are_deleted(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotFound):
        put_into_bin(address, tmp_path)


def test_emptying_deletes_for_good(tmp_path: Path) -> None:
    for name in ("One", "Two", "Three"):
        create_project(name, tmp_path)
        put_into_bin(name.lower(), tmp_path)
    newest = binned(tmp_path)[0]
    assert empty_bin([newest.entry], tmp_path) == 1
    assert len(binned(tmp_path)) == 2
    assert empty_bin(root=tmp_path) == 2
    assert list((tmp_path / ".bin").iterdir()) == []


def test_after_thirty_days_it_goes_by_itself(tmp_path: Path) -> None:
    create_project("Old", tmp_path)
    put_into_bin("old", tmp_path)
    now = datetime.now(UTC)
    for days in range(0, KEPT_DAYS, 6):
        assert sweep(tmp_path, now=now + timedelta(days=days)) == 0
    # What a killed emptying left is nobody's to restore, and goes with the next look.
    half = tmp_path / ".bin" / ".emptying" / "half"
    half.mkdir(parents=True)
    assert sweep(tmp_path, now=now + timedelta(days=KEPT_DAYS + 1)) == 1
    assert not half.exists()
    assert binned(tmp_path) == []


def test_a_clock_that_is_years_ahead_for_an_evening_empties_no_bin(tmp_path: Path) -> None:
    create_project("Dear", tmp_path)
    put_into_bin("dear", tmp_path)
    now = datetime.now(UTC)
    assert sweep(tmp_path, now=now) == 0
    for minutes in range(0, 180, 10):
        assert sweep(tmp_path, now=now + timedelta(days=730, minutes=minutes)) == 0
    assert sweep(tmp_path, now=now + timedelta(days=1)) == 0
    assert [project.name for project in binned(tmp_path)] == ["Dear"]
    # From then on it grows older as any other.
    for days in range(6, 24, 6):
        assert sweep(tmp_path, now=now + timedelta(days=days)) == 0
    assert sweep(tmp_path, now=now + timedelta(days=31)) == 1
