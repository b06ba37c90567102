"""The gallery's contract: actions arrive once, selections do not overtake each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from piximi_core.errors import ProjectBusy, StaleWrite
from piximi_core.project.contents.relabelled import Relabelled
from piximi_ui.components.gallery import GalleryCategory, GalleryItem, GalleryPage, GalleryRevision
from piximi_ui.components.gallery.contract import GalleryMemory, to_page
from piximi_ui.components.gallery.desk import GalleryDesk, Say
from piximi_ui.server.actions import Action, read_batch


def label(nonce: int, *ids: str) -> dict:
    return {"nonce": nonce, "uid": f"u{nonce}", "type": "label", "ids": list(ids), "category": "c1"}


def batch(*actions: object, client: str = "tab") -> dict:
    return {"client": client, "actions": list(actions)}


def page_of(items=(), page=1, pages=1, total=0, revision: int | None = None) -> GalleryPage:
    return GalleryPage(
        list(items),
        [GalleryCategory("c0", "Unknown", "#aaaaaa")],
        page=page,
        pages=pages,
        total=total,
        revision=None if revision is None else GalleryRevision("/r", revision, str(revision)),
    )


def data(memory: GalleryMemory, items=(), page=1, pages=1, total=0) -> dict:
    shown = page_of(items, page, pages, total)
    return to_page(memory, shown, changes=0, view="v")


class Window:
    """A gallery's desk over a view of ten pages, and what was carried out there."""

    def __init__(self, carry: Callable[[Action], None] = lambda action: None) -> None:
        self.memory = GalleryMemory()
        self.heard: list[Action] = []
        self.labelled: list[str] = []  # one in each revision; "" where something else happened

        def note(action: Action, say: Say) -> bool:
            if action.type not in ("label", "undo", "create"):
                return False
            self.heard.append(action)
            carry(action)
            self.labelled.append(" ".join(action.ids) if action.type == "label" else "")
            return True

        def draw(page: int, only: Collection[str] | None = None) -> GalleryPage:
            items = [GalleryItem(f"{page}{n}", n, "/t") for n in "abc"]
            shown = [item for item in items if only is None or item.id in only]
            return page_of(shown, min(page, 10), 10, 30, len(self.labelled))

        def changed(revision: int) -> Relabelled | None:
            since = self.labelled[revision:]
            ids = frozenset(id_ for ids in since for id_ in ids.split())
            return Relabelled(len(self.labelled), ids) if all(since) else None

        self.desk = GalleryDesk(self.memory, draw, "v", note, changed=changed)
        self.desk.whole()

    def send(self, message: dict, shown: int | None = None, page: int = 1) -> dict:
        selection = {"version": self.memory.version, "ids": [], "wide": False}
        along = {"selection": selection, "shown": shown, "page": page}
        found = read_batch({**along, **message})
        assert found is not None
        return self.desk(found)

    def ids(self) -> list[tuple[str, ...]]:
        return [action.ids for action in self.heard]


def test_a_repeated_batch_is_carried_out_once() -> None:
    window = Window()
    assert window.send(batch(label(1, "a"), label(2, "b")))["ack"] == 2
    assert window.send(batch(label(1, "a"), label(2, "b"), label(3, "c")))["ack"] == 3
    assert window.ids() == [("a",), ("b",), ("c",)]


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=30))
def test_nothing_is_lost_or_doubled_whatever_is_cut_off(steps: list[tuple[int, bool]]) -> None:
    """Model of the browser: it sends all that is not acknowledged; some batches never arrive."""
    window, waiting, made = Window(), [], 0
    for count, arrives in [*steps, (1, True)]:
        for _ in range(count):
            made += 1
            waiting.append(label(made, str(made)))
        if arrives:
            ack = window.send(batch(*waiting))["ack"]
            if count % 2:  # the answer itself may be lost as well
                waiting = [a for a in waiting if a["nonce"] > ack]
    assert [action.nonce for action in window.heard] == list(range(1, made + 1))


def test_a_page_turn_takes_effect_once_and_brings_its_page() -> None:
    window = Window()
    turn = {"nonce": 2, "uid": "u", "type": "turn", "page": 7, "ids": [], "category": None}
    answer = window.send(batch(label(1, "a"), turn))
    assert (answer["ack"], answer["drawing"]["page"]) == (2, 7)
    assert [item["id"] for item in answer["drawing"]["items"]] == ["7a", "7b", "7c"]
    window.memory.page = 1  # a filter changed
    assert window.send(batch(turn))["ack"] == 2
    assert window.memory.page == 1
    assert window.ids() == [("a",)]


def test_a_label_brings_the_tiles_alone_that_changed_since_the_browser_s() -> None:
    window = Window()
    answer = window.send(batch(label(1, "1a", "9z")), shown=0)
    assert [item["id"] for item in answer["part"]["items"]] == ["1a"]
    assert answer["part"]["revision"]["number"] == 1
    assert "drawing" not in answer
    window.labelled.append("1c")  # somebody else
    answer = window.send(batch(label(2, "1b")), shown=1)
    assert [item["id"] for item in answer["part"]["items"]] == ["1b", "1c"]
    window.labelled.append("1a")
    answer = window.send(batch(), shown=3)
    assert [item["id"] for item in answer["part"]["items"]] == ["1a"]
    undo = {"nonce": 3, "uid": "u3", "type": "undo", "ids": []}
    answer = window.send(batch(undo), shown=4)
    assert "drawing" in answer, "what it takes back may lie anywhere"


