"""The register of trainings: one row each, never overwritten by the next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import from_json, to_json
from piximi_core.project.database.schema import kinds, runs
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import new_id, now, numbered_name

__all__ = [
    "Run",
    "RunClass",
    "find_run",
    "finish_run",
    "list_runs",
    "register_run",
    "require_classifier",
    "reserve_run",
]


@dataclass(frozen=True)
class RunClass:
    """One output of a classifier: the category as it was when the run began."""

    id: str
    name: str
    color: str


@dataclass(frozen=True)
class Run:
    """One training."""

    id: str
    kind_id: str
    number: int
    name: str
    settings: dict[str, Any]
    classes: tuple[RunClass, ...]
    counts: dict[str, int]
    created_at: str
    finished_at: str | None
    summary: dict[str, Any] | None

    @property
    def has_classifier(self) -> bool:
        """Whether there are weights to evaluate, predict with and export."""
        return self.summary is not None


def _run(row: Any) -> Run:
    values = dict(row._mapping)
    for column in ("settings", "counts"):
        values[column] = json.loads(values[column])
    values["classes"] = tuple(RunClass(**c) for c in json.loads(values["classes"]))
    values["summary"] = from_json(json.loads(values["summary"] or "null"))
    return Run(**values)


def list_runs(store: Store, kind_id: str | None = None) -> list[Run]:
    """Return the runs, newest first."""
    query = select(runs).order_by(runs.c.number.desc())
    if kind_id is not None:
        query = query.where(runs.c.kind_id == kind_id)
    with store.read() as db:
        return [_run(row) for row in db.execute(query)]


def find_run(store: Store, run: str, kind_id: str | None = None) -> Run:
    """Return a run by id, by the beginning of one, by number, or ``latest``.

    ``latest`` is the newest run that has a classifier. With a kind, only its runs are looked at.

    Raises
    ------
    NotFound
        No run fits, or several do.
    """
    known = list_runs(store, kind_id)
    if run == "latest":
        trained = [r for r in known if r.has_classifier]
        if trained:
            return trained[0]
        raise NotFound(
            "The project {project!r} has no trained classifier yet; train one first."
            if kind_id is None
            else "There is no trained classifier for this kind yet; train one first.",
            project=store.folder.name,
        )
    exact = [r for r in known if run in (r.id, str(r.number))]
    fitting = exact or [r for r in known if len(run) >= 4 and r.id.startswith(run)]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(r.id[:8] for r in known[:5]) or "none"
    raise NotFound(
        "There is no run {run!r} in this project; its newest are: {listed}.",
        run=run[:60],
        listed=listed,
    )


def require_classifier(run: Run) -> None:
    """Raise `BadInput` if there are no weights to evaluate, predict with and export yet."""
    if not run.has_classifier:
        raise BadInput(
            "The run {run!r} has no classifier yet; wait for it or train again.", run=run.name
        )


def reserve_run(db: Connection, kind_id: str, name: str, network: str) -> tuple[str, int, str]:
    """Return the next run's id, number and a name no other run of the project has.

    Without a name it is called by the kind and the network.
    """
    number = int(db.execute(select(func.max(runs.c.number))).scalar_one_or_none() or 0) + 1
    taken = set(db.execute(select(runs.c.name)).scalars())
    kind = db.execute(select(kinds.c.name).where(kinds.c.id == kind_id)).scalar_one()
    base = name.strip() or f"{kind} {network}"
    return new_id(), number, numbered_name(base, taken)


def register_run(db: Connection, run: Run) -> None:
    """Write a new run's row; its folder must be complete by then."""
    db.execute(
        runs.insert().values(
            id=run.id,
            kind_id=run.kind_id,
            number=run.number,
            name=run.name,
            settings=json.dumps(run.settings),
            classes=json.dumps([vars(c) for c in run.classes]),
            counts=json.dumps(run.counts),
            created_at=run.created_at or now(),
        )
    )


def finish_run(db: Connection, run_id: str, summary: dict[str, Any]) -> None:
    """Note that a run has a classifier, with the figures of its best weights."""
    db.execute(
        runs.update()
        .where(runs.c.id == run_id)
        .values(finished_at=now(), summary=json.dumps(to_json(summary)))
    )
