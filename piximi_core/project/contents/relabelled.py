"""Which things were labelled since a page was shown, so that not all of it is read anew."""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from piximi_core.project.database.schema import journal, recording, steps
from piximi_core.project.database.store import Store

__all__ = ["Relabelled", "relabelled_since"]

_OF_LABELS = frozenset({"category_id", "partition", "labelled_by", "labelled_at"})
_OF_PREDICTIONS = ("predictions", "answers")
# More than a page shows: then reading the page anew costs no more.
_MOST = 500


class Relabelled(NamedTuple):
    """The things whose label or prediction changed up to a revision, and nothing else did."""

    revision: int
    ids: frozenset[str]


def relabelled_since(store: Store, revision: int) -> Relabelled | None:
    """Return what was labelled since a revision; None if anything else may have changed, or much.

    An undo is no step of its own, so it counts as anything else.
    """
    with store.read() as db:
        now = int(db.execute(select(recording.c.revision)).scalar_one())
        # A step's number is above all revisions that were shown before it.
        since = select(func.count()).where(steps.c.id > revision, ~steps.c.undone)
        if db.execute(since).scalar_one() != now - revision:
            return None
        ids = _relabelled(db, revision)
    return None if ids is None else Relabelled(now, ids)


def _relabelled(db: Connection, revision: int) -> frozenset[str] | None:
    query = (
        select(journal.c.table, journal.c.key, journal.c.before, journal.c.after)
        .where(journal.c.step > revision)
        .limit(_MOST + 1)
    )
    changes = db.execute(query).all()
    if len(changes) > _MOST:
        return None
    for table, _key, before, after in changes:
        if table not in _OF_PREDICTIONS and not (
            table == "things" and before and after and _changed(before, after) <= _OF_LABELS
        ):
            return None
    return frozenset(key for table, key, *_rows in changes if table != "answers")


def _changed(before: str, after: str) -> set[str]:
    old, new = json.loads(before), json.loads(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
