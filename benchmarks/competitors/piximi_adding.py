"""Our import: the job "add", run and applied in this process, as on the command line."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.jobs.add_images import AddOptions, ask
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.sources import SourceFile
from piximi_core.project.store import create_store


def main() -> None:
    """Add every file of a folder to a fresh project."""
    wanted = task()
    folder = Path(wanted["folder"])
    room = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        store = create_store(room / "project", "Benchmark")
        begun = time.perf_counter()
        result = run_here(store, ask(store, [SourceFile(folder, folder.name)], AddOptions()))
        seconds = time.perf_counter() - begun
        store.close()
    finally:
        shutil.rmtree(room)
    answer({"seconds": seconds, "files": result["added"]})


if __name__ == "__main__":
    main()
