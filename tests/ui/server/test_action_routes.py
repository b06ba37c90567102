"""The route that takes actions: from our own pages alone, each done once, refused in words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from piximi_core.project.contents.categories import (
    create_category,
    delete_category,
    list_categories,
)
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.relabelled import relabelled_since
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.store import Store, create_store
from piximi_ui.base.gallery_items import gallery_categories, gallery_items, gallery_revision
from piximi_ui.base.label_actions import label_actions
from piximi_ui.components.gallery.contract import GalleryMemory, GalleryPage
from piximi_ui.components.gallery.desk import GalleryDesk
from piximi_ui.server import action_routes, sessions
from tests.project.conftest import fill, new_image
from tests.ui.server.asgi import Answer, post

HERE = {
    "host": "127.0.0.1:8501",
    "origin": "http://127.0.0.1:8501",
    "content-type": "application/json",
}


class Window:
    """One gallery of a project, in a session of its own."""

    def __init__(self, store: Store, name: str = "gallery") -> None:
        self.store, self.memory = store, GalleryMemory()

        def draw(page: int, only: Collection[str] | None = None) -> GalleryPage:
            revision = store.revision()
            ids = find_ids(store, ThingFilter()) if only is None else only
            categories = gallery_categories(store)
            return GalleryPage(
                gallery_items(get_things(store, ids), categories, token="t"),
                categories,
                total=len(ids),
                revision=gallery_revision("t", revision),
            )

        changed = partial(relabelled_since, store)
        desk = GalleryDesk(self.memory, draw, "all", label_actions(store), changed=changed)
        self.address = action_routes.action_address(f"{name} {id(self)}", desk)
        desk.whole()

    def send(self, body: object, headers: Mapping[str, str] = HERE) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return post(action_routes.routes(), self.address, content, headers)

    def act(self, *actions: dict[str, Any], client: str = "tab") -> dict[str, Any]:
        selection = {"version": self.memory.version, "ids": [], "wide": False}
        along = {"selection": selection, "shown": self.store.revision(), "page": self.memory.page}
        answer = self.send({"client": client, "actions": list(actions), **along})
        assert answer.status == 200, answer.body
        assert answer.headers["cache-control"] == "no-store"
        return json.loads(answer.body)

    def said(self) -> list[str]:
        return [text for text, _icon in self.memory.empty_said()]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Actions")
    fill(store, [new_image(n) for n in range(4)])
    for name in ("red", "blue"):
        create_category(store, name)
    return store


@pytest.fixture
def window(store: Store) -> Window:
    return Window(store)


def label(store: Store, place: int, category: int = 1, nonce: int = 1, **more: Any) -> dict:
    return {
        "type": "label",
        "nonce": nonce,
        "uid": f"uid {nonce}",
        "ids": [find_ids(store, ThingFilter())[place]],
        "category": list_categories(store)[category].id,
        **more,
    }


def labels(store: Store) -> list[str]:
    names = {category.id: category.name for category in list_categories(store)}
    return [names[t.category_id] for t in get_things(store, find_ids(store, ThingFilter()))]


def test_a_label_is_answered_with_what_changed(store: Store, window: Window) -> None:
    before = store.revision()
    answer = window.act(label(store, 2))
    assert labels(store) == ["Unknown", "Unknown", "red", "Unknown"]
    assert answer["ack"] == 1
    [item] = answer["part"]["items"]
    assert (item["category"], item["id"]) == (1, find_ids(store, ThingFilter())[2])
    assert answer["part"]["revision"]["number"] == store.revision() == before + 1
    undo = {"type": "undo", "nonce": 2, "uid": "back", "ids": [], "seen": str(before + 1)}
    answer = window.act(label(store, 2), undo)
    assert labels(store) == ["Unknown"] * 4
    assert [item["category"] for item in answer["drawing"]["items"]] == [0] * 4
    assert answer["rerun"], "what it took back is said by the page"
    assert window.said() == ["Undone: Label 1 image"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ""},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://evil.example"},
    ],
)
def test_no_other_page_acts(store: Store, window: Window, headers: dict[str, str]) -> None:
    sent = {name: value for name, value in {**HERE, **headers}.items() if value}
    body = {"client": "tab", "actions": [label(store, 0)]}
    assert window.send(body, sent).status == 403
    assert set(labels(store)) == {"Unknown"}


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_what_a_form_can_send_is_refused(store: Store, window: Window, kind: str) -> None:
    """A form of another page may post these types without asking; JSON it may not."""
    body = {"client": "tab", "actions": [label(store, 0)]}
    assert window.send(body, {**HERE, "content-type": kind}).status == 415
    assert set(labels(store)) == {"Unknown"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"client": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_batch_is_refused(window: Window, body: bytes) -> None:
    assert window.send(body).status == 400


def test_a_body_has_a_limit_told_or_not(
    store: Store, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_routes, "MOST_BYTES", 1000)
    body = {"client": "tab", "actions": [label(store, 0)], "more": "x" * 2000}
    assert window.send(body).status == 413
    assert window.send(body, {**HERE, "content-length": "99999999"}).status == 413
    assert set(labels(store)) == {"Unknown"}


def test_a_token_ends_with_its_session(
    store: Store, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"client": "tab", "actions": [label(store, 0)]}
    wrong = post(action_routes.routes(), f"/actions/{'x' * 32}", json.dumps(body).encode(), HERE)
    assert wrong.status == 404
    monkeypatch.setattr(sessions, "is_live", lambda session: False)
    assert window.send(body).status == 404
    assert set(labels(store)) == {"Unknown"}
    assert window.address.rsplit("/", 1)[-1] not in action_routes._desks, "nothing of it is kept"


def test_one_batch_at_a_time(store: Store, window: Window) -> None:
    """The browser gave up waiting for one, and sends it again while it is still being done."""
    begun, go = threading.Event(), threading.Event()

    def slow(batch: object) -> dict[str, Any]:
        begun.set()
        assert go.wait(10)
        return {"ack": 1}

    window.address = action_routes.action_address("slow", slow)
    body, found = {"client": "tab", "actions": []}, []
    first = threading.Thread(target=lambda: found.append(window.send(body).status))
    first.start()
    assert begun.wait(10)
    assert window.send(body).status == 409
    go.set()
    first.join(10)
    assert found == [200]


def test_what_is_stale_is_refused_in_words_and_the_rest_is_done(
    store: Store, window: Window
) -> None:
    seen = str(store.revision())
    second = find_ids(store, ThingFilter())[1]
    stale = label(store, 0, category=2, nonce=1, seen=seen)
    delete_category(store, list_categories(store)[2].id)
    label_things(store, [second], list_categories(store)[1].id, who="Ada")
    theirs = label(store, 1, category=0, nonce=2, seen=seen)
    undo = {"type": "undo", "nonce": 3, "uid": "uid 3", "ids": [], "seen": seen}
    mine = label(store, 2, nonce=4, seen=seen)
    answer = window.act(stale, theirs, undo, mine)
    assert (answer["ack"], answer["rerun"]) == (4, True)
    said = " ".join(window.said())
    assert "That category is gone" in said
    assert "1 image was labelled by someone else meanwhile" in said
    assert "Nothing was undone: Ada has changed the project" in said
    assert labels(store) == ["Unknown", "red", "red", "Unknown"]


def test_a_project_that_can_only_be_looked_at_says_so(
    store: Store, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    from piximi_core.errors import BadInput

    refusal = BadInput("The project can only be looked at.")
    monkeypatch.setattr(
        "piximi_core.project.database.store.why_not_writable", lambda folder: refusal
    )
    monkeypatch.setattr(store, "_refusal", refusal)
    answer = window.act(label(store, 0))
    assert (answer["ack"], answer["rerun"]) == (1, True)
    assert window.said() == ["The project can only be looked at."]
    assert set(labels(store)) == {"Unknown"}


def test_a_busy_project_is_asked_again(
    store: Store, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    from piximi_core.project.database.lock import writer_lock

    monkeypatch.setattr("piximi_core.project.database.lock.WAIT_SECONDS", 0.2)
    monkeypatch.setattr(
        "piximi_core.project.database.store.writer_lock", lambda folder: writer_lock(folder, 0.2)
    )
    with writer_lock(store.folder):
        answer = window.act(label(store, 0), label(store, 1, nonce=2))
    assert (answer["ack"], answer["busy"]) == (0, True)
    assert window.act(label(store, 0), label(store, 1, nonce=2))["ack"] == 2
    assert labels(store)[:2] == ["red", "red"]


_KILLED = """
import json, os, signal, sys
from pathlib import Path
from piximi_core.project.database.store import Store
from tests.ui.server.test_action_routes import Window
window = Window(Store(Path(sys.argv[1])))
desk = window.memory.ledger.work_off
def killed(batch, do):
    desk(batch, do)
    os.kill(os.getpid(), signal.SIGKILL)
window.memory.ledger.work_off = killed
window.act(*json.loads(sys.argv[2]))
"""


def test_what_was_written_before_a_kill_is_not_written_again(store: Store) -> None:
    """Killed between the transaction and the answer: another session gets the batch again."""
    before = store.revision()
    actions = [label(store, 0), label(store, 1, category=2, nonce=2)]
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED, str(store.folder), json.dumps(actions)],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert labels(store)[:2] == ["red", "blue"]
    again = Window(store)
    assert again.act(*actions, client="after the reload")["ack"] == 2
    assert again.said() == []
    assert store.revision() == before + 2, "each label is one change, and none came twice"
