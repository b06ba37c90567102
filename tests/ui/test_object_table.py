"""The desk of the table of objects: pages as JSON, and hostile questions without an answer."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, get_args

import pytest

from piximi_core.project.database.store import Store
from piximi_ui.annotating.listing import listed
from piximi_ui.components.annotator.contract import Edit, Tool
from piximi_ui.components.annotator.table import TableDesk, source_words
from piximi_ui.server.actions import read_batch
from tests.ui import test_annotator_desk as desk

store = desk.store  # the fixture


def ask(store: Store, **question: object) -> dict[str, Any]:
    batch = read_batch({"client": "ask", "actions": [], **question})
    assert batch is not None
    answer: dict[str, Any] = json.loads(json.dumps(TableDesk(partial(listed, store))(batch)))
    return answer


def test_a_page_tells_what_was_drawn_with_what_by_whom(store: Store) -> None:
    window = desk.Window(store)
    window.send(window.stroke(object="a"))
    window.send(window.stroke("ellipse", object="b", points=[[10, 10], [19, 14]]))
    answer = ask(store, image=window.image, sort="name", descending=True)
    assert answer["total"] == answer["everything"] == 2
    assert answer["revision"] == store.revision()
    second, first = answer["rows"]
    assert (first["id"], first["source"], first["area"]) == ("a", "Rectangle", 36)
    assert (second["id"], second["source"], second["plane"]) == ("b", "Ellipse", 0)
    assert first["box"] == [2, 3, 8, 9]
    assert first["author"] != ""
    assert first["kind"] == "cell"
    found = ask(store, image=window.image, at="b", search="nothing like it")
    assert (found["place"], found["rows"], found["everything"]) == (None, [], 2)


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"image": 5},
        {"image": "x" * 400},
        {"image": "a", "sort": "mask"},
        {"image": "a", "sort": ["area"]},
        {"image": "a", "page": -1},
        {"image": "a", "page": "0"},
        {"image": "a", "page": True},
        {"image": "a", "plane": "1"},
        {"image": "a", "descending": "yes"},
        {"image": "a", "search": "x" * 400},
        {"image": "a", "at": {"$ne": ""}},
    ],
)
def test_what_is_no_question_gets_no_answer(store: Store, question: dict[str, Any]) -> None:
    assert ask(store, **question) == {}


def test_an_unknown_image_and_a_wild_page_are_empty_pages(store: Store) -> None:
    for more in ({"page": 10**9}, {"search": "' OR 1=1 --"}, {"category": "%", "kind": "%"}):
        answer = ask(store, image="gone", **more)
        assert (answer["rows"], answer["page"], answer["pages"], answer["total"]) == ([], 0, 1, 0)


def test_every_tool_and_edit_has_words_and_files_their_names() -> None:
    for source in (*get_args(Tool), *get_args(Edit), "hand", "invert", "proposal", "given", ""):
        assert source_words(source) != source, source
    assert source_words("file:cells.json") == "cells.json"
    assert source_words("made by a later version") == "made by a later version"
