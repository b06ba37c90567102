"""A process that does one thing a project must survive, and says before and after.

``python -m tests.soak.keeper TASK FOLDER`` prints ``{"ready": …}`` once everything is loaded, and
``{"ack": …, "seconds": …}`` once the task has returned. FOLDER is laid out by `tests.soak.keeping`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from piximi_core.jobs.inline import run_here
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import add_annotations, read_annotations
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.piximi import save_piximi
from piximi_core.services.piximi.open_piximi import open_here
from piximi_core.services.projects import archive
from piximi_core.services.projects.open_archive import restore_archive
from piximi_core.services.projects.recovering import recover_project, restore_project

__all__ = ["TASKS"]


def _import(folder: Path) -> None:
    given = folder / "given"
    options = add_images.AddOptions(labels="folders")
    store = Store(folder / "project")
    run_here(store, add_images.ask(store, [SourceFile(given, given.name)], options))


def _undo(folder: Path) -> None:
    undo(Store(folder / "project"))


def _migration(folder: Path) -> None:
    Store(folder / "project")


def _archive(folder: Path) -> None:
    store = Store(folder / "project")
    run_here(store, archive.ask(store, folder / "out.zip"))


def _restore(folder: Path) -> None:
    restore_archive(folder / "given.zip", folder / "restored")


def _backup(folder: Path) -> None:
    restore_project(Store(folder / "project"), "latest")


def _recovery(folder: Path) -> None:
    recover_project(folder / "project")


def _save(folder: Path) -> None:
    store = Store(folder / "project")
    run_here(store, save_piximi.ask(store))


def _open(folder: Path) -> None:
    open_here(folder / "given-piximi.zip", folder / "opened")


def _annotations(folder: Path) -> None:
    store = Store(folder / "project")
    look = read_annotations.ask(store, SourceFile(folder / "given.json", "given.json"))
    run_here(store, look)
    run_here(store, add_annotations.ask(store, look))


TASKS: dict[str, Callable[[Path], Any]] = {
    "import": _import,
    "undo": _undo,
    "migration": _migration,
    "archive": _archive,
    "restore": _restore,
    "backup": _backup,
    "recovery": _recovery,
    "save": _save,
    "open": _open,
    "annotations": _annotations,
}


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    task, place = sys.argv[1], Path(sys.argv[2])
    _say({"ready": task})
    begun = time.monotonic()
    TASKS[task](place)
    _say({"ack": task, "seconds": time.monotonic() - begun})
