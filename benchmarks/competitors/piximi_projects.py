"""Opening and saving a Piximi project: the jobs, run in this process, as on the command line."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.jobs.inline import run_apart, run_here
from piximi_core.project.database.store import open_store
from piximi_core.services.piximi import open_piximi, save_piximi

_LOOK_SECONDS = 0.005


def main() -> None:
    """Open a zip as a project, save it again, and tell seconds and memory of both."""
    wanted = task()
    room = Path(tempfile.mkdtemp(dir=Path(wanted["zip"]).parent))
    found: dict[str, float] = {}
    try:
        with _measured("open", found):
            opened = run_apart(open_piximi.ask(Path(wanted["zip"]), target=room / "project"))
        store = open_store(room / "project")
        with _measured("save", found):
            saved = run_here(store, save_piximi.ask(store))
        store.close()
    finally:
        shutil.rmtree(room)
    answer({**found, "opened": opened.images, "saved": saved.images})


@contextmanager
def _measured(what: str, found: dict[str, float]) -> Iterator[None]:
    """Note the seconds, and by how much anonymous memory grew at most, in MB."""
    over, start = threading.Event(), _memory()
    peak = start

    def look() -> None:
        nonlocal peak
        while not over.wait(_LOOK_SECONDS):
            peak = max(peak, _memory())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    begun = time.perf_counter()
    try:
        yield
    finally:
        found[f"{what}_seconds"] = time.perf_counter() - begun
        over.set()
        thread.join()
        found[f"{what}_megabytes"] = (peak - start) / 1000


def _memory() -> int:
    """Return this process's anonymous memory in kB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise RuntimeError("This system does not tell a process's anonymous memory.")


if __name__ == "__main__":
    main()
