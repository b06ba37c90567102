"""Undo and redo: replay the journal of a step backwards or forwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from piximi_core.errors import StaleWrite
from piximi_core.messages import from_text
from piximi_core.project.database import schema
from piximi_core.project.database.once import take_once
from piximi_core.project.database.store import HISTORY_STEPS, Store, current_user

__all__ = ["Step", "has_forgotten", "history", "next_labels", "next_steps", "redo", "undo"]

_TABLES = {table.name: table for table in schema.JOURNALLED}


@dataclass(frozen=True)
class Step:
    """One line of the history."""

    id: int
    label: str
    who: str
    at: str
    undone: bool


def _step(row: Any) -> Step:
    return Step(**{**row._mapping, "label": from_text(row.label)})


def history(store: Store, limit: int = 20) -> list[Step]:
    """Return the newest steps first, undone ones included."""
    query = select(schema.steps).order_by(schema.steps.c.id.desc()).limit(limit)
    with store.read() as db:
        return [_step(row) for row in db.execute(query)]


def undo(
    store: Store, *, once: str | None = None, who: str | None = None, seen: int | None = None
) -> str | None:
    """Take back the newest step that stands; return its label, None if there is none.

    Parameters
    ----------
    once
        Names this action, which then happens once however often it is asked for: a second time
        raises `AlreadyDone`.
    who, seen
        Who asks, and the revision that they look at; None if they look at nothing.

    Raises
    ------
    StaleWrite
        The newest step is somebody else's, done after `seen`: it is not what they mean.
    """
    return _replay(store, backwards=True, once=once, who=who or current_user(), seen=seen)


def redo(store: Store, *, once: str | None = None) -> str | None:
    """Do the oldest undone step again; return its label, None if there is none.

    `once` is as in `undo`.
    """
    return _replay(store, backwards=False, once=once)


def next_labels(store: Store) -> tuple[str | None, str | None]:
    """Return what `undo` would take back and what `redo` would do again, None for nothing."""
    back, again = next_steps(store)
    return (back.label if back else None), (again.label if again else None)


def next_steps(store: Store) -> tuple[Step | None, Step | None]:
    """Return the steps of `next_labels`, with whose they are and when they were done."""
    with store.read() as db:
        found = [_next(db, backwards=backwards) for backwards in (True, False)]
    back, again = (None if step is None else _step(step) for step in found)
    return back, again


def has_forgotten(store: Store) -> bool:
    """Tell whether the history is as long as it gets, so that older steps have left it."""
    with store.read() as db:
        kept = db.execute(select(func.count()).select_from(schema.steps)).scalar_one()
    return int(kept) >= HISTORY_STEPS


def _next(db: Connection, *, backwards: bool) -> Row[Any] | None:
    """Return the step that stands and is the newest, or that is undone and is the oldest."""
    steps = schema.steps
    order = steps.c.id.desc() if backwards else steps.c.id
    query = select(steps).where(steps.c.undone == (not backwards)).order_by(order).limit(1)
    return db.execute(query).first()


def _replay(
    store: Store,
    *,
    backwards: bool,
    once: str | None,
    who: str = "",
    seen: int | None = None,
) -> str | None:
    steps, journal = schema.steps, schema.journal
    with store.write() as db:
        take_once(db, once)
        step = _next(db, backwards=backwards)
        if step is None:
            return None
        if seen is not None and step.who != who and step.id > seen:
            raise StaleWrite(
                "Nothing was undone: {who} has changed the project meanwhile."
                " Look, and undo again if that is to be taken back.",
                who=step.who,
            )
        # Rows come back in any order; the references must hold again only at the end.
        db.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        changes = db.execute(
            select(journal.c.table, journal.c.before, journal.c.after)
            .where(journal.c.step == step.id)
            .order_by(journal.c.id.desc() if backwards else journal.c.id)
        ).all()
        _apply(db, [(c.table, c.after, c.before) if backwards else tuple(c) for c in changes])
        db.execute(steps.update().where(steps.c.id == step.id).values(undone=backwards))
        return from_text(step.label)


def _apply(db: Connection, changes: Iterable[Sequence[Any]]) -> None:
    """Turn rows from one state to the next, in runs of the same table, operation and columns.

    A row written before its table got a column lacks that: where the row comes back it has the
    column's default, where it is there the column stays as it is.
    """
    parsed = [
        (table, source is None, target is None, json.loads(source if target is None else target))
        for table, source, target in changes
    ]

    def sort_of(change: tuple[str, bool, bool, dict[str, Any]]) -> tuple[Any, ...]:
        return *change[:3], tuple(change[3])

    for (name, inserting, deleting, _columns), run in groupby(parsed, key=sort_of):
        table = _TABLES[name]
        rows = [row for *_, row in run]
        if inserting:
            db.execute(table.insert(), rows)
        elif deleting:
            keys = [{"key": row["id"]} for row in rows]
            db.execute(table.delete().where(table.c.id == bindparam("key")), keys)
        else:
            keyed = [{**row, "key": row["id"]} for row in rows]
            db.execute(table.update().where(table.c.id == bindparam("key")), keyed)
