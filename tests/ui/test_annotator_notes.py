"""What stands beside the drawing: notes carried out once, hostile ones ignored, questions."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import delete_things, label_things
from piximi_core.project.contents.notes.completeness import list_complete
from piximi_core.project.contents.notes.on_images import done_among
from piximi_core.project.contents.notes.on_objects import locked_ids, notes_in
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_ui.annotating.beside import noted
from piximi_ui.annotating.shown import image_order
from piximi_ui.components.annotator.desk import AnnotatorDesk
from piximi_ui.components.annotator.notes import NotesDesk
from piximi_ui.server.actions import read_batch
from tests.ui import test_annotator_desk as desk

store = desk.store  # the fixture


class Beside(desk.Window):
    """A window that knows what stands beside the drawing."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        order = partial(image_order, store)
        self.noted = noted(store, "token", order, chosen=False)
        self.desk = AnnotatorDesk(self.desk.ledger, replace(self.desk.project, noted=self.noted))
        self.kind = create_kind(store, "cell").id
        self.send()

    def draw(self, name: str, *corners: float) -> dict[str, Any]:
        """Draw a rectangle."""
        x1, y1, x2, y2 = corners
        points = [[x1, y1], [x2, y2]]
        return self.send(self.stroke(new_kind="", kind=self.kind, object=name, points=points))

    def note(self, type_: str, **more: Any) -> dict[str, Any]:
        """Send a note."""
        return self.send({"type": type_, "image": self.image, **more})

    def ask(self, ask: object, **more: Any) -> dict[str, Any]:
        """Ask what is only asked."""
        batch = read_batch({"client": "ask", "actions": [], "ask": ask, **more})
        assert batch is not None
        return json.loads(json.dumps(NotesDesk(self.noted)(batch)))

    def walk(self, lacking: object) -> dict[str, Any]:
        """Ask for the next image that lacks something."""
        along = {"image": self.image, "shown": self.shown, "by": 0, "lacking": lacking}
        batch = read_batch({"client": "tab", "actions": [], **along})
        assert batch is not None
        answer = json.loads(json.dumps(self.desk(batch)))
        self.shown = answer["revision"]
        self.image = answer.get("image", {"id": self.image})["id"]
        return answer


@pytest.fixture
def window(store: Store) -> Beside:
    return Beside(store)


def test_who_drew_it_is_noted_with_the_tool(window: Beside) -> None:
    window.draw("a", 2, 3, 8, 9)
    window.send({"type": "edit", "image": window.image, "ids": ["a"], "edit": "grow"})
    assert [row.box for row in list_objects(window.store)] == [(1, 2, 9, 10)]
    assert window.send()["objects"]["changed"] == [], "a note alone sends no mask again"


def test_locks_and_comments_come_with_the_answer(window: Beside) -> None:
    window.draw("a", 2, 3, 8, 9)
    window.draw("b", 12, 3, 18, 9)
    answer = window.note("lock", ids=["a"])
    assert answer["beside"]["notes"] == [["a", True, ""]]
    assert answer["beside"]["about"] == ["a"]
    assert answer["objects"] == {"changed": [], "gone": []}, "its mask is known already"
    answer = window.note("comment", ids=["b"], text="<b>odd</b>")
    assert answer["beside"]["notes"] == [["b", False, "<b>odd</b>"]]
    window.shown = None
    answer = window.send()
    assert (answer["objects"], answer["beside"]["about"]) == (None, None)
    assert sorted(answer["beside"]["notes"]) == [["a", True, ""], ["b", False, "<b>odd</b>"]]
    answer = window.note("lock", ids=["a"], on=False)
    assert answer["beside"]["notes"] == [], "a touched one without a note has none any more"
    assert len(window.note("lock_kind", kind=window.kind)["beside"]["notes"]) == 2


def test_what_is_locked_is_said_in_one_sentence(window: Beside) -> None:
    for at, name in enumerate("abc"):
        window.draw(name, 10 * at, 3, 10 * at + 6, 9)
    window.note("lock", ids=["a"])
    sentence = "1 object is locked: unlock it to change it."
    edit = {"type": "edit", "image": window.image, "edit": "grow", "ids": ["a", "b", "c"]}
    assert window.send(edit)["said"] == sentence
    assert window.send({**edit, "ids": ["a"]})["said"] == sentence
    assert window.send({**edit, "edit": "merge"})["said"] == sentence
    erase = {**window.stroke("pen"), "mode": "subtract", "ids": ["a"], "points": [[3, 5]]}
    assert window.send(erase)["said"] == sentence
    over = {**window.stroke(kind=window.kind, new_kind=""), "overlap": "take"}
    assert window.send({**over, "points": [[4, 4], [8, 8]]})["said"] == sentence
    assert list_objects(window.store)[0].box == (0, 3, 6, 9)
    assert list_objects(window.store)[1].box == (9, 2, 17, 10)


