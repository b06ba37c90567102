"""The gallery's contract: actions arrive once, selections do not overtake each other."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from piximi_core.errors import ProjectBusy, StaleWrite
from piximi_ui.components.gallery import GalleryCategory, GalleryItem, GalleryRevision
from piximi_ui.components.gallery.contract import GalleryMemory, to_data


def label(nonce: int, *ids: str) -> dict:
    return {"nonce": nonce, "uid": f"u{nonce}", "type": "label", "ids": list(ids), "category": "c1"}


def batch(*actions: dict, client: str = "tab") -> dict:
    return {"client": client, "actions": list(actions)}


def data(memory: GalleryMemory, items=(), page=1, pages=1, total=0) -> dict:
    return to_data(
        memory,
        list(items),
        [GalleryCategory("c0", "Unknown", "#aaaaaa")],
        page=page,
        pages=pages,
        total=total,
        tile=144,
        allow=["label"],
        texts={},
        store="g",
    )


def test_a_repeated_batch_is_handed_on_once() -> None:
    memory = GalleryMemory()
    first = memory.take(batch(label(1, "a"), label(2, "b")))
    again = memory.take(batch(label(1, "a"), label(2, "b"), label(3, "c")))
    assert [action.ids for action in first] == [("a",), ("b",)]
    assert [action.ids for action in again] == [("c",)]
    assert data(memory)["acks"] == {}, "nothing shows their effect yet"
    memory.mark_shown()
    assert data(memory)["acks"] == {"tab": 3}


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=30))
def test_nothing_is_lost_or_doubled_whatever_is_cut_off(steps: list[tuple[int, bool]]) -> None:
    """Model of the browser: it sends all that is not acknowledged; some batches never arrive."""
    memory, waiting, made, heard = GalleryMemory(), [], 0, []
    for count, arrives in [*steps, (1, True)]:
        for _ in range(count):
            made += 1
            waiting.append(label(made, str(made)))
        if arrives:
            heard += [action.nonce for action in memory.take(batch(*waiting))]
            if count % 2:  # the acknowledgement itself may be lost as well
                waiting = [a for a in waiting if a["nonce"] > memory.acks["tab"]]
    assert heard == list(range(1, made + 1))


def test_a_page_turn_takes_effect_once_and_is_acknowledged() -> None:
    memory = GalleryMemory()
    turn = {"nonce": 2, "uid": "u", "type": "turn", "page": 7, "ids": [], "category": None}
    assert [a.type for a in memory.take(batch(label(1, "a"), turn))] == ["label"]
    assert memory.page == 7
    memory.page = 1  # a filter changed
    assert memory.take(batch(turn)) == ()
    assert memory.page == 1
    memory.mark_shown()
    assert data(memory)["acks"] == {"tab": 2}


def test_the_inbox_is_emptied_once() -> None:
    memory = GalleryMemory()
    memory.inbox.extend(memory.take(batch(label(1, "a"))))
    memory.inbox.extend(memory.take(batch(label(1, "a"), label(2, "b"))))
    assert [action.ids for action in memory.empty_inbox()] == [("a",), ("b",)]
    assert memory.empty_inbox() == ()


def test_a_busy_project_gets_its_actions_again_and_a_refusal_is_final() -> None:
    memory, heard = GalleryMemory(), []

    def handler(actions: tuple) -> None:
        heard.append([action.ids for action in actions])
        if len(heard) == 1:
            raise ProjectBusy("Another program is writing.")
        if len(heard) == 3:
            raise StaleWrite("This category is gone.")

    memory.deliver(batch(label(1, "a")), handler)
    assert data(memory)["acks"] == {}
    memory.deliver(batch(label(1, "a"), label(2, "b")), handler)
    assert data(memory)["acks"] == {"tab": 2}
    with pytest.raises(StaleWrite):
        memory.deliver(batch(label(3, "c")), handler)
    assert data(memory)["acks"] == {"tab": 3}
    memory.deliver(batch(label(3, "c")), handler)
    assert heard == [[("a",)], [("a",), ("b",)], [("c",)]]


def test_what_the_next_run_breaks_off_comes_again_under_its_name() -> None:
    memory, heard = GalleryMemory(), []

    class BrokenOff(BaseException):
        """As Streamlit's control flow, which is no Exception."""

    def handler(actions: tuple) -> None:
        heard.append([action.uid for action in actions])
        if len(heard) in (1, 3):
            raise BrokenOff

    with pytest.raises(BrokenOff):
        memory.deliver(batch(label(1, "a")), handler)
    assert data(memory)["acks"] == {}
    memory.deliver(batch(label(1, "a")), handler)
    undo = {"nonce": 2, "uid": "u2", "type": "undo", "ids": []}
    with pytest.raises(BrokenOff):
        memory.deliver(batch(undo), handler)
    assert data(memory)["acks"] == {"tab": 1}
    memory.deliver(batch(undo), handler)
    assert heard == [["u1"], ["u1"], ["u2"], ["u2"]]
    assert data(memory)["acks"] == {"tab": 2}


