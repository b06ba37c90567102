"""An archive holds everything and gives it back elsewhere; a bad one leaves nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from piximi_core.errors import BadInput, PiximiError, ProjectBusy, Stopped
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, open_store
from piximi_core.project.workspace import list_projects, open_project, rename_project
from piximi_core.services.projects import archive, open_archive
from piximi_core.services.projects.open_archive import restore_archive
from piximi_core.services.projects.opening import dismiss, opening_jobs
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings
from tests.conftest import REPOSITORY


def _rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, read by SQLite alone."""
    with closing(sqlite3.connect(database)) as db:
        tables = [
            row[0]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        ]
        return {
            table: sorted(db.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for table in tables
        }


def _hashes(folder: Path, top: str) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / top).rglob("*"))
        if path.is_file() and path.name not in ("started", "heartbeat", "progress.json", "unread")
    }


@pytest.fixture
def rich(labelled: Store) -> Store:
    """Images, a deleted one, objects of a second kind, filters of history, an undone step."""
    things = list_things(labelled, ThingFilter())
    delete_things(labelled, [things[0].id])
    kind = create_kind(labelled, "nucleus").id
    with labelled.step("Draw objects") as db:
        found = [
            NewObject(thing.id, kind, (1, 2, 4, 5), (0, 9), category="round")
            for thing in things[1:5]
        ]
        add_objects(db, found, who="tester")
    create_category(labelled, "undone")
    undo(labelled)
    return labelled


@pytest.fixture
def packed(rich: Store, tmp_path: Path) -> Path:
    """Its archive."""
    out = tmp_path / "cells.zip"
    run_here(rich, archive.ask(rich, out))
    return out


