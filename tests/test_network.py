"""Nothing leaves the machine: the program's own door, and the guard around the tests."""

from __future__ import annotations

import socket

import pytest

from piximi_core.errors import PiximiError
from piximi_core.offline import Offline, is_offline, require_network


def test_offline_forbids_and_names_the_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXIMI_OFFLINE", "1")
    assert is_offline()
    with pytest.raises(Offline, match="forbids fetching pretrained weights: use a local file"):
        require_network("fetching pretrained weights")
    assert issubclass(Offline, PiximiError)


@pytest.mark.parametrize("value", [None, "", "0"])
def test_network_is_allowed_otherwise(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIXIMI_OFFLINE", raising=False)
    if value is not None:
        monkeypatch.setenv("PIXIMI_OFFLINE", value)
    assert not is_offline()
    require_network("fetching pretrained weights")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_tests_cannot_reach_another_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(AssertionError, match="tried to connect"):
        sock.connect((host, 9))


def test_tests_can_reach_their_own_servers() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as mine,
        server.accept()[0] as theirs,
    ):
        theirs.sendall(b"hello")
        assert mine.recv(5) == b"hello"
