"""Find a free port, and say the dashboard's address once it answers.

``python -m piximi_core.cli.support.address PORT PROCESS`` waits for the server on PORT while
PROCESS lives.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import threading
import urllib.parse

from piximi_core.errors import BadInput

__all__ = ["announce", "choose_port"]

_HOST = "127.0.0.1"
_FIRST, _LAST = 8501, 8600


def choose_port(wanted: int | None = None) -> int:
    """Return the wanted port, or the first free one.

    Raises
    ------
    BadInput
        The port is in use, or all of them are.
    """
    if wanted is None:
        for port in range(_FIRST, _LAST + 1):
            if _is_free(port):
                return port
        raise BadInput(
            "Every port from {first} to {last} is in use: give another one with --port.",
            first=_FIRST,
            last=_LAST,
        )
    if not 1 <= wanted <= 65535:
        raise BadInput("--port needs a number from 1 to 65535, not {wanted}.", wanted=wanted)
    if not _is_free(wanted):
        raise BadInput(
            "Port {wanted} is in use or not allowed: leave --port out or give another one.",
            wanted=wanted,
        )
    return wanted


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def announce(port: int, process: int) -> None:
    """Print the address when the server answers; give up silently when its process is gone."""
    pause = threading.Event()
    while not _answers(port):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        pause.wait(0.1)
    where = f"http://{_HOST}:{port}"
    token = os.environ.get("PIXIMI_TOKEN") or os.environ.get("PIXIMI_START_TOKEN")
    if token and _asks_for_token(port):
        where += f"/?{urllib.parse.urlencode({'token': token})}"
    sys.stdout.write(f"Piximi Dashboard is ready: {where} (Ctrl+C stops it)\n")
    sys.stdout.flush()


def _answers(port: int) -> bool:
    """Whether the server says it is healthy (any answer counts: it may be served below a path)."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _asks_for_token(port: int) -> bool:
    """Whether the server refuses whoever has not its token."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.FORBIDDEN
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    announce(int(sys.argv[1]), int(sys.argv[2]))