def test_what_the_browser_does_not_show_comes_whole() -> None:
    """An answer can be lost: the page that was turned to, and the selection of everything."""
    window = Window()
    turn = {"nonce": 1, "uid": "u", "type": "turn", "page": 7, "ids": [], "category": None}
    window.send(batch(turn), shown=0)  # the answer is lost
    assert window.send(batch(turn), shown=0)["drawing"]["page"] == 7
    assert "part" in window.send(batch(), shown=0, page=7)
    window.memory.impose(("7a",))
    old = {"version": window.memory.version - 1, "ids": [], "wide": False}
    answer = window.send({**batch(), "selection": old}, shown=0, page=7)
    assert answer["drawing"]["selection"]["ids"] == ["7a"]
    assert "drawing" in window.send(batch(), page=7), "it shows nothing yet"


def test_a_drawing_that_a_label_overtook_comes_with_the_answer() -> None:
    """Such as one with a category that was made beside the gallery: its key was refused."""
    window = Window()
    window.labelled.append("")
    window.desk.whole()  # what the page's script draws is on its way when the label is given
    answer = window.send(batch(label(1, "1a")), shown=0)
    assert answer["drawing"]["revision"]["number"] == 2
    assert "part" in window.send(batch(label(2, "1b")), shown=2)


def test_what_only_the_page_can_do_waits_for_it_in_order() -> None:
    window = Window()
    ask = {"nonce": 2, "uid": "u2", "type": "open", "ids": ["1b"]}
    answer = window.send(batch(label(1, "1a"), ask))
    assert (answer["ack"], answer["rerun"]) == (2, True)
    assert [action.type for action in window.memory.empty_inbox()] == ["open"]
    assert window.memory.empty_inbox() == ()
    assert not window.send(batch(ask))["rerun"], "asked once"


def test_a_busy_project_gets_its_actions_again_and_any_other_error_is_final() -> None:
    def refuse(action: Action) -> None:
        if len(window.heard) == 2:
            raise ProjectBusy("Another program is writing.")
        if len(window.heard) == 5:
            raise StaleWrite("This category is gone.")

    window = Window(refuse)
    answer = window.send(batch(label(1, "a"), label(2, "b"), label(3, "c")))
    assert (answer["ack"], answer["busy"]) == (1, True)
    answer = window.send(batch(label(2, "b"), label(3, "c")))
    assert (answer["ack"], answer["busy"]) == (3, False)
    assert window.send(batch(label(4, "d")))["ack"] == 4
    assert window.send(batch(label(4, "d")))["ack"] == 4
    assert window.ids() == [("a",), ("b",), ("b",), ("c",), ("d",)]


def test_what_is_broken_off_comes_again_under_its_name() -> None:
    class BrokenOff(BaseException):
        """As a thread that is ended."""

    def end(action: Action) -> None:
        if len(window.heard) == 1:
            raise BrokenOff

    window = Window(end)
    with pytest.raises(BrokenOff):
        window.send(batch(label(1, "a")))
    assert window.send(batch(label(1, "a")))["ack"] == 1
    assert [action.uid for action in window.heard] == ["u1", "u1"]


def test_two_mounted_galleries_count_apart_and_old_ones_are_forgotten() -> None:
    window = Window()
    for client in ("first", "second", *(f"other {n}" for n in range(20))):
        window.send(batch(label(1, client), client=client))
    assert len(window.heard) == 22
    assert len(window.memory.ledger.done) <= 8


def test_malformed_messages_are_ignored() -> None:
    for message in (None, 7, {}, {"client": 1, "actions": []}, {"client": "", "actions": []}):
        assert read_batch(message) is None
    window = Window()
    for n, wrong in enumerate(
        (
            7,
            {"nonce": 1},
            {**label(1), "type": "format disk"},
            {**label(1), "ids": [3]},
            {**label(1), "ids": "abc"},
            {**label(1), "category": 4},
            {**label(1), "uid": "u" * 65},
            {**label(1), "uid": ""},
            {**label(1), "type": "create", "name": 7},
        ),
        start=1,
    ):
        window.send(batch({**wrong, "nonce": n} if isinstance(wrong, dict) else wrong))
    for n, page in enumerate(("2", True, 0, None, 1.5), start=20):
        window.send(batch({"nonce": n, "uid": "u", "type": "turn", "page": page}))
    window.memory.report({"version": window.memory.version, "ids": [1]})
    assert window.heard == []
    assert (window.memory.page, window.memory.selected) == (1, ())


