"""The workspace in which pages are measured: one project of 10,000 small images."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.pictures import write_labelled_pictures
from benchmarks.processes import measure

__all__ = ["CATEGORIES", "IMAGES", "PROJECT", "workspace_of_many"]

IMAGES = 10_000
CATEGORIES = tuple(f"category {number}" for number in range(1, 7))
PROJECT = "benchmark"


@contextmanager
def workspace_of_many(say: Callable[[str], None], *, trained: bool = False) -> Iterator[Path]:
    """Make the project, on request with a run; its workspace is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
        workspace, files = Path(room) / "workspace", Path(room) / "files"
        workspace.mkdir()
        say(f"  making a project of {IMAGES:,} images")
        write_labelled_pictures(files, IMAGES, CATEGORIES, 64, 1)
        task: dict[str, Any] = {"files": str(files), "project": str(workspace / PROJECT)}
        if trained:
            task["trained"] = (28, 28, 1)
        if measure("projects.images", task)["files"] != IMAGES:
            raise RuntimeError("The project to be measured is incomplete.")
        yield workspace