def test_a_region_is_complete_until_it_is_taken_back(window: Beside) -> None:
    answer = window.note("complete", kind=window.kind, box=[-5, 30, 12.2, 2])
    [region] = answer["beside"]["regions"]
    assert region["box"] == [0, 2, 12, 30]
    assert answer["objects"] == {"changed": [], "gone": []}, "no object is sent for it"
    assert window.note("incomplete", ids=[region["id"]])["beside"]["regions"] == []
    undo(window.store)
    assert window.send()["beside"]["regions"] == [region]


def test_what_lies_between_two_planes_is_asked_for_and_not_drawn(
    window: Beside, tmp_path: Path
) -> None:
    file = tmp_path / "stack.tif"
    planes = np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30)
    tifffile.imwrite(file, planes, imagej=True, metadata={"axes": "ZYX"})
    given = [SourceFile(file, file.name)]
    run_here(window.store, add_images.ask(window.store, given, add_images.AddOptions()))
    stack = find_ids(window.store, ThingFilter())[-1]
    with window.store.step("Draw") as db:
        drawn = [
            NewObject(stack, window.kind, (x, 2, x + 6, 8), (0, 36), plane)
            for plane, x in ((0, 2), (2, 6))
        ]
        ids = add_objects(db, drawn, who="somebody")
    before = list_objects(window.store)
    answer = window.ask("between", ids=ids)
    [[_id, _name, kind, _category, _predicted, plane, *box, mask]] = answer["objects"]
    assert (kind, plane, box) == (window.kind, 1, [4, 2, 10, 8])
    assert mask == "0 36"
    assert list_objects(window.store) == before
    answer = window.ask("between", ids=[ids[0], ids[0]])
    assert answer == {
        "objects": [],
        "said": "Choose an object in one plane and what it is in another.",
    }
    for hostile in (None, [], ids[:1], [*ids, ids[0]], [1, 2], ["a" * 400, "b"], {"a": 1}):
        assert window.ask("between", ids=hostile) == {}


def test_one_walks_to_what_is_not_done_or_empty(window: Beside) -> None:
    first, second = find_ids(window.store, ThingFilter())
    answer = window.note("done", on=True)
    assert answer["beside"]["done"]
    assert answer["beside"]["finished"] == 1
    assert window.walk("done")["image"]["id"] == second
    answer = window.walk("done")
    assert (answer["nowhere"], window.image) == ("done", second)
    window.draw("a", 2, 3, 8, 9)
    assert window.walk("objects")["image"]["id"] == first
    assert window.walk("objects")["nowhere"] == "objects"
    assert "nowhere" not in window.walk("explode")
    delete_things(window.store, [first])
    assert window.walk("objects")["image"]["id"] == second


def test_what_stands_out_is_counted_and_named(window: Beside) -> None:
    window.draw("border", 0, 3, 8, 9)
    window.draw("one", 20, 20, 30, 30)
    window.draw("other", 25, 25, 35, 35)
    window.draw("tiny", 40, 3, 43, 6)
    round_one = create_category(window.store, "round", kind_id=window.kind)
    label_things(window.store, ["one", "other", "tiny"], round_one.id)
    answer = window.ask("quality", image=window.image, plane=0)
    assert answer["revision"] == window.store.revision()
    assert [found["words"] for found in answer["findings"]] == [
        "1 touches the border",
        "2 overlap",
        "1 under 20 px",
        "1 without a category",
    ]
    asked = {"image": window.image, "plane": 0, "finding": "overlapping"}
    assert window.ask("standing_out", **asked) == {"ids": ["one", "other"]}
    assert window.ask("quality", image=window.image, plane=7)["findings"] == []
    assert window.ask("quality", image="gone", plane=0)["findings"] == []


def test_objects_of_two_kinds_may_lie_on_each_other(window: Beside) -> None:
    other = create_kind(window.store, "nucleus").id
    window.draw("one", 20, 20, 30, 30)
    window.kind = other
    window.draw("other", 25, 25, 35, 35)
    found = window.ask("quality", image=window.image, plane=0)["findings"]
    assert [each["name"] for each in found] == ["unlabelled"]


def test_the_strip_comes_in_pieces(window: Beside) -> None:
    window.draw("a", 2, 3, 8, 9)
    window.note("done")
    answer = window.ask("strip", begin=0, count=50)
    assert [(t["name"], t["objects"], t["words"], t["done"]) for t in answer["tiles"]] == [
        ("0.tif", 1, "1 object", True),
        ("1.tif", 0, "0 objects", False),
    ]
    assert answer["total"] == 2
    assert "/thumb/" in answer["tiles"][0]["thumb"]
    assert window.ask("strip", begin=1, count=50)["tiles"] == answer["tiles"][1:]
    assert window.ask("strip", begin=9, count=50)["tiles"] == []


