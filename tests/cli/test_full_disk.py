"""A full disk is for the person to mend: exit 2 and one sentence, no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY


def test_a_full_disk_is_the_callers_to_mend(tmp_path: Path) -> None:
    # No file may grow beyond 8 KB, which SQLite meets as it meets a full disk.
    limited = 'ulimit -f 8; exec "$@"'
    command = [sys.executable, "-m", "piximi_core", "create", str(tmp_path / "project")]
    done = subprocess.run(
        ["bash", "-c", limited, "bash", *command],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: The disk is full: about ")
    assert done.stderr.count("\n") == 1
