"""What must hold of a project after any crash, whatever was under way."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from sqlalchemy import select

from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.jobs.applying import jobs_of, settle_project
from piximi_core.jobs.folder import Job
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.schema import JOURNALLED, steps
from piximi_core.project.database.store import Store
from piximi_core.project.files import ProjectFiles, hash_file

__all__ = ["Lost", "State", "check_project", "require", "state_of"]


class Lost(AssertionError):
    """Something acknowledged is gone, or something half-made is there."""


def require(condition: bool, sentence: str) -> None:
    """Raise `Lost` with the sentence unless the condition holds."""
    if not condition:
        raise Lost(sentence)


# Category by image name, then the names of all categories.
State = tuple[dict[str, str], frozenset[str]]


def state_of(store: Store) -> State:
    """Return the labels and the categories of a project."""
    names = {category.id: category.name for category in list_categories(store)}
    things = list_things(store, ThingFilter())
    return {t.name: names[t.category_id] for t in things}, frozenset(names.values())


def check_project(folder: Path, *, with_files: bool = True) -> State:
    """Open a project that nobody is working on and check all that refers to something else.

    Parameters
    ----------
    folder
        The project.
    with_files
        Whether its images have files (the made-up rows of the writer have none).

    Raises
    ------
    Lost
        The database is damaged, a file is missing or not what its row says, or a dead job lives.
    """
    store = Store(folder)
    try:
        settle_project(store)
        settle_project(store)
        _check_database(store)
        if with_files:
            _check_files(store)
        _check_runs(store)
        for job in jobs_of(store):
            require(not job.state().is_active, f"the job {job.id} is {job.state()} after the kill")
        _check_history(store)
        return state_of(store)
    finally:
        store.close()


def _check_database(store: Store) -> None:
    with sqlite3.connect(store.files.database) as db:
        found = db.execute("PRAGMA integrity_check").fetchall()
        require(found == [("ok",)], f"integrity_check says {found[:3]}")
        broken = db.execute("PRAGMA foreign_key_check").fetchall()
        require(broken == [], f"foreign_key_check says {broken[:3]}")
        open_step = db.execute("SELECT step FROM recording").fetchone()
        require(open_step == (None,), f"a step was left open: {open_step}")
        orphans = db.execute(
            "SELECT count(*) FROM journal WHERE step NOT IN (SELECT id FROM steps)"
        ).fetchone()
        require(orphans == (0,), f"{orphans} journal rows belong to no step")
        pairs = db.execute(
            "SELECT (SELECT count(*) FROM things),"
            " (SELECT count(*) FROM images) + (SELECT count(*) FROM objects),"
            " (SELECT count(*) FROM things JOIN images USING (id))"
            " + (SELECT count(*) FROM things JOIN objects USING (id))"
        ).fetchone()
        require(len(set(pairs)) == 1, f"things, their rows and pairs differ: {pairs}")
    db.close()


def _check_files(store: Store) -> None:
    for thing in list_things(store, ThingFilter()):
        path = store.files.original(thing.file_sha256, thing.extension)
        require(path.is_file(), f"the file of {thing.name} is missing")
        require(hash_file(path) == thing.file_sha256, f"the file of {thing.name} is damaged")


def _check_runs(store: Store) -> None:
    folders = {path.name for path in store.files.runs.iterdir()}
    runs = list_runs(store)
    require(folders <= {run.id for run in runs}, "a run's folder has no row after settling")
    for run in runs:
        folder = store.files.run(run.id)
        asked = Job(folder).request()
        require(asked.get("settings") == run.settings, f"the request of run {run.name} is lost")
        require((folder / "data.csv").is_file(), f"the data of run {run.name} is lost")
        if run.summary is not None:
            stem = run.summary["stem"]
            pair = [folder / f"{stem}.json", folder / f"{stem}.weights.bin"]
            reasons = check_for_piximi(pair)
            require(reasons == [], f"the classifier of run {run.name}: {reasons}")
            evaluation = json.loads((folder / "evaluation.json").read_text())
            require("Training" in evaluation, f"the evaluation of run {run.name} is lost")


def _check_history(store: Store) -> None:
    """The journal must take back and redo its newest step exactly."""

    def contents() -> list[object]:
        with store.read() as db:
            return [sorted(map(tuple, db.execute(table.select()))) for table in JOURNALLED]

    with store.read() as db:
        if db.execute(select(steps.c.id).where(steps.c.undone)).first():
            return  # what stands to be redone must stay
    before = contents()
    if undo(store) is not None:
        redo(store)
        require(contents() == before, "undo and redo do not give back the same rows")


def weights_of(folder: Path, run_id: str, stem: str) -> str:
    """Return the hash of a run's stored weights."""
    return hash_file(ProjectFiles(folder).run(run_id) / f"{stem}.weights.bin")
