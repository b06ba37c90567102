"""A project of the version before: it opens, is undone, archived and restored, or is left."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import AlreadyDone, BadInput
from piximi_core.jobs.applying import apply_finished
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.saved_filters import list_saved_filters
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database import schema
from piximi_core.project.database.backups import list_backups, restore_backup
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.shape import first_difference
from piximi_core.project.database.store import Store
from piximi_core.project.database.table_changes import add_column
from piximi_core.project.database.upgrades import STEPS
from piximi_core.services.projects import archive
from piximi_core.services.projects.open_archive import restore_archive
from piximi_core.services.training import train
from tests.conftest import REPOSITORY
from tests.made_up import make_older
from tests.project.stored_project import ARCHIVE, STORED_VERSION, rows_of, unpack_stored, version_of


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of the stored project, which nobody has opened since the version before."""
    return unpack_stored(tmp_path / "old")


def labels_of(store: Store) -> dict[str, str]:
    """Return the category of every image, by names."""
    names = {category.id: category.name for category in list_categories(store)}
    return {one.name: names[one.category_id] for one in list_things(store, ThingFilter())}


def test_it_opens_with_all_that_it_held_and_a_backup(old: Path) -> None:
    before = rows_of(old / "project.sqlite")
    assert version_of(old / "project.sqlite") == STORED_VERSION
    store = Store(old)
    assert version_of(store.files.database) == schema.SCHEMA_VERSION
    assert rows_of(store.files.database) == before
    assert store.revision() == 10
    [kept] = list_backups(old)
    assert kept.reason == "format"
    assert version_of(kept.path) == STORED_VERSION
    assert rows_of(kept.path) == before
    assert [run.name for run in list_runs(store)] == ["small"]
    assert [found.name for found in list_saved_filters(store)] == ["Mine"]


def test_what_was_done_before_is_undone_and_done_again(old: Path) -> None:
    store = Store(old)
    labels = labels_of(store)
    assert (labels["dark-0.png"], "dark-5.png" in labels) == ("odd", False)
    [odd] = [category.id for category in list_categories(store) if category.name == "odd"]
    [first] = [one.id for one in list_things(store, ThingFilter()) if one.name == "dark-3.png"]
    with pytest.raises(AlreadyDone):
        label_things(store, [first], odd, once="of the version before")
    assert label_things(store, [first], odd, once="of this one") == 1
    after = labels_of(store)
    assert after == {**labels, "dark-3.png": "odd"}
    assert [undo(store) for _ in range(3)] == [
        "Label 1 image",
        "Delete 1 image",
        "Save filter Mine",
    ]
    assert labels_of(store) == {**labels, "dark-5.png": "dark"}
    steps = 3
    while undo(store) is not None:
        steps += 1
    assert labels_of(store) == {}
    for _ in range(steps):
        assert redo(store) is not None
    assert labels_of(store) == after


def test_it_is_archived_and_restored(old: Path, tmp_path: Path) -> None:
    store = Store(old)
    out = tmp_path / "out.zip"
    run_here(store, archive.ask(store, out))
    store.close()
    kept = rows_of(old / "project.sqlite")
    for number, one in enumerate((out, ARCHIVE)):
        restore_archive(one, tmp_path / str(number))
        assert rows_of(tmp_path / str(number) / "project.sqlite") == kept
        again = Store(tmp_path / str(number))
        assert undo(again) == "Delete 1 image"
        assert "dark-5.png" in labels_of(again)


def test_its_backup_of_the_version_before_is_put_back(old: Path) -> None:
    store = Store(old)
    labels = labels_of(store)
    undo(store)
    first, category = list_things(store, ThingFilter())[0].id, list_categories(store)[1].id
    label_things(store, [first], category, once="a")
    [kept] = [backup for backup in list_backups(old) if backup.reason == "format"]
    restore_backup(old, kept.name)
    assert version_of(store.files.database) == schema.SCHEMA_VERSION
    assert labels_of(store) == labels
    # What was carried out since is no edit.
    with pytest.raises(AlreadyDone):
        label_things(store, [first], category, once="a")


@pytest.mark.slow
def test_it_trains(old: Path) -> None:
    store = Store(old)
    settings = ModelSettings(input_shape=(16, 16, 1), epochs=1, batch_size=4, seed=1, name="new")
    run_here(store, train.ask(store, settings))
    apply_finished(store)
    assert {run.name for run in list_runs(store)} == {"small", "new"}


