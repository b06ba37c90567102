"""The door: names, origins, the start-up token, the sign-in, and how much may be uploaded."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import websockets.exceptions
import websockets.sync.client
from starlette.types import Receive, Scope, Send
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from piximi_core.start_token import Account, is_shared, start_token
from piximi_ui.server import access, door, pictures, sessions, upload_limits
from tests.conftest import REPOSITORY
from tests.ui.server.asgi import get
from tests.ui.server.test_pictures import add_original, png

SECRET = "c" * 32
AUTH = {
    "redirect_uri": "https://piximi.lab.example/oauth2callback",
    "cookie_secret": SECRET,
    "client_id": "dashboard",
    "client_secret": "s",
    "server_metadata_url": "https://id.lab.example/.well-known/openid-configuration",
}
HERE = "127.0.0.1:8501"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXIMI_TOKEN", "0")
    monkeypatch.delenv("PIXIMI_OPEN", raising=False)
    monkeypatch.setattr(door.Door, "token", None)


@pytest.fixture
def signing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "auth_section", lambda: AUTH)
    monkeypatch.setattr(door, "get_cookie_secret", lambda: SECRET)


async def _answers_everyone(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": f"{scope['type']}.reached", "status": 200})


def ask(path: str = "/", kind: str = "http", method: str = "GET", **headers: str) -> dict[str, Any]:
    """What comes first of a request, behind the door."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    path, _, query = path.partition("?")
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "server": ("127.0.0.1", 8501),
        "scheme": "ws" if kind == "websocket" else "http",
        "headers": [(k.encode(), v.encode()) for k, v in ({"host": HERE} | headers).items()],
    }
    asyncio.run(door.Door(_answers_everyone)(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent)
    return {**sent[0], "headers": dict(sent[0].get("headers", [])), "body": body}


def passes(*args: Any, **more: Any) -> bool:
    return str(ask(*args, **more)["type"]).endswith(".reached")


ROUTES = ["/", "/_stcore/health", "/_stcore/metrics", "/pictures/x/revision", "/files/x/a.zip"]
ROUTES += ["/assets/gallery-0.js", "/static/js/index.js", "/media/x.png", "/_stcore/host-config"]


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_looks_at_the_host(path: str) -> None:
    assert passes(path, host="localhost:1234")
    assert ask(path, host="evil.example")["status"] == 403
    assert ask(path, host="evil.example@127.0.0.1")["status"] == 403


@pytest.mark.parametrize("origin", ["http://localhost:9999", "http://evil.example", "null"])
def test_other_pages_open_no_connection_and_change_nothing(origin: str) -> None:
    assert not passes("/_stcore/stream", "websocket", origin=origin)
    for method in ("PUT", "POST", "DELETE"):
        assert ask("/_stcore/upload_file/s/f", method=method, origin=origin)["status"] == 403
    assert passes("/_stcore/stream", "websocket", origin=f"http://{HERE}")
    assert passes("/_stcore/upload_file/s/f", method="PUT", origin=f"http://{HERE}")


@pytest.mark.parametrize("path", [route for route in ROUTES if "health" not in route])
def test_without_its_token_a_shared_dashboard_answers_nothing(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXIMI_TOKEN", "open-sesame")
    assert ask(path)["status"] == 403
    assert ask(f"{path}?token=guessed")["status"] == 403
    assert ask(path, cookie="piximi-token-8501=open-sesame")["status"] == 403
    assert not passes("/_stcore/stream", "websocket")
    opened = ask(f"{path}?a=b&token=open-sesame")
    assert (opened["status"], opened["headers"][b"location"]) == (303, f"{path}?a=b".encode())
    cookie = opened["headers"][b"set-cookie"].decode().split(";")[0]
    assert "HttpOnly" in opened["headers"][b"set-cookie"].decode()
    assert "open-sesame" not in cookie
    assert passes(path, cookie=cookie)
    assert passes("/_stcore/stream", "websocket", cookie=cookie, origin=f"http://{HERE}")


def test_who_watches_the_server_needs_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXIMI_TOKEN", "open-sesame")
    assert passes("/_stcore/health")


@pytest.mark.parametrize("told", ["0", "off", "Off"])
def test_a_token_can_be_switched_off(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXIMI_TOKEN", told)
    monkeypatch.setattr("piximi_core.start_token.others_here", lambda: True)
    assert start_token() is None


def test_a_token_is_made_up_where_others_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIXIMI_TOKEN")
    monkeypatch.delenv("PIXIMI_START_TOKEN", raising=False)
    monkeypatch.setattr("piximi_core.start_token.others_here", lambda: False)
    assert start_token() is None
    monkeypatch.setattr("piximi_core.start_token.others_here", lambda: True)
    first, second = start_token(), start_token()
    assert first != second
    assert min(len(first or ""), len(second or "")) >= 32
    assert start_token(guarded=True) is None
    monkeypatch.setenv("PIXIMI_START_TOKEN", "proposed")
    assert start_token() == "proposed"


def test_who_else_may_use_a_machine(tmp_path: Path) -> None:
    def shared(me: int, **more: Any) -> bool:
        usual: dict[str, Any] = {"accounts": [], "homes": [], "at_work": [], "in_container": False}
        return is_shared(me, **(usual | more))

    ada = Account(1000, str(tmp_path), "/bin/bash")
    service = Account(1001, str(tmp_path), "/usr/sbin/nologin")
    homeless = Account(1002, str(tmp_path / "none"), "/bin/bash")
    nobody = Account(65534, str(tmp_path), "/bin/sh")
    root = Account(0, str(tmp_path), "/bin/bash")
    assert not shared(1000, accounts=[ada, service, homeless, nobody, root], at_work=[0, 33, 1000])
    assert not shared(0, accounts=[ada], in_container=True, at_work=[0]), "root in a container"
    assert shared(0, accounts=[ada]), "the administrator of a machine with people"
    assert shared(1003, accounts=[ada]), "another account that can log in"
    assert shared(1000, accounts=[ada], homes=[0, 1000, 200_001]), "of a directory service"
    assert shared(0, in_container=True, at_work=[0, 1000]), "someone at work"


@pytest.mark.usefixtures("signing_in")
@pytest.mark.parametrize("path", [route for route in ROUTES if "health" not in route])
def test_nothing_answers_before_signing_in(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(path)["status"] == 401
    assert not passes("/_stcore/stream", "websocket")
    assert ask("/_stcore/upload_file/s/f", method="PUT")["status"] == 401
    assert ask("/auth/login")["status"] == 200
    forged = create_signed_value("d" * 32, "_streamlit_user", json.dumps({"is_logged_in": True}))
    assert ask(path, cookie=f"_streamlit_user={forged.decode()}")["status"] == 401
    claims = {"is_logged_in": True, "email": "ada@lab.example"}
    signed = create_signed_value(SECRET, "_streamlit_user", json.dumps(claims)).decode()
    assert passes(path, cookie=f"_streamlit_user={signed}")
    assert passes("/_stcore/stream", "websocket", cookie=f"_streamlit_user={signed}")
    monkeypatch.setattr(access, "allowed_people", lambda: ["ben@lab.example"])
    assert ask(path, cookie=f"_streamlit_user={signed}")["status"] == 401


def test_the_door_speaks_the_language_of_whoever_comes() -> None:
    refused = ask("/", host="evil.example")
    spanish = ask("/", **{"host": "evil.example", "accept-language": "es-ES,es;q=0.9,en;q=0.8"})
    assert refused["headers"][b"content-length"] != spanish["headers"][b"content-length"]


@pytest.mark.usefixtures("signing_in")
def test_the_page_of_the_door_says_which_language_it_is_in() -> None:
    assert b'<html lang="en">' in ask("/")["body"]
    assert b'<html lang="es">' in ask("/", **{"accept-language": "es-ES,es;q=0.9"})["body"]


@pytest.mark.usefixtures("signing_in")
def test_half_a_sign_in_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "auth_section", lambda: {"cookie_secret": SECRET})
    assert ask("/")["status"] == 401
    assert not passes("/_stcore/stream", "websocket")


def test_a_stolen_token_ends_with_its_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = MemorySessionStorage(ttl_seconds=3600)
    manager = WebsocketSessionManager(storage, None, None, None)  # type: ignore[arg-type]
    session: Any = SimpleNamespace(id="ada")
    storage.save(SessionInfo(client=None, session=session))
    runtime = SimpleNamespace(_session_mgr=manager)
    stub = SimpleNamespace(exists=lambda: True, instance=lambda: runtime)
    monkeypatch.setattr(sessions, "Runtime", stub)
    (tmp_path / "images").mkdir()
    sha256 = add_original(tmp_path, png(), "png")
    address = pictures.thumb_address(pictures.issue_token("ada", tmp_path), sha256)
    assert get(pictures.routes(), address)[0].status == 200
    sessions.forget_ended()
    assert get(pictures.routes(), address)[0].status == 200, "the page may come back"
    storage._cache._TTLCache__ttl = 0  # type: ignore[attr-defined]
    storage.delete("ada")
    assert get(pictures.routes(), address)[0].status == 404
    again = pictures.thumb_address(pictures.issue_token("ada", tmp_path), sha256)
    sessions.forget_ended()
    assert get(pictures.routes(), again)[0].status == 404


def upload(count: int, chunk: int, promised: bool = False) -> tuple[int, str]:
    """Send so many chunks to the limits; what they answer, and 204 if they let all through."""
    sent: list[Any] = []
    left = iter(range(count))

    async def swallow(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Any:
        return {
            "type": "http.request",
            "body": b"x" * chunk,
            "more_body": next(left) < count - 1,
        }

    async def send(message: Any) -> None:
        sent.append(message)

    length = [(b"content-length", str(count * chunk).encode())] if promised else []
    scope = {
        "type": "http",
        "method": "PUT",
        "path": "/_stcore/upload_file/ada/1",
        "headers": length,
    }
    limits = upload_limits.UploadLimits(swallow)
    asyncio.run(limits(scope, receive, send))
    assert not limits.arriving, "what has arrived is counted by Streamlit"
    body = b"".join(message.get("body", b"") for message in sent).decode()
    return sent[0]["status"], body


@pytest.mark.parametrize("promised", [True, False])
@pytest.mark.parametrize("name", ["PIXIMI_MAX_SESSION_UPLOADS", "PIXIMI_MAX_UPLOADS"])
def test_uploads_are_counted_and_refused_in_words(
    name: str, promised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "10000")
    assert upload(9, 1000, promised) == (204, "")
    status, words = upload(11, 1000, promised)
    assert status == 413
    assert name in words or "PIXIMI_MAX_SESSION_UPLOADS" in words


@pytest.fixture
def real_server(tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The dashboard itself, with sign-in."""
    lines = [f'{key} = "{value}"' for key, value in AUTH.items()]
    secrets = tmp_path / "secrets.toml"
    secrets.write_text("\n".join(["[auth]", *lines]))
    log = tmp_path / "log"
    options = ["--server.port", "0", "--secrets.files", str(secrets)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=REPOSITORY,
            env={**os.environ, "PIXIMI_WORKSPACE": str(tmp_path / "workspace")},
            stdout=out,
            stderr=out,
        )
    try:
        found = None
        while found is None and process.poll() is None:
            listening = [
                one.laddr.port
                for one in psutil.Process(process.pid).net_connections()
                if one.status == psutil.CONN_LISTEN and one.laddr.ip == "127.0.0.1"
            ]
            found = listening[0] if listening else None
            time.sleep(0.1)
        assert found is not None, log.read_text()
        yield f"127.0.0.1:{found}", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def test_an_anonymous_upload_to_the_real_server(real_server: tuple[str, psutil.Process]) -> None:
    host, process = real_server
    address = f"http://{host}/_stcore/upload_file/{'0' * 32}/1"
    health = f"http://{host}/_stcore/health"
    assert urllib.request.urlopen(health, timeout=60).read() == b"ok"
    before = process.memory_info().rss
    for path in (address, f"http://{host}/_stcore/metrics", f"http://{host}/"):
        request = urllib.request.Request(
            path,
            data=b"x" * 100_000_000 if path == address else None,
            method="PUT" if path == address else "GET",
        )
        with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, OSError)) as refused:
            urllib.request.urlopen(request, timeout=30)
        if isinstance(refused.value, urllib.error.HTTPError):
            assert refused.value.code == 401
            if path.endswith("/"):
                words = refused.value.read().decode()
                assert re.search(r'href="/sign-in\?provider=default">Sign in<', words)
    assert process.memory_info().rss - before < 50_000_000
    with pytest.raises(websockets.exceptions.InvalidStatus):
        websockets.sync.client.connect(f"ws://{host}/_stcore/stream", origin=f"http://{host}")  # type: ignore[call-overload]
    assert urllib.request.urlopen(health, timeout=30).read() == b"ok"
