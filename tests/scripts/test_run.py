"""scripts/run really serves the dashboard, says where, and ends when told to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.scripts.serving import require_served


@pytest.mark.slow
def test_run_prints_one_line_with_the_address_and_serves_there(tmp_path: Path) -> None:
    if not (Path(sys.prefix) / ".installed-base").exists():
        pytest.skip("these tests do not run in an environment made by scripts/setup")
    environment = os.environ | {
        "PIXIMI_VENV": sys.prefix,
        "PIXIMI_WORKSPACE": str(tmp_path),
        "PIXIMI_TOKEN": "0",
    }
    require_served([str(REPOSITORY / "scripts" / "run"), "--cpu"], tmp_path, environment)