def test_two_mounted_galleries_count_apart_and_old_ones_are_forgotten() -> None:
    memory = GalleryMemory()
    assert len(memory.take(batch(label(1, "a"), client="first"))) == 1
    assert len(memory.take(batch(label(1, "a"), client="second"))) == 1
    for n in range(20):
        memory.take(batch(label(1, "a"), client=f"other {n}"))
    assert len(memory.acks) <= 8


def test_malformed_messages_are_ignored() -> None:
    memory = GalleryMemory()
    for message in (
        None,
        7,
        {},
        {"client": 1, "actions": []},
        batch({"nonce": 1}),
        batch({**label(1), "type": "format disk"}),
        batch({**label(1), "ids": [3]}),
        batch({**label(1), "ids": "abc"}),
        batch({**label(1), "category": 4}),
        batch({**label(1), "uid": "u" * 65}),
        batch({**label(1), "uid": ""}),
        batch({**label(1), "type": "create", "name": 7}),
    ):
        assert memory.take(message) == ()
    for n, page in enumerate(("2", True, 0, None, 1.5), start=10):
        assert memory.take(batch({"nonce": n, "uid": "u", "type": "turn", "page": page})) == ()
    memory.report({"version": memory.version, "ids": [1]})
    assert (memory.page, memory.selected) == (1, ())


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
        GalleryItem("i", "n", "t", prediction=("WBC", "#123456", "87.4 %")),
        GalleryItem("j", "n", "t", category=1, labelled=True, prediction=("WBC", "#123456", "")),
    ]
    first, second = data(GalleryMemory(), items, total=2)["items"]
    assert first["prediction"] == {"name": "WBC", "color": "#123456", "confidence": "87.4 %"}
    assert (second["category"], second["prediction"]["confidence"]) == (1, "")


def test_a_new_categorys_name_travels_with_its_images() -> None:
    memory = GalleryMemory()
    raw = {**label(1, "a", "b"), "type": "create", "category": None, "name": "mitosis"}
    (action,) = memory.take(batch({**raw, "seen": "2026"}))
    assert (action.type, action.ids, action.name) == ("create", ("a", "b"), "mitosis")
    assert action.seen == "2026"
    assert memory.take(batch({**raw, "nonce": 2, "seen": 7})) == ()


def test_the_tooltips_words_belong_to_the_label_that_is_shown() -> None:
    given = {"labelled_by": "Ada", "pixel_size": "0.1 × 0.1 µm", "partition": "Training"}
    items = [
        GalleryItem("i", "n", "t", category=1, labelled=True, **given),
        GalleryItem("j", "n", "t", **{**given, "partition": "Unassigned"}),
    ]
    sent = to_data(
        GalleryMemory(),
        items,
        [],
        page=1,
        pages=1,
        total=2,
        tile=144,
        allow=[],
        texts={},
        store="g",
        partitions={"Training": "Entrenamiento"},
        revision=GalleryRevision("/pictures/t/revision", 7, "2026-11-21T20:00:00.000+00:00"),
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
        gallery,
        gallery_view,
        set_gallery_page,
    )

    set_gallery_page("project__Image", 2)
    view = gallery_view("project__Image")
    result = gallery(
        [GalleryItem("i", "n.png", "/t", prediction=("WBC", "#123456", 0.5))],
        [GalleryCategory("c0", "Unknown", "#aaaaaa")],
        key="project__Image",
        selected=["i"],
        pages=3,
        total=201,
    )
    st.write(f"{view.page} {result.page} {result.selected} {result.actions}")


def test_the_page_renders_without_a_browser_twice_and_in_two_sessions() -> None:
    for _ in range(2):
        app = AppTest.from_function(page_with_a_gallery, default_timeout=30).run()
        app.run()
        assert not app.exception
        assert app.markdown[0].value == "2 2 ('i',) ()"
