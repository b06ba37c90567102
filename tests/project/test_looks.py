"""How images look, kept and undone; filters under names; projects of an older format."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from piximi_core.errors import BadInput, NotFound
from piximi_core.images import Look
from piximi_core.project.contents.adding import NewImage
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.looks import keep_look, keep_look_for_all, look_of
from piximi_core.project.contents.saved_filters import (
    delete_saved_filter,
    list_saved_filters,
    rename_saved_filter,
    save_filter,
)
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.backups import list_backups
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.store import Store, create_store
from tests.made_up import make_older
from tests.project.conftest import fill, new_image

LOOK = Look.parse("ff0000:0.1:0.30000000000000004,-00ff00:0:255,0000ff:5:5")


def looks(store: Store) -> list[Look | None]:
    return [look_of(thing) for thing in list_things(store, ThingFilter())]


def test_a_look_is_kept_to_the_last_bit_and_taken_back(filled: Store) -> None:
    first, second, *_rest = list_things(filled, ThingFilter())
    assert keep_look(filled, [first.id, second.id], LOOK) == 2
    assert looks(filled) == [LOOK, LOOK] + [None] * 4
    keep_look(filled, [first.id], None)
    assert looks(filled)[:2] == [None, LOOK]
    undo(filled)
    undo(filled)
    assert looks(filled) == [None] * 6
    redo(filled)
    assert looks(filled)[:2] == [LOOK, LOOK]


def test_a_look_of_other_channels_is_refused_and_changes_nothing(filled: Store) -> None:
    [first, *_rest] = list_things(filled, ThingFilter())
    one = Look.parse("ffffff:0:1")
    for act in (
        lambda: keep_look(filled, [first.id], one),
        lambda: keep_look_for_all(filled, first.id, one),
    ):
        with pytest.raises(BadInput, match="another number of channels"):
            act()
    with pytest.raises(NotFound):
        keep_look_for_all(filled, "gone", LOOK)
    assert looks(filled) == [None] * 6


def test_all_images_of_the_same_numbers_are_shown_alike_in_one_step(filled: Store) -> None:
    [first, *_rest] = list_things(filled, ThingFilter())
    deep = NewImage(**{**vars(new_image(7)), "dtype": "uint16", "display": {"colors": ["#00ff00"]}})
    fill(filled, [deep])
    assert keep_look_for_all(filled, first.id, LOOK) == (6, 1)
    assert looks(filled) == [LOOK] * 6 + [None]
    undo(filled)
    assert looks(filled) == [None] * 7
    keep_look(filled, [list_things(filled, ThingFilter())[6].id], LOOK)
    assert list_things(filled, ThingFilter())[6].display["colors"] == ["#00ff00"]


def test_filters_are_saved_renamed_deleted_and_each_undone(store: Store) -> None:
    settings = {"sort": "random", "seed": 7, "categories": ["é"]}
    found = save_filter(store, "  Mine ", settings)
    save_filter(store, "also", {})
    assert [f.name for f in list_saved_filters(store)] == ["also", "Mine"]
    assert list_saved_filters(store)[1].settings == settings
    rename_saved_filter(store, found, "Yours")
    delete_saved_filter(store, found)
    undo(store)
    assert [f.name for f in list_saved_filters(store)] == ["also", "Yours"]
    undo(store)
    assert [f.name for f in list_saved_filters(store)] == ["also", "Mine"]


def test_filters_with_bad_names_are_refused(store: Store) -> None:
    found = save_filter(store, "Mine", {})
    with pytest.raises(BadInput, match="already a filter"):
        save_filter(store, "Mine", {})
    with pytest.raises(BadInput, match="needs a name"):
        rename_saved_filter(store, found, "  ")
    rename_saved_filter(store, found, "Mine")
    for act in (
        lambda: rename_saved_filter(store, "x", "New"),
        lambda: delete_saved_filter(store, "x"),
    ):
        with pytest.raises(NotFound, match="filter is gone"):
            act()
    for number in range(99):
        save_filter(store, f"{number}", {})
    with pytest.raises(BadInput, match="keeps 100 filters"):
        save_filter(store, "one more", {})


def test_a_project_of_the_first_format_is_brought_up_to_date(tmp_path: Path) -> None:
    old = create_store(tmp_path / "old", "Old")
    create_category(old, "kept")
    old.close()
    make_older(old.files.database, 1)
    store = Store(old.folder)
    save_filter(store, "Mine", {"sort": "name"})
    undo(store)
    assert list_saved_filters(store) == []
    redo(store)
    assert [c.name for c in list_categories(store)] == ["Unknown", "kept"]
    store.close()
    again = Store(old.folder)
    assert [f.name for f in list_saved_filters(again)] == ["Mine"]
    [copy] = list_backups(old.folder)
    assert copy.reason == "format"
    with closing(sqlite3.connect(copy.path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert ("kept",) in db.execute("SELECT name FROM categories").fetchall()
