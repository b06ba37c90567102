"""The real dashboard in a process of its own, for browser tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


class Dashboard:
    """A dashboard with its own workspace on a free port of this machine.

    Parameters
    ----------
    workspace
        The folder of its projects.
    warm
        Whether workers load TensorFlow as soon as a page asks for it, as they do for people. That
        takes two cores for seconds, so only tests that train or predict want it.
    """

    def __init__(self, workspace: Path, *, warm: bool = False) -> None:
        self.workspace = workspace
        self.warm = warm
        workspace.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        with (self.workspace / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--server.port", str(self.port)],
                cwd=REPOSITORY,
                env={
                    **os.environ,
                    "PIXIMI_WORKSPACE": str(self.workspace),
                    "PIXIMI_WARM": "1" if self.warm else "0",
                    # Whoever else has an account here.
                    "PIXIMI_TOKEN": "0",
                },
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        """Return what the server wrote."""
        return (self.workspace / "server.log").read_text(errors="replace")

    def faults(self) -> list[str]:
        """Return the tracebacks it wrote, but for Streamlit's own of a window that was closed."""
        pieces = self.log().split("Traceback (most recent call last)")[1:]
        closing = ("starlette_websocket.py", "uvicorn/protocols/websockets")
        return [piece for piece in pieces if not any(place in piece for place in closing)]

    def kill(self) -> None:
        """End it with kill -9, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it as Control-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