NO_QUESTIONS: list[dict[str, Any]] = [
    {"ask": "strip", "begin": -1, "count": 5},
    {"ask": "strip", "begin": True, "count": 5},
    {"ask": "strip", "begin": 0, "count": "all"},
    {"ask": "strip"},
    {"ask": "quality"},
    {"ask": "quality", "image": ["a"], "plane": 0},
    {"ask": "quality", "image": "a" * 1000, "plane": 0},
    {"ask": "quality", "image": "a", "plane": 1.5},
    {"ask": "quality", "image": "a", "plane": 10**30},
    {"ask": "standing_out", "image": "a", "plane": 0, "finding": "explode"},
    {"ask": "standing_out", "image": "a", "plane": 0, "finding": ["border"]},
    {"ask": {"a": 1}},
]


def test_what_is_no_question_is_answered_with_nothing(window: Beside) -> None:
    for question in NO_QUESTIONS:
        assert window.ask(**question) == {}, question


HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({"type": "lock"}, ""),
    ({"type": "lock", "ids": ["gone"]}, "deleted it meanwhile"),
    ({"type": "lock", "ids": ["a"], "on": "yes"}, ""),
    ({"type": "lock", "ids": "a"}, ""),
    ({"type": "lock", "ids": [["a"]]}, ""),
    ({"type": "lock", "ids": ["x" * 1000]}, ""),
    ({"type": "lock", "ids": ["a"], "uid": ""}, ""),
    ({"type": "lock_kind", "kind": "gone"}, "kind is gone"),
    ({"type": "comment", "ids": ["gone"], "text": "x"}, "deleted it meanwhile"),
    ({"type": "comment", "ids": ["a"], "text": "x" * 2_001}, "at most 2,000 characters"),
    ({"type": "comment", "ids": ["a"], "text": "x" * 200_000}, ""),
    ({"type": "comment", "ids": ["a"], "text": "\ud800"}, ""),
    ({"type": "comment", "ids": ["a"], "text": 5}, ""),
    ({"type": "done", "image": "gone"}, "image is gone"),
    ({"type": "done", "image": 5}, ""),
    ({"type": "complete", "kind": "gone", "box": [0, 0, 9, 9]}, "kind is gone"),
    ({"type": "complete", "kind": "Image", "box": [0, 0, 9, 9]}, "kind of objects"),
    ({"type": "complete", "image": "gone", "box": [0, 0, 9, 9]}, "image is gone"),
    ({"type": "complete", "box": [60, 60, 90, 90]}, "no pixel of the image"),
    ({"type": "complete", "box": [4, 4, 4, 4]}, "no pixel of the image"),
    ({"type": "complete", "box": [0, 0, 9, 9], "plane": 7}, "does not lie within"),
    ({"type": "complete", "box": [0, 0, float("nan"), 9]}, ""),
    ({"type": "complete", "box": [0, 0, 1e300, 9]}, ""),
    ({"type": "complete", "box": [0, 0, 9]}, ""),
    ({"type": "complete"}, ""),
    ({"type": "incomplete", "ids": ["gone"]}, "region is gone"),
    ({"type": "explode", "ids": ["a"]}, ""),
]


def test_what_is_no_note_changes_nothing(window: Beside) -> None:
    window.draw("a", 2, 3, 8, 9)
    before = window.store.revision()
    for hostile, said in HOSTILE:
        answer = window.send({"image": window.image, "kind": window.kind, **hostile})
        assert window.store.revision() == before, hostile
        assert said in answer["said"], hostile
        assert bool(said) == bool(answer["said"]), hostile


def test_a_note_that_comes_twice_is_taken_once(window: Beside) -> None:
    note = {"type": "complete", "image": window.image, "kind": window.kind, "uid": "the same"}
    window.send({**note, "box": [0, 0, 9, 9]}, {**note, "box": [0, 0, 9, 9]})
    assert len(list_complete(window.store)) == 1
    window.note("done")
    assert done_among(window.store, [window.image]) == {window.image}


@pytest.mark.slow
def test_twenty_thousand_objects_do_not_slow_a_note(window: Beside) -> None:
    runs = (0, 16)
    new = [
        NewObject(window.image, window.kind, (x % 40, 0, x % 40 + 4, 4), runs, id=f"n{x}")
        for x in range(20_000)
    ]
    with window.store.step("Import") as db:
        add_objects(db, new, who="x")
    window.send()
    begun = time.monotonic()
    answer = window.note("lock", ids=["n5"])
    assert time.monotonic() - begun < 2
    assert len(json.dumps(answer)) < 5_000
    assert locked_ids(window.store, ["n5"]) == {"n5"}
    window.note("lock_kind", kind=window.kind)
    assert len(notes_in(window.store, window.image)) == 20_000
    assert len(window.ask("quality", image=window.image, plane=0)["findings"]) == 4
