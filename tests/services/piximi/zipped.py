"""Projects of Piximi opened and saved, each in one call, and all that a project says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from piximi_core.images import read_picture
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, open_store
from piximi_core.services.piximi import open_piximi, save_piximi


def open_zip(path: Path, target: Path) -> tuple[Store, open_piximi.PiximiOpened]:
    """Make a project of a file of Piximi."""
    result = open_piximi.open_here(path, target, who="tester")
    return open_store(target), result


def save_zip(store: Store) -> tuple[Path, save_piximi.Saved]:
    """Save a project for Piximi; return the file and what was told."""
    job = save_piximi.ask(store)
    result = run_here(store, job)
    return save_piximi.saved_file(job), result


def everything(store: Store) -> dict[str, Any]:
    """All that a project says of its things, pixels included; moments and people left out."""
    found: dict[str, Any] = {}
    for table in (schema.kinds, schema.categories, schema.objects, schema.drafts):
        with store.read() as db:
            rows = [dict(row._mapping) for row in db.execute(select(table))]
        found[table.name] = sorted(rows, key=lambda row: str(row["id"]))
    for thing in list_things(store, ThingFilter(kind_id=None)):
        answer = thing.prediction
        row = {
            name: getattr(thing, name)
            for name in ("name", "kind_id", "category_id", "partition", "active_plane", "display")
        }
        row["predicted"] = answer and (answer.category_id, round(answer.confidence, 6))
        if thing.box is None:
            picture = read_picture(store.files.original(thing.file_sha256, thing.extension))
            row["pixels"] = (picture.pixels.shape, str(picture.pixels.dtype))
            row["sha256"] = thing.sha256
        found[thing.id] = row
    for run in list_runs(store):
        weights = next(store.files.run(run.id).glob("*.weights.bin")).read_bytes()
        found[run.name] = (run.kind_id, run.classes, run.settings, weights)
    return found


def zips(folder: Path) -> dict[str, Path]:
    """Return the real projects of Piximi by their names."""
    return {path.name.split("-")[0]: path for path in (folder / "piximi/projects").glob("*.zip")}