@pytest.mark.parametrize("version", range(1, schema.SCHEMA_VERSION))
def test_every_version_comes_to_the_shape_of_a_new_project(old: Path, version: int) -> None:
    database = old / "project.sqlite"
    make_older(database, version)
    with closing(sqlite3.connect(database)) as db, db:
        # Their steps went with these tables.
        db.execute("DELETE FROM journal WHERE \"table\" IN ('saved_filters', 'sources')")
    before = rows_of(database)
    Store(old).close()
    with closing(sqlite3.connect(database)) as db:
        assert first_difference(db) is None
    assert rows_of(database) == before


def test_whoever_reads_meanwhile_sees_one_version(old: Path) -> None:
    database = old / "project.sqlite"
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode = WAL").fetchone()
        reader.execute("BEGIN")
        seen = reader.execute("SELECT revision FROM recording").fetchone()
        Store(old).close()
        assert reader.execute("SELECT revision FROM recording").fetchone() == seen
        reader.execute("COMMIT")
        assert reader.execute("SELECT revision FROM recording").fetchone() == (seen[0] + 1,)


def _orphan(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM categories WHERE name = 'bright'")


def _strange_history(db: sqlite3.Connection) -> None:
    db.execute("UPDATE journal SET after = json_set(after, '$.made_up', 1) WHERE after IS NOT NULL")


def _fail(db: sqlite3.Connection) -> None:
    _orphan(db)
    raise RuntimeError("half way")


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (
            lambda db: add_column(db, "things", "made_up TEXT"),
            BadInput,
            "table 'things' is another",
        ),
        (lambda db: db.execute("DROP INDEX things_by_kind"), BadInput, "table 'things' is another"),
        (_orphan, BadInput, "refer to others"),
        (_strange_history, BadInput, "history could not be undone"),
        (_fail, RuntimeError, "half way"),
    ],
)
def test_a_step_that_goes_wrong_leaves_the_project_as_it_was(
    old: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: Callable[[sqlite3.Connection], Any],
    error: type[Exception],
    words: str,
) -> None:
    before = rows_of(old / "project.sqlite")
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
    monkeypatch.setitem(STEPS, schema.SCHEMA_VERSION, step)
    for _attempt in range(2):
        with pytest.raises(error, match=words):
            Store(old)
    assert version_of(old / "project.sqlite") == STORED_VERSION
    assert rows_of(old / "project.sqlite") == before
    # One backup, however often it was tried, and no draft.
    assert len(list((old / "backups").iterdir())) == 1
    monkeypatch.undo()
    assert undo(Store(old)) == "Delete 1 image"


def opened_by_a_later_version(change: str, folder: Path) -> dict[str, Any]:
    """Open a project with a made-up later version; return what that found."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.project.later_version", change, str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("opened_before", [False, True])
def test_a_step_can_add_a_column(old: Path, opened_before: bool) -> None:
    if opened_before:
        Store(old).close()
    found = opened_by_a_later_version("add", old)
    assert found["columns"][-1] == "note"
    assert {row[2]: row[-1] for row in found["opened"]} == dict.fromkeys(
        ("Unknown", "bright", "dark", "odd"), "none yet"
    )
    # Undone to the beginning and done again, by a history that knew of no notes.
    assert (found["undone"], found["done"]) == (6, 7)
    assert [row[2] for row in found["beginning"]] == ["Unknown"]
    assert found["again"] == found["opened"]


def test_a_step_can_change_columns_and_the_history_follows(old: Path) -> None:
    colours = {
        row[2]: row[3].upper()
        for row in rows_of(old / "project.sqlite", "categories")["categories"]
    }
    found = opened_by_a_later_version("change", old)
    assert found["columns"] == ["id", "kind_id", "name", "colour", "length", "visible"]
    assert {row[2]: row[3] for row in found["opened"]} == colours
    assert {row[2]: row[4] for row in found["opened"]} == {name: len(name) for name in colours}
    assert (found["undone"], found["done"]) == (6, 7)
    assert [row[2] for row in found["beginning"]] == ["Unknown"]
    assert found["again"] == found["opened"]


@pytest.mark.slow
def test_killed_at_any_moment_it_is_of_one_version_or_the_other(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.project.upgrade_kills", str(tmp_path), "12"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    before, after = str(STORED_VERSION), str(schema.SCHEMA_VERSION)
    assert found["alive"] == after
    assert found["lived"] < 5
    assert set(found["killed"]) == {before, after}, found
    assert len(found["killed"]) > 80
