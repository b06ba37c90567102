"""What was answered to predictions is kept, so that nobody asks the same run again."""

from __future__ import annotations

import sqlite3

from piximi_core.project.contents.answers import accepted_by_category
from piximi_core.project.contents.labelling import delete_things, label_as_named, label_things
from piximi_core.project.contents.predictions import (
    accept_predictions,
    clear_predictions,
    label_predicted,
    reject_predictions,
)
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.schema import SCHEMA_VERSION
from piximi_core.project.database.store import Store
from tests.made_up import make_older
from tests.project.conftest import fill, new_image
from tests.project.test_predictions import category, predict


def rejected(store: Store, run_id: str = "first") -> list[str]:
    return find_ids(store, ThingFilter(rejected_of=run_id))


def rows(store: Store) -> dict[str, str]:
    with sqlite3.connect(store.files.database) as db:
        return dict(db.execute("SELECT id, answer FROM answers"))


def some_predicted(store: Store, run_id: str = "first") -> list[str]:
    fill(store, [new_image(number) for number in range(60, 66)])
    ids = find_ids(store, ThingFilter(labelled=False))[-6:]
    predict(store, run_id, ids)
    return ids


def test_what_was_rejected_is_not_proposed_to_the_same_run_again(filled: Store) -> None:
    ids = some_predicted(filled)
    assert reject_predictions(filled, ids[:2]) == 2
    assert rejected(filled) == ids[:2]
    assert rejected(filled, "second") == []
    again = find_ids(filled, ThingFilter(labelled=False, not_rejected_of="first"))
    assert not set(ids[:2]) & set(again)
    assert set(ids[2:]) <= set(again)
    undo(filled)
    assert rejected(filled) == []
    redo(filled)
    assert rejected(filled) == ids[:2]


def test_asking_on_purpose_makes_the_answer_out_of_date(filled: Store) -> None:
    ids = some_predicted(filled)
    reject_predictions(filled, ids[:2])
    predict(filled, "second", ids[:1])
    assert rejected(filled) == ids[:2]
    predict(filled, "first", ids[:1])
    assert rejected(filled) == ids[1:2]


def test_every_way_to_answer_is_kept(filled: Store) -> None:
    ids = some_predicted(filled)
    red, white = category(filled, "red"), category(filled, "white")
    unknown = category(filled, "Unknown")
    accept_predictions(filled, ids[:1])
    label_predicted(filled, ids[1:2], red)
    label_predicted(filled, ids[2:3], white)
    label_as_named(filled, ids[3:4], "red", answering=True)
    label_predicted(filled, ids[4:5], unknown)
    clear_predictions(filled)
    assert [rows(filled).get(f"{i}:first") for i in ids] == [
        "accepted", "accepted", "corrected", "accepted", "rejected", None,
    ]  # fmt: skip
    assert accepted_by_category(filled, "first") == {red: [ids[0], ids[1], ids[3]]}
    label_things(filled, ids[:1], white)
    assert accepted_by_category(filled, "first") == {red: [ids[1], ids[3]]}


def test_answers_go_with_their_things_and_come_back(filled: Store) -> None:
    ids = some_predicted(filled)
    reject_predictions(filled, ids)
    delete_things(filled, ids[:3])
    assert len(rows(filled)) == 3
    undo(filled)
    assert rejected(filled) == ids


def test_a_project_of_the_version_before_opens_and_keeps_answers(filled: Store) -> None:
    ids = some_predicted(filled)
    folder = filled.folder
    filled.close()
    make_older(folder / "project.sqlite", 2)
    store = Store(folder)
    reject_predictions(store, ids[:1])
    assert rejected(store) == ids[:1]
    undo(store)
    assert rejected(store) == []
    with sqlite3.connect(folder / "project.sqlite") as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