def test_a_selection_from_before_python_imposed_one_is_ignored() -> None:
    memory = GalleryMemory()
    before = memory.version
    memory.report({"version": before, "ids": ["a", "b"]})
    assert memory.selected == ("a", "b")
    memory.impose(["a", "b"])
    assert memory.version == before, "nothing was imposed"
    memory.impose(["c"])
    memory.report({"version": before, "ids": ["a"]})
    assert memory.selected == ("c",)
    sent = data(memory)["selection"]
    assert sent["ids"] == ["c"]
    memory.report({"version": sent["version"], "ids": []})
    assert memory.selected == ()


def test_the_data_is_json_and_counts_positions_over_pages() -> None:
    items = [
        GalleryItem(f"i{n}", 'a "name" <b>🦠', "/pictures/t", category=1, labelled=n == 0)
        for n in range(3)
    ]
    middle = data(GalleryMemory(), items, page=2, pages=4, total=11)
    last = data(GalleryMemory(), items[:2], page=4, pages=4, total=11)
    assert (middle["first"], last["first"]) == (4, 10)
    assert data(GalleryMemory(), page=9, pages=4)["page"] == 4
    assert data(GalleryMemory(), page=1, pages=0)["pages"] == 1
    assert json.loads(json.dumps(middle)) == middle
    assert [item["category"] for item in middle["items"]] == [1, 0, 0], "unlabelled shows no label"


def test_predictions_travel_beside_the_label() -> None:
    items = [
        GalleryItem("i", "n", "t", prediction=("WBC", "#123456", "87.4 %")),  # type: ignore[arg-type]
        GalleryItem("j", "n", "t", category=1, labelled=True, prediction=("WBC", "#123456", "")),  # type: ignore[arg-type]
    ]
    first, second = data(GalleryMemory(), items, total=2)["items"]
    assert first["prediction"] == {"name": "WBC", "color": "#123456", "confidence": "87.4 %"}
    assert (second["category"], second["prediction"]["confidence"]) == (1, "")


def test_a_new_categorys_name_travels_with_its_images() -> None:
    window = Window()
    raw = {**label(1, "a", "b"), "type": "create", "category": None, "name": "mitosis"}
    window.send(batch({**raw, "seen": "2026"}))
    [action] = window.heard
    assert (action.type, action.ids, action.name) == ("create", ("a", "b"), "mitosis")
    assert (action.seen, action.revision) == ("2026", 2026)
    window.send(batch({**raw, "nonce": 2, "seen": 7}))
    assert len(window.heard) == 1


def test_the_tooltips_words_belong_to_the_label_that_is_shown() -> None:
    given: dict[str, Any] = {
        "labelled_by": "Ada",
        "pixel_size": "0.1 × 0.1 µm",
        "partition": "Training",
    }
    items = [
        GalleryItem("i", "n", "t", category=1, labelled=True, **given),
        GalleryItem("j", "n", "t", **{**given, "partition": "Unassigned"}),
    ]
    sent = to_page(
        GalleryMemory(),
        GalleryPage(
            items,
            [],
            total=2,
            revision=GalleryRevision("/pictures/t/revision", 7, "2026-11-21T20:00:00.000+00:00"),
        ),
        changes=0,
        view="v",
        partitions={"Training": "Entrenamiento"},
    )
    first, second = sent["items"]
    assert (first["partition"], first["badge"]) == ("Entrenamiento", "En")
    assert (second["partition"], second["badge"]) == ("Unassigned", "")
    assert (first["labelled_by"], second["labelled_by"]) == ("Ada", "")
    assert sent["revision"] == {
        "address": "/pictures/t/revision",
        "number": 7,
        "moment": "2026-11-21T20:00:00.000+00:00",
    }


def test_new_sessions_never_reuse_a_version() -> None:
    memories = [GalleryMemory() for _ in range(3)]
    for older, newer in pairwise(memories):
        assert newer.version >= older.version


def page_with_a_gallery() -> None:
    import streamlit as st

    from piximi_ui.components.gallery import (
        GalleryCategory,
        GalleryItem,
        GalleryPage,
        gallery,
        gallery_view,
    )

    result = gallery(
        lambda page, only=None: GalleryPage(
            [GalleryItem("i", "n.png", "/t", prediction=("WBC", "#123456", 0.5))],
            [GalleryCategory("c0", "Unknown", "#aaaaaa")],
            page=2,
            pages=3,
            total=201,
        ),
        key="project__Image",
        selected=["i"],
    )
    view = gallery_view("project__Image")
    st.write(f"{view.page} {result.page} {result.selected}")


def test_the_page_renders_without_a_browser_twice_and_in_two_sessions() -> None:
    for _ in range(2):
        app = AppTest.from_function(page_with_a_gallery, default_timeout=30).run()
        app.run()
        assert not app.exception
        assert app.markdown[0].value == "2 2 ('i',)"


def test_every_report_makes_the_next_drawing_another_one() -> None:
    """The browser sees no drawing that equals the one before, and would wait for it."""
    memory = GalleryMemory()
    report = {"version": memory.version, "ids": [], "wide": False}
    memory.report({**report, "report": 1})
    first = data(memory)["selection"]
    memory.report({**report, "report": 2})
    second = data(memory)["selection"]
    assert first["ids"] == second["ids"]
    assert first != second
