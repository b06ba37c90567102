"""No competitor: makes the project of many images whose pages are measured."""

from __future__ import annotations

from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import create_store
from piximi_core.services.importing.add_images import AddOptions, ask
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.training import train


def main() -> None:
    """Add a folder of labelled files to a new project; on request train on them for one epoch."""
    wanted = task()
    files = Path(wanted["files"])
    store = create_store(Path(wanted["project"]), "Benchmark")
    options = AddOptions(labels="folders")
    result = run_here(store, ask(store, [SourceFile(files, files.name)], options))
    if wanted.get("trained"):
        settings = ModelSettings(input_shape=tuple(wanted["trained"]), epochs=1)
        run_here(store, train.ask(store, settings))
    store.close()
    answer({"files": result.added})


if __name__ == "__main__":
    main()
