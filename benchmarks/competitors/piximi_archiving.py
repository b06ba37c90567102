"""Our archive: the job "archive", asked for and run in this process, as on the command line."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import open_store
from piximi_core.services.projects.archive import ask


def main() -> None:
    """Archive a project."""
    wanted = task()
    store = open_store(Path(wanted["project"]))
    begun = time.perf_counter()
    result = run_here(store, ask(store, Path(wanted["out"])))
    seconds = time.perf_counter() - begun
    store.close()
    answer({"seconds": seconds, "bytes": result.bytes})


if __name__ == "__main__":
    main()
