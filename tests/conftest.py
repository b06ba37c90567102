"""What all tests share."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have reports of a run say which tests are marked slow; see tests/durations.py."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.user_properties.append(("slow", True))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that need it are skipped without it."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared real data is not beside this checkout")
    return folder


class LeftTheMachine(AssertionError):
    """A test tried to reach another machine."""


def _leaves(address: Any) -> bool:
    """Whether an address is that of another machine; file sockets and our own names are not."""
    if not isinstance(address, tuple):
        return False
    host = str(address[0]).split("%")[0]
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host not in {"", "localhost", socket.gethostname()}


@pytest.fixture(scope="session", autouse=True)
def no_outside_network() -> Iterator[None]:
    """Nothing leaves the machine unless a person asked: in tests, any such connection fails.

    Datagram sockets may "connect", which sends nothing: libraries learn the local address so.
    """
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(sock: socket.socket, address: Any, call: Any = original) -> Any:
            if sock.type == socket.SOCK_STREAM and _leaves(address):
                raise LeftTheMachine(f"a test tried to connect to {address!r}")
            return call(sock, address)

        patch.setattr(socket.socket, name, guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """Put ``__main__`` back after each test.

    Streamlit's AppTest leaves its script there, and a process that a later test spawns would run
    that script instead of pytest's.
    """
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
