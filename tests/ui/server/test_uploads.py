"""The route that takes files: under a token of a session and project, from our own pages alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from piximi_core.jobs.folder import Job
from piximi_core.project.database.store import Store, create_store
from piximi_core.vocabulary import new_id
from piximi_ui.components.upload import Sent, sent_from
from piximi_ui.server import sessions, uploads
from tests.services.importing.uploading import lot
from tests.ui.server.asgi import Answer, get, post

HERE = {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "project", "Uploads")


def send(address: str, content: bytes, headers: dict[str, str] = HERE) -> Answer:
    return post(uploads.routes(), address, content, headers)


def said(answer: Answer) -> dict:
    return json.loads(answer.body)


def test_what_is_sent_lies_on_the_disk_and_is_told(store: Store) -> None:
    address, upload = uploads.upload_address(store), new_id()
    pieces = [(1, "cells/a.png", 3, 0, b"abc"), (2, "z.zip", 9, 0, b"1234")]
    answer = send(f"{address}/{upload}", lot(pieces))
    assert (answer.status, said(answer)) == (200, {"arrived": {"1": 3, "2": 4}})
    [answer] = get(uploads.routes(), f"{address}/{upload}")
    assert said(answer)["files"] == [[1, "cells/a.png", 3, 3], [2, "z.zip", 9, 4]]
    assert "no-store" in answer.headers["cache-control"]
    send(f"{address}/{upload}", lot([(2, "z.zip", 9, 4, b"56789")]))
    room = store.files.jobs / upload / "upload"
    assert [path.read_bytes() for path in sorted(room.iterdir())] == [b"abc", b"123456789"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8501"},
        {"host": "127.0.0.1:8501", "origin": "null"},
        {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:9999"},
        {"host": "127.0.0.1:8501", "origin": "https://evil.example"},
    ],
)
def test_no_other_page_sends_anything(store: Store, headers: dict[str, str]) -> None:
    content = lot([(1, "a.png", 1, 0, b"x")])
    assert send(f"{uploads.upload_address(store)}/{new_id()}", content, headers).status == 403
    assert list(store.files.jobs.iterdir()) == []


def test_a_token_ends_with_its_session_and_names_no_folder(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, address = lot([(1, "a.png", 1, 0, b"x")]), uploads.upload_address(store)
    assert send(f"/uploads/{'x' * 32}/{new_id()}", content).status == 404
    for strange in ("..", "runs", "%2e%2e%2fruns", new_id() + "x"):
        assert send(f"{address}/{strange}", content).status == 404
    monkeypatch.setattr(sessions, "is_live", lambda session: False)
    assert send(f"{address}/{new_id()}", content).status == 404
    assert list(store.files.jobs.iterdir()) == []


def test_what_does_not_fit_is_refused_by_what_it_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, upload = uploads.upload_address(store), new_id()
    assert send(f"{address}/{upload}", b"{}\n").status == 400
    answer = send(f"{address}/{upload}", lot([(1, "a.png", 9, 5, b"xxxx")]))
    assert (answer.status, said(answer)["error"]) == (409, "again")
    answer = send(f"{address}/{upload}", lot([(1, "a.png", 1 << 40, 0, b"x")]))
    assert answer.status == 400, "larger than the operator allows"
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
        answer = send(f"{address}/{upload}", lot([(2, "b.png", 1, 0, b"x")]))
    assert (answer.status, said(answer)["error"]) == (507, "full")
    Job.create(store.files.jobs / upload, "add", {})
    answer = send(f"{address}/{upload}", lot([(3, "c.png", 1, 0, b"x")]))
    assert (answer.status, said(answer)["error"]) == (409, "asked")
    assert get(uploads.routes(), f"{address}/{upload}")[0].status == 409


def test_a_browsers_report_is_read_with_care() -> None:
    assert sent_from(None, "1") == Sent("1")
    assert sent_from({"upload": "2", "chosen": 9}, "1") == Sent("1"), "of another upload"
    told = {"upload": "1", "under_way": True, "chosen": 5, "hidden": True, "failed": -1}
    assert sent_from(told, "1") == Sent("1", under_way=True, chosen=5)
