"""An archive that is damaged, or made to do harm, is one sentence and leaves nothing."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from piximi_core.errors import BadInput, PiximiError
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import open_store
from piximi_core.services.projects import open_archive
from piximi_core.services.projects.open_archive import restore_archive
from tests.services.projects.rows import rows_of

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
    assert rows_of(store.files.database)["journal"]


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
