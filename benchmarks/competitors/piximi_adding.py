"""Our import: the job "add", run and applied in this process, as on the command line."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import create_store
from piximi_core.services.importing.add_images import AddOptions, ask
from piximi_core.services.importing.sources import SourceFile


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
    answer({"seconds": seconds, "files": result.added})


if __name__ == "__main__":
    main()
