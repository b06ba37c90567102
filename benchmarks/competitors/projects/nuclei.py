"""No competitor: makes a project of one image of nuclei, none of them drawn."""

from __future__ import annotations

from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.database.store import create_store
from piximi_core.services.importing.add_images import AddOptions, ask
from piximi_core.services.importing.sources import SourceFile


def main() -> None:
    """Add the image and make the kind of what will be drawn."""
    wanted = task()
    file = Path(wanted["image"])
    store = create_store(Path(wanted["project"]), "Nuclei")
    result = run_here(store, ask(store, [SourceFile(file, file.name)], AddOptions()))
    create_kind(store, "nucleus")
    store.close()
    answer({"images": result.added})


if __name__ == "__main__":
    main()
