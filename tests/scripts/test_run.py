"""scripts/run really serves the dashboard, says where, and ends when told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_run_prints_one_line_with_the_address_and_serves_there(tmp_path: Path) -> None:
    if not (Path(sys.prefix) / ".installed-base").exists():
        pytest.skip("these tests do not run in an environment made by scripts/setup")
    environment = os.environ | {
        "PIXIMI_VENV": sys.prefix,
        "PIXIMI_WORKSPACE": str(tmp_path),
        "PIXIMI_TOKEN": "0",
    }
    with subprocess.Popen(
        [str(REPOSITORY / "scripts" / "run"), "--cpu"],
        cwd=tmp_path,
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
