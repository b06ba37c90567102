"""Before the server answers, all that pages draw with is there, and nothing that they do not."""

from __future__ import annotations

import subprocess
import sys

ASK = """
import gc, sys
from piximi_ui.server.warming import warm_up
warm_up()
there = "piximi_ui.images.toolbar" in sys.modules
heavy = [name for name in ("tensorflow", "keras", "pandas") if name in sys.modules]
print(gc.get_freeze_count() > 50_000, there, heavy)
"""


def test_pages_are_imported_and_left_to_stay_but_neither_tensorflow_nor_pandas() -> None:
    """In a process of its own, because what is frozen stays so."""
    told = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, timeout=120
    )
    assert told.stdout.split() == ["True", "True", "[]"], told.stderr
