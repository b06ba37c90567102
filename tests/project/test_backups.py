"""Backups: taken when something changed, kept for a week, put back and taken back again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from piximi_core.errors import BadInput, DamagedProject, NotFound
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.runs import Run, list_runs, register_run
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database import backups
from piximi_core.project.database.backups import (
    back_up,
    back_up_if_due,
    list_backups,
    newest_good_backup,
    restore_backup,
    spare_backups,
)
from piximi_core.project.database.history import next_labels, undo
from piximi_core.project.database.schema import applied_jobs
from piximi_core.project.database.sqlite_files import damage_of
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from tests.project.conftest import fill, new_image


def names(store: Store) -> list[str]:
    return [category.name for category in list_categories(store)]


def test_one_is_taken_when_something_changed_and_an_hour_has_gone(store: Store) -> None:
    assert back_up_if_due(store.folder) is None, "an empty project needs none"
    create_category(store, "red")
    first = back_up_if_due(store.folder)
    assert first is not None
    assert first.reason == "hour"
    create_category(store, "white")
    now = datetime.now(UTC)
    assert back_up_if_due(store.folder, now=now + timedelta(minutes=59)) is None
    assert back_up_if_due(store.folder, now=now + timedelta(minutes=61)) is not None
    assert back_up_if_due(store.folder, now=now + timedelta(days=3)) is None, "nothing changed"
    with closing(sqlite3.connect(first.path)) as db:
        found = db.execute("SELECT name FROM categories ORDER BY position").fetchall()
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",), "one file, no log"
    assert found == [("Unknown",), ("red",)]


def test_a_clock_that_was_years_ahead_for_an_evening_stops_no_backup(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copies of that evening carry a moment to come; what is newer is told by the revision."""
    create_category(store, "red")
    assert back_up_if_due(store.folder) is not None
    today = datetime.now(UTC)

    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:  # type: ignore[override]
            return today + timedelta(days=730)

    with monkeypatch.context() as evening:
        evening.setattr(backups, "datetime", Ahead)
        create_category(store, "white")
        ahead = back_up_if_due(store.folder)
        assert ahead is not None
        assert ahead.at > today.timestamp() + 700 * 86400
    create_category(store, "blue")
    assert back_up_if_due(store.folder, now=today + timedelta(minutes=5)) is None
    later = back_up_if_due(store.folder, now=today + timedelta(hours=3))
    assert later is not None, "the next hour is as any other"
    create_category(store, "green")
    assert back_up_if_due(store.folder, now=today + timedelta(hours=6)) is not None
    known = list_backups(store.folder)
    assert [names_in(backup.path) for backup in known] == [
        ["Unknown", "red", "white", "blue", "green"],
        ["Unknown", "red", "white", "blue"],
        ["Unknown", "red", "white"],
        ["Unknown", "red"],
    ], "newest is what was changed last"
    newest = newest_good_backup(store.folder)
    assert newest is not None
    assert newest.name == known[0].name, "recovery does not go back to that evening"


def names_in(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as db:
        return [row[0] for row in db.execute("SELECT name FROM categories ORDER BY position")]


def test_the_newest_ten_and_one_of_each_day_of_a_week_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    for hours in range(0, 24 * 12, 6):
        stamp = (now - timedelta(hours=hours)).strftime("%Y%m%dT%H%M%S.%fZ")
        (folder / f"{stamp}-hour.sqlite").touch()
    (folder / "20250101T000000.000000Z-format-1.sqlite").touch()
    spare = {backup.name for backup in spare_backups(tmp_path)}
    kept = [backup for backup in list_backups(tmp_path) if backup.name not in spare]
    # Ten of the last two and a half days, the last of each of the five days before, and the old
    # format's.
    assert [backup.name[:11] for backup in kept] == [
        *["20260331T12", "20260331T06", "20260331T00"],
        *["20260330T18", "20260330T12", "20260330T06", "20260330T00"],
        *["20260329T18", "20260329T12", "20260329T06"],
        *["20260328T18", "20260327T18", "20260326T18", "20260325T18", "20260324T18"],
        "20250101T00",
    ]


def test_restoring_brings_an_earlier_state_and_is_taken_back_by_the_next(filled: Store) -> None:
    create_category(filled, "earlier")
    before = back_up(filled.folder)
    create_category(filled, "later")
    delete_things(filled, find_ids(filled, ThingFilter())[:2])
    revision, undoable = filled.revision(), next_labels(filled)[0]
    present = restore_backup(filled.folder, before.name)
    # The same open store sees it, and pages that compare revisions draw themselves anew.
    assert "later" not in names(filled)
    assert len(find_ids(filled, ThingFilter())) == 6
    assert filled.revision() > revision
    assert next_labels(filled)[0] == "Create category earlier"
    undo(filled)
    assert "earlier" not in names(filled)
    restore_backup(filled.folder, present.name)
    assert {"earlier", "later"} <= set(names(filled))
    assert len(find_ids(filled, ThingFilter())) == 4
    assert next_labels(filled)[0] == undoable
    assert not list((filled.folder / "backups").glob(".*")), "nothing half made is left"


def test_trainings_and_applied_jobs_stay_when_an_earlier_state_comes_back(store: Store) -> None:
    create_category(store, "red")
    before = back_up(store.folder)
    run = Run("1-run", IMAGE_KIND, 1, "Later", {"epochs": 1}, (), {}, "", None, None)
    with store.write() as db:
        register_run(db, run)
        db.execute(applied_jobs.insert().values(id="1-job", at="now"))
    restore_backup(store.folder, before.name)
    assert [found.name for found in list_runs(store)] == ["Later"]
    with store.read() as db:
        assert list(db.execute(applied_jobs.select())) == [("1-job", "now")]


def test_what_cannot_be_put_back_is_said_and_changes_nothing(store: Store) -> None:
    create_category(store, "red")
    for name in ("../project.sqlite", "20260101T000000.000000Z-hour.sqlite", ""):
        with pytest.raises(NotFound, match="no such backup"):
            restore_backup(store.folder, name)
    newer, torn = back_up(store.folder), back_up(store.folder)
    with closing(sqlite3.connect(newer.path)) as db:
        db.execute("PRAGMA user_version = 999")
    torn.path.write_bytes(torn.path.read_bytes()[:9000])
    with pytest.raises(BadInput, match="newer version of this program"):
        restore_backup(store.folder, newer.name)
    with pytest.raises(BadInput, match="This backup is damaged"):
        restore_backup(store.folder, torn.name)
    assert names(store) == ["Unknown", "red"]


def test_a_damaged_database_is_found_out_and_not_kept_as_a_backup(filled: Store) -> None:
    fill(filled, [new_image(number) for number in range(100, 400)])
    good = back_up(filled.folder)
    filled.close()
    size = filled.files.database.stat().st_size
    with filled.files.database.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 8192)
    assert damage_of(filled.files.database) is not None
    with pytest.raises(DamagedProject, match="recover the project from its newest backup"):
        back_up(filled.folder)
    assert list_backups(filled.folder) == [good]
