"""Who may reach the dashboard: the network, the people, the configuration."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from streamlit import config, net_util
from streamlit.testing.v1 import AppTest

from piximi_ui.server import access

REPOSITORY = Path(__file__).resolve().parents[3]
PROVIDER = {
    "client_id": "dashboard",
    "client_secret": "s",
    "server_metadata_url": "https://id.lab.example/.well-known/openid-configuration",
}
SHARED = {"redirect_uri": "https://piximi.lab.example/oauth2callback", "cookie_secret": "c" * 32}


@pytest.fixture(autouse=True)
def _not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIXIMI_OPEN", raising=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_this_machine_alone_needs_no_sign_in(address: str) -> None:
    access.check_listening(address, {}, open_on_purpose=False)


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "192.168.1.5", "piximi.lab.example"]
)
def test_listening_beyond_is_refused_and_says_why(address: str | None) -> None:
    with pytest.raises(access.OpenListening) as refusal:
        access.check_listening(address, {}, open_on_purpose=False)
    text = str(refusal.value)
    assert (address or "every network interface") in text
    assert "no sign-in is configured" in text
    assert "docs/hosting.md" in text
    assert "PIXIMI_OPEN=1" in text


@pytest.mark.parametrize("auth", [SHARED | PROVIDER, SHARED | {"lab": PROVIDER}])
def test_listening_beyond_with_sign_in_is_allowed(auth: dict[str, Any]) -> None:
    access.check_listening("0.0.0.0", auth, open_on_purpose=False)


def test_listening_beyond_on_purpose_is_allowed() -> None:
    access.check_listening("0.0.0.0", {}, open_on_purpose=True)


@pytest.mark.parametrize(
    ("auth", "missing"),
    [
        (PROVIDER, "redirect_uri and cookie_secret"),
        (SHARED, "client_id and client_secret and server_metadata_url"),
        (SHARED | {"lab": {"client_id": "dashboard"}}, "client_id"),
        (SHARED | PROVIDER | {"cookie_secret": ""}, "cookie_secret"),
    ],
)
def test_half_configured_sign_in_does_not_count(auth: dict[str, Any], missing: str) -> None:
    with pytest.raises(access.OpenListening, match=missing):
        access.check_listening("0.0.0.0", auth, open_on_purpose=False)


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers everyone."""
    await send({"type": f"{scope['type']}.reached", "status": 200})


def _answer(kind: str, arrived_on: str | None) -> dict[str, Any]:
    """What an app behind the guard says first to a request that arrived on an address of ours."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": f"{kind}.request"}

    scope = {"type": kind, "server": (arrived_on, 8501) if arrived_on else None, "headers": []}
    asyncio.run(access.LocalOnly(_hello)(scope, receive, send))
    return sent[0]


@pytest.mark.parametrize("address", ["192.168.1.5", "fe80::1"])
def test_requests_that_arrive_on_the_network_are_refused(address: str) -> None:
    assert _answer("http", address)["status"] == 403
    assert _answer("websocket", address)["type"] == "websocket.close"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", None])
def test_requests_of_this_machine_pass(address: str | None) -> None:
    assert _answer("http", address)["type"] == "http.reached"
    assert _answer("websocket", address)["type"] == "websocket.reached"


def test_the_start_of_the_server_is_never_refused() -> None:
    assert _answer("lifespan", "192.168.1.5")["type"] == "lifespan.reached"


def test_requests_of_the_network_pass_when_open_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXIMI_OPEN", "1")
    assert _answer("http", "192.168.1.5")["type"] == "http.reached"


@pytest.mark.parametrize(
    ("person", "allowed", "expected"),
    [
        ({"email": "ada@lab.example"}, [], True),
        ({"email": "Ada@Lab.example"}, ["*@lab.example"], True),
        ({"email": "ada@lab.example"}, ["bob@lab.example"], False),
        ({"email": "ada@lab.example.evil.example"}, ["*@lab.example"], False),
        ({"email": "ada@lab.example", "email_verified": False}, ["*@lab.example"], False),
        ({"name": "Ada"}, ["*@lab.example"], False),
    ],
)
def test_who_is_on_the_list(person: dict[str, Any], allowed: list[str], expected: bool) -> None:
    assert access.may_use(person, allowed) is expected


def _page_behind_the_door() -> None:
    import streamlit as st

    from piximi_ui.server.access import require_sign_in

    require_sign_in()
    st.write("the projects")


def test_without_sign_in_configured_the_page_opens() -> None:
    app = AppTest.from_function(_page_behind_the_door, default_timeout=30).run()
    assert [text.value for text in app.markdown] == ["the projects"]


def test_nobody_passes_before_signing_in() -> None:
    app = AppTest.from_function(_page_behind_the_door, default_timeout=30)
    app.secrets["auth"] = SHARED | {"lab": PROVIDER}
    app.run()
    assert not app.exception
    assert [button.label for button in app.button] == ["Sign in with lab"]
    assert not app.markdown


def test_half_configured_sign_in_shows_one_line_and_no_page() -> None:
    app = AppTest.from_function(_page_behind_the_door, default_timeout=30)
    app.secrets["auth"] = SHARED
    app.run()
    assert "lacks client_id" in app.error[0].value
    assert not app.markdown


def test_no_web_service_is_asked_for_our_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    access.forbid_address_lookup()
    assert net_util.get_external_ip() is None


def test_the_real_server_refuses_with_one_sentence_and_status_2(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PIXIMI_OPEN"}
    command = [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "app.py")]
    options = ["--server.address", "0.0.0.0", "--server.port", "0"]
    done = subprocess.run(
        [*command, *options, "--logger.hideWelcomeMessage", "true"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        "Piximi Dashboard will not listen on 0.0.0.0, because no sign-in is configured"
    )


def test_our_configuration_is_what_streamlit_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    options = config.get_config_options(force_reparse=True)
    expected = {
        "server.address": "127.0.0.1",
        "server.allowedHosts": ["localhost", "127.0.0.1", "::1"],
        "server.maxUploadSize": 4096,
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
    }
    assert {name: options[name].value for name in expected} == expected
    assert options["theme.light.primaryColor"].value != options["theme.dark.primaryColor"].value
