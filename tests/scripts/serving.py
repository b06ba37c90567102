"""Whether a command serves the dashboard, says where, and ends when told to."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path
from urllib.request import urlopen

__all__ = ["require_served"]


def require_served(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Start a dashboard in a folder; its first line is its address, and it answers there."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as dashboard:
        try:
            assert dashboard.stdout is not None
            line = dashboard.stdout.readline()
            found = re.fullmatch(r"Piximi Dashboard is ready: (http://127\.0\.0\.1:\d+) .*\n", line)
            assert found is not None, line
            assert urlopen(f"{found[1]}/_stcore/health").read() == b"ok"
        finally:
            dashboard.send_signal(signal.SIGTERM)
            dashboard.communicate(timeout=60)
