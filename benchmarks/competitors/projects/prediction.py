"""No competitor: makes the project with a finished run that `piximi_prediction` predicts in."""

from __future__ import annotations

from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.database.store import create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.training import train


def main() -> None:
    """Add labelled and unlabelled files, train for one epoch, and name the run."""
    wanted = task()
    store = create_store(Path(wanted["project"]), "Benchmark")
    for name, labels in (("labelled", "folders"), ("unlabelled", None)):
        source = SourceFile(Path(wanted["files"]) / name, name)
        job = add_images.ask(store, [source], add_images.AddOptions(labels=labels))
        run_here(store, job)
    settings = ModelSettings(input_shape=tuple(wanted["shape"]), epochs=1)
    run_here(store, train.ask(store, settings))
    run = list_runs(store)[-1]
    store.close()
    answer({"run": run.id, "folder": str(store.files.run(run.id))})


if __name__ == "__main__":
    main()
