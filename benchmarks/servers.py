"""Streamlit servers to be measured: started fresh, watched, stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.processes import ROOT, NotMeasured

__all__ = ["Server", "served"]

_PATIENCE_SECONDS = 60
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes
    ----------
    address
        Where it answers, without a last slash.
    process
        Its process.
    """

    address: str
    process: psutil.Process

    def megabytes(self) -> float:
        """Return the memory that its own process holds (resident set)."""
        return float(self.process.memory_info().rss) / _MEGABYTE

    def worker_megabytes(self) -> float:
        """Return the memory that all processes it started hold together."""
        total = 0.0
        for child in self.process.children(recursive=True):
            try:
                total += float(child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        return total / _MEGABYTE


@contextmanager
def served(script: str, workspace: Path) -> Iterator[Server]:
    """Serve a script by ``streamlit run`` with this repository's settings.

    Parameters
    ----------
    script
        Relative to the repository.
    workspace
        The folder of projects.

    Raises
    ------
    NotMeasured
        It does not answer.
    """
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    own = {"PIXIMI_WORKSPACE": str(workspace), "PIXIMI_OFFLINE": "1", "PIXIMI_TOKEN": "0"}
    environment = {**os.environ, **own}
    with (workspace / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield Server(address, psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    for _ in range(_PATIENCE_SECONDS * 10):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            pause.wait(0.1)
    raise NotMeasured("a server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
