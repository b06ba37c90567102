"""The JavaScript modules that need no page, each file of tests by Node's own runner.

The folders are those of piximi_ui/components.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

HERE = Path(__file__).resolve().parent
FILES = sorted(HERE.glob("*/*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.js"))
def test_modules(file: Path) -> None:
    node = shutil.which("node")
    if node is None:
        assert os.environ.get("CI") != "true", "with CI=true these must run: install nodejs"
        pytest.skip("Node is not on the PATH")
    done = subprocess.run(
        [node, "--test", file.relative_to(HERE)],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_modules_have_tests() -> None:
    """A file that is renamed or put elsewhere must not silently run no more."""
    assert {"selection", "find", "digits", "look", "queue", "sending"} <= {
        file.name.removesuffix(".test.js") for file in FILES
    }
    rooms = REPOSITORY / "piximi_ui" / "components"
    assert {file.parent.name for file in FILES} <= {room.name for room in rooms.iterdir()}
    assert list(HERE.glob("*.test.js")) == []
