"""``piximi dashboard``: which port, and where its address is said."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from piximi_core.cli.dashboard import find_app
from piximi_core.cli.support.address import announce, choose_port
from piximi_core.errors import BadInput
from tests.conftest import REPOSITORY


def test_a_port_in_use_is_one_sentence_and_a_free_one_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(BadInput, match=f"Port {port} is in use"):
            choose_port(port)
    assert choose_port(port) == port
    assert 8501 <= choose_port() <= 8600


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1"])
def test_a_port_that_is_none_is_one_sentence(port: str, run) -> None:
    _, said = run("dashboard", f"--port={port}", code=2)
    assert said.startswith("Error: ")
    assert "--port" in said


def test_the_wait_for_an_address_ends_with_its_server(capsys) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        announce(closed.getsockname()[1], gone.pid)
    assert capsys.readouterr().out == ""


def test_a_checkout_serves_its_own_app() -> None:
    assert find_app() == REPOSITORY / "app.py"
