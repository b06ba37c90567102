"""Our prediction: of loose files, as the command line does, or of a project's images."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from benchmarks.processes import answer, task
from piximi_core.classification.runtime import import_quietly
from piximi_core.jobs.folder import Job
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store, open_store
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.scoring import predict
from piximi_core.services.scoring.predict_files import predict_files

_WARM_UP = 64


def of_files(wanted: dict[str, Any]) -> tuple[float, int]:
    """Predict a folder of files; return seconds and how many."""
    folder, run_folder = Path(wanted["files"]) / "unlabelled", Path(wanted["run_folder"])
    few = [SourceFile(path, path.name) for path in sorted(folder.iterdir())[:_WARM_UP]]
    predict_files(run_folder, few)
    begun = time.perf_counter()
    scores = predict_files(run_folder, [SourceFile(folder, folder.name)])
    return time.perf_counter() - begun, len(scores.names)


def of_project(wanted: dict[str, Any]) -> tuple[float, int]:
    """Predict the unlabelled images of a project that has not resized them before."""
    store = open_store(Path(wanted["project"]))
    ids = find_ids(store, ThingFilter(labelled=False))
    _job(store, ids[:_WARM_UP])
    shutil.rmtree(store.files.cache / "resized", ignore_errors=True)
    begun = time.perf_counter()
    job = _job(store, ids)
    seconds = time.perf_counter() - begun
    shutil.rmtree(store.files.cache / "resized", ignore_errors=True)
    store.close()
    return seconds, int(job.result()["scored"])


def _job(store: Store, ids: list[str]) -> Job:
    """Carry a job out without applying it, so that the next one finds nothing scored."""
    job = predict.ask(store, list_runs(store)[-1], ids)
    run_job(job.folder)
    return job


def main() -> None:
    """Predict once to warm up and once with the clock running."""
    import_quietly()
    wanted = task()
    seconds, images = of_project(wanted) if wanted["in_project"] else of_files(wanted)
    answer({"seconds": seconds, "images": images})


if __name__ == "__main__":
    main()
