"""No competitor: makes a project of images and objects, and times undo in it."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, create_store, open_store
from piximi_core.services.importing.add_images import AddOptions, ask
from piximi_core.services.importing.sources import SourceFile

_LABELLED, _TIMES = 12, 21


def main() -> None:
    """Make the project, or label some images and take it back, several times."""
    wanted = task()
    folder = Path(wanted["project"])
    if "files" in wanted:
        answer(_make(folder, Path(wanted["files"]), int(wanted["objects"])))
    else:
        answer({"milliseconds": _undo(open_store(folder))})


def _make(folder: Path, files: Path, count: int) -> dict[str, object]:
    store = create_store(folder, "Benchmark")
    given = [SourceFile(files, files.name)]
    run_here(store, ask(store, given, AddOptions(labels="folders")))
    kind = create_kind(store, "cell").id
    things = list_things(store, ThingFilter())
    with store.step("Draw objects") as db:
        # A square with one corner missing, somewhere in the image.
        found = (
            NewObject(
                things[number % len(things)].id,
                kind,
                (x := number % 50, 10, x + 12, 22),
                (2, 142),
                category=("round", "long")[number % 2],
            )
            for number in range(count)
        )
        made = len(add_objects(db, found, who="benchmark"))
    store.close()
    return {"files": len(things), "objects": made, "kind": kind}


def _undo(store: Store) -> float:
    ids = find_ids(store, ThingFilter())[:_LABELLED]
    category = list_things(store, ThingFilter(), limit=1)[0].category_id
    times = []
    for _time in range(_TIMES):
        label_things(store, ids, category)
        begun = time.perf_counter()
        undo(store)
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    main()