@pytest.mark.slow
def test_restored_under_another_home_it_is_equal_in_everything(
    rich: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = default_settings(rich).model_copy(update={"epochs": 1, "input_shape": (16, 16, 1)})
    run_here(rich, train.ask(rich, settings))
    out = tmp_path / "cells.zip"
    result = run_here(rich, archive.ask(rich, out))
    assert (result.images, result.runs, result.missing) == (23, 1, ())
    # The archive's own job is the one row that came after.
    expected = _rows(rich.files.database)

    monkeypatch.delenv("PIXIMI_WORKSPACE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "another home"))
    job = open_archive.ask(out)
    run_job(job.folder)
    assert job.state() is JobState.DONE, job.result()
    [project] = list_projects()
    assert project.name == "Test project"
    folder = tmp_path / "another home" / "piximi-workspace" / project.address
    found = _rows(folder / "project.sqlite")
    own = {(row[0]) for row in expected["applied_jobs"]} - {r[0] for r in found["applied_jobs"]}
    assert len(own) == 1
    for rows in (expected, found):
        rows["applied_jobs"] = [row for row in rows["applied_jobs"] if row[0] not in own]
        rows["recording"] = [row[:2] for row in rows["recording"]]
        del rows["sqlite_sequence"]
    assert found == expected
    for top in ("images", "runs"):
        assert _hashes(folder, top) == _hashes(rich.folder, top) != {}
    # Its history works on: the deleted image comes back with its file.
    store = open_project(project.address)
    while not str(undo(store)).startswith("Delete"):
        pass
    first = [t for t in list_things(store, ThingFilter()) if t.name == "dark-00.png"]
    assert store.files.original(first[0].file_sha256, first[0].extension).is_file()
    # A second time it gets a name and a place of its own.
    job = open_archive.ask(out)
    run_job(job.folder)
    assert sorted(p.name for p in list_projects()) == ["Test project", "Test project 2"]
    assert len(opening_jobs(folder.parent, open_archive.OPEN_ARCHIVE)) == 2
    for done in opening_jobs(folder.parent, open_archive.OPEN_ARCHIVE):
        dismiss(done)
    assert not list(folder.parent.glob(".*"))


def test_it_is_a_plain_zip_of_one_moment_while_others_write(rich: Store, tmp_path: Path) -> None:
    job = archive.ask(rich, tmp_path / "cells.zip")
    create_category(rich, "only in the log so far")
    run_here(rich, job)
    create_category(rich, "too late")
    with zipfile.ZipFile(tmp_path / "cells.zip") as packed:
        assert packed.testzip() is None
        assert {info.compress_type for info in packed.infolist()} == {zipfile.ZIP_STORED}
        told = json.loads(packed.read("archive.json"))
        assert told["files"] == len(packed.namelist()) - 1
        packed.extract("project.sqlite", tmp_path)
    names = {row[2] for row in _rows(tmp_path / "project.sqlite")["categories"]}
    assert "only in the log so far" in names
    assert "too late" not in names
    assert not list(rich.folder.rglob("snapshot*"))


def test_while_work_is_under_way_nothing_is_archived(rich: Store, tmp_path: Path) -> None:
    Job.create(rich.files.jobs / "1-job", "export", {})
    with pytest.raises(ProjectBusy, match="work under way"):
        archive.ask(rich, tmp_path / "cells.zip")


def test_a_stopped_archive_leaves_nothing(rich: Store, tmp_path: Path) -> None:
    job = archive.ask(rich, tmp_path / "cells.zip")
    job.ask_to_stop()
    with pytest.raises(Stopped):
        run_here(rich, job)
    assert not list(tmp_path.glob("*cells*"))
    assert not list(tmp_path.glob(".*"))


def test_a_lost_original_is_told_and_does_not_keep_the_rest(rich: Store, tmp_path: Path) -> None:
    lost = list_things(rich, ThingFilter())[0]
    rich.files.original(lost.file_sha256, lost.extension).unlink()
    result = run_here(rich, archive.ask(rich, tmp_path / "cells.zip"))
    assert result.missing == (lost.file_sha256,)
    manifest = restore_archive(tmp_path / "cells.zip", tmp_path / "back")
    assert manifest.missing == (lost.file_sha256,)
    assert len(list_things(open_store(tmp_path / "back"), ThingFilter())) == 23


Change = Callable[[dict[str, bytes]], None]


def _changed(packed: Path, change: Change, target: Path) -> Path:
    """Write the archive anew with other members; its list counts what is there then."""
    with zipfile.ZipFile(packed) as source:
        members = {name: source.read(name) for name in source.namelist()}
    told = json.loads(members.pop("archive.json"))
    change(members)
    told["files"], told["bytes"] = len(members), sum(map(len, members.values()))
    with zipfile.ZipFile(target, "w") as archive_file:
        for name, content in members.items():
            archive_file.writestr(name, content)
        archive_file.writestr("archive.json", json.dumps(told))
    return target


def _sql(*statements: str) -> Change:
    def change(members: dict[str, bytes]) -> None:
        with closing(sqlite3.connect(":memory:")) as db:
            db.deserialize(members["project.sqlite"])
            db.execute("PRAGMA foreign_keys = OFF")
            for statement in statements:
                db.execute(statement)
            db.commit()
            members["project.sqlite"] = db.serialize()

    return change


def _named(name: str) -> Change:
    return lambda members: members.update({name: b"evil"})


def _first_image(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("images/"))


def _swap_content(members: dict[str, bytes]) -> None:
    members[_first_image(members)] = b"another picture"


def _drop_image(members: dict[str, bytes]) -> None:
    for name in [name for name in members if name.startswith("images/")][3:]:
        del members[name]


def _tear_database(members: dict[str, bytes]) -> None:
    members["project.sqlite"] = members["project.sqlite"][:20_000]


_RUN = (
    "INSERT INTO runs VALUES ('{id}', 'Image', 1, 'x', '{{}}', '[]', '{{}}', '', NULL, '{summary}')"
)
_JOURNAL = (
    'INSERT INTO journal (step, "table", key, before) '
    "SELECT max(id), 'images', 'x', json_object('sha256', '{sha}', 'file_sha256', '{sha}', "
    "'extension', '{end}') FROM steps"
)
HOSTILE: dict[str, tuple[Change, str]] = {
    "a path outside": (_named("../../evil"), "no part of a project"),
    "an absolute path": (_named("/etc/evil"), "no part of a project"),
    "backslashes": (_named("images\\..\\evil"), "no part of a project"),
    "a path out of a run": (_named("runs/1-run/../../evil"), "no part of a project"),
    "a hidden file": (_named("runs/1-run/.ssh/id"), "no part of a project"),
    "a stranger": (_named("writer.lock"), "no part of a project"),
    "an image under another's name": (_swap_content, "content is another"),
    "a missing image": (_drop_image, "lacks the file of the image"),
    "no database": (lambda m: m.pop("project.sqlite") and None, "project.sqlite is missing"),  # type: ignore[dict-item]
    "a torn database": (_tear_database, "damaged database"),
    "text for a database": (lambda m: m.update({"project.sqlite": b"hello" * 999}), "damaged data"),
    "a newer database": (_sql("PRAGMA user_version = 999"), "newer version of this program"),
    "an unknown run": (_named("runs/1-run/data.csv"), "a run that its database does not know"),
    "a view": (_sql("CREATE VIEW spy AS SELECT 1"), "which no project has"),
    "a table in disguise": (_sql("ALTER TABLE drafts ADD COLUMN evil TEXT"), "not that of a proj"),
    "a path for an extension": (
        _sql("UPDATE images SET extension = '/../../../../etc/passwd'"),
        "that is none",
    ),
    "a path in the history": (
        _sql(_JOURNAL.format(sha="a" * 64, end="../../../x")),
        "that is none",
    ),
    "a history of other tables": (
        _sql("INSERT INTO journal (step, \"table\", key) SELECT max(id), 'runs', 'x' FROM steps"),
        "a history that is none",
    ),
    "a run elsewhere": (
        _sql(_RUN.format(id="../../evil", summary="")),
        "whose files lie elsewhere",
    ),
    "weights elsewhere": (
        _sql(_RUN.format(id="1-run", summary='{"stem": "../../evil"}')),
        "whose files lie elsewhere",
    ),
    "a row of nothing": (
        _sql("UPDATE things SET category_id = '1-none'"),
        "refers to nothing",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_one_sentence_and_leaves_nothing(
    packed: Path, tmp_path: Path, case: str
) -> None:
    change, reason = HOSTILE[case]
    evil = _changed(packed, change, tmp_path / "evil.zip")
    room = tmp_path / "room"
    room.mkdir()
    with pytest.raises(BadInput, match=reason) as refused:
        restore_archive(evil, room / "project")
    assert "evil.zip" in str(refused.value) or case == "a newer database"
    assert "\n" not in str(refused.value)
    assert list(room.iterdir()) == []
    assert not list(tmp_path.parent.glob("evil"))


def test_triggers_from_elsewhere_are_replaced_by_ours(packed: Path, tmp_path: Path) -> None:
    spy = (
        "DROP TRIGGER journal_categories_insert",
        "CREATE TRIGGER journal_categories_insert AFTER INSERT ON categories BEGIN "
        "DELETE FROM journal; END",
    )
    evil = _changed(packed, _sql(*spy), tmp_path / "evil.zip")
    restore_archive(evil, tmp_path / "back")
    store = open_store(tmp_path / "back")
    create_category(store, "new")
    undo(store)
    assert "new" not in [category.name for category in list_categories(store)]
    assert _rows(store.files.database)["journal"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged or no archive"),
        (b"PK\x03\x04 not a zip", "damaged or no archive"),
        (None, "holds no archive.json"),
        ({"format": "something else"}, "another format"),
        ({"format": "piximi-dashboard project archive", "version": 99}, "newer version"),
        ({"format": "piximi-dashboard project archive", "version": 1}, "incomplete"),
        ([1, 2], "another format"),
    ],
)
def test_other_files_are_refused_before_anything_is_unpacked(
    tmp_path: Path, content: Any, reason: str
) -> None:
    given = tmp_path / "given.zip"
    if isinstance(content, bytes):
        given.write_bytes(content)
    else:
        with zipfile.ZipFile(given, "w") as written:
            written.writestr("image.png", b"picture")
            if content is not None:
                written.writestr("archive.json", json.dumps(content))
    with pytest.raises(BadInput, match=reason):
        restore_archive(given, tmp_path / "room" / "project")
    assert not (tmp_path / "room" / "project").exists()


def test_a_cut_a_changed_and_a_packed_archive(packed: Path, tmp_path: Path) -> None:
    content = bytearray(packed.read_bytes())
    cut, changed = tmp_path / "cut.zip", tmp_path / "changed.zip"
    cut.write_bytes(content[: len(content) // 2])
    content[len(content) // 2] ^= 0xFF
    changed.write_bytes(content)
    for bad in (cut, changed):
        with pytest.raises(BadInput, match=bad.name):
            restore_archive(bad, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    # Whoever packs it again with a usual zip program has lost nothing.
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert (
        restore_archive(again, tmp_path / "back").files
        == len(zipfile.ZipFile(packed).namelist()) - 1
    )
    with pytest.raises(BadInput, match="holds something already"):
        restore_archive(packed, tmp_path / "back")


def test_an_upload_that_is_no_archive_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXIMI_WORKSPACE", str(tmp_path / "workspace"))
    given = tmp_path / "x.zip"
    given.write_bytes(b"nothing of a zip")
    with given.open("rb") as content, pytest.raises(BadInput, match=r"'my file\.zip'"):
        open_archive.ask_uploaded(content, "my file.zip", 16)
    assert list((tmp_path / "workspace").iterdir()) == []


def test_the_commands_archive_and_restore(rich: Store, tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "piximi_core", *arguments],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )

    rename_project(rich, "Cells 🔬")
    out, back = tmp_path / "x.zip", tmp_path / "deep" / "back"
    done = command("archive", str(rich.folder), str(out))
    assert (done.returncode, done.stdout.startswith(f"Wrote {out}: 23 images, 0 runs")) == (0, True)
    done = command("restore", str(back), str(out))
    assert (done.returncode, "Restored “Cells 🔬”" in done.stdout) == (0, True), done.stderr
    assert _rows(back / "project.sqlite")["things"] == _rows(rich.files.database)["things"]
    done = command("restore", str(back), str(out))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    shutil.rmtree(back)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(PiximiError, match="cannot be opened"):
        restore_archive(tmp_path / "none.zip", tmp_path / "back")


def test_originals_that_come_by_an_archive_pass_the_limited_readers(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = restore_archive(packed, tmp_path / "whole")
    assert whole.unreadable == ()
    files = open_store(tmp_path / "whole").files
    originals = {path.name.split(".")[0] for path in (files.folder / "images").glob("*/*")}
    assert {path.stem for path in files.cache.glob("thumbs/*/*.jpg")} == originals
    # Far too large for this machine: the labels stay, and the images say that they cannot be read.
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", "10")
    bombs = restore_archive(packed, tmp_path / "bombs")
    names = {thing.name for thing in list_things(open_store(tmp_path / "bombs"), ThingFilter())}
    assert names >= set(bombs.unreadable) != set()
    assert not list((tmp_path / "bombs" / "cache").glob("thumbs/*/*.jpg"))
