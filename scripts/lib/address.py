"""Find a free port, and say the dashboard's address once it answers.

address.py free [PORT]            prints PORT, or the first free one from 8501 up
address.py announce PORT PROCESS  waits for the server on PORT while PROCESS lives
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import threading
import urllib.parse

HOST = "127.0.0.1"
FIRST, LAST = 8501, 8600


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose(wanted: str | None) -> int:
    """The wanted port, or the first free one; exits with one sentence when there is none."""
    if wanted is None:
        for port in range(FIRST, LAST + 1):
            if is_free(port):
                return port
        fail(f"Every port from {FIRST} to {LAST} is in use: give another one with --port.")
    if not wanted.isdecimal() or not 1 <= int(wanted) <= 65535:
        fail(f'--port needs a number from 1 to 65535, not "{wanted}".')
    if not is_free(int(wanted)):
        fail(f"Port {wanted} is in use or not allowed: leave --port out or give another one.")
    return int(wanted)


def answers(port: int) -> bool:
    """Whether the server says it is healthy (any answer counts: it may be served below a path)."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def asks_for_token(port: int) -> bool:
    """Whether the server refuses whoever has not its token."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.FORBIDDEN
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announce(port: int, process: int) -> None:
    """Print the address when the server answers; give up silently when its process is gone."""
    pause = threading.Event()
    while not answers(port):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        pause.wait(0.1)
    where = f"http://{HOST}:{port}"
    token = os.environ.get("PIXIMI_TOKEN") or os.environ.get("PIXIMI_START_TOKEN")
    if token and asks_for_token(port):
        where += f"/?{urllib.parse.urlencode({'token': token})}"
    print(f"Piximi Dashboard is ready: {where} (Ctrl+C stops it)", flush=True)


def fail(sentence: str) -> None:
    """Stop with one sentence: the caller can mend this."""
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["free", *rest]:
            print(choose(rest[0] if rest else None))
        case ["announce", port, process]:
            announce(int(port), int(process))
        case _:
            fail(str(__doc__))
