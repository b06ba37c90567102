"""Which things were labelled since a page was shown, so that not all of it is read anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select

from piximi_core.project.database.schema import journal, recording, steps
from piximi_core.project.database.store import Store

__all__ = ["Label", "Move", "Relabelled", "relabelled_since"]

_OF_LABELS = frozenset({"category_id", "partition", "labelled_by", "labelled_at"})
_OF_PREDICTIONS = ("predictions", "answers")
# More than a page shows: then reading the page anew costs no more.
_MOST = 500


class Label(NamedTuple):
    """What a thing is labelled, and where that puts it."""

    category_id: str
    partition: str


class Move(NamedTuple):
    """A thing of a kind that had one label and has another."""

    kind_id: str
    before: Label
    after: Label


class Relabelled(NamedTuple):
    """The things whose label or prediction changed up to a revision, and nothing else did.

    Attributes
    ----------
    moves
        Each change of a label, in order.
    """

    revision: int
    ids: frozenset[str]
    moves: tuple[Move, ...] = ()


def relabelled_since(store: Store, revision: int) -> Relabelled | None:
    """Return what was labelled since a revision; None if anything else may have changed, or much.

    An undo is no step of its own, so it counts as anything else.
    """
    with store.read() as db:
        now = int(db.execute(select(recording.c.revision)).scalar_one())
        if now == revision:
            return Relabelled(now, frozenset())
        # A step's number is above all revisions that were shown before it.
        since = select(func.count()).where(steps.c.id > revision, ~steps.c.undone)
        if db.execute(since).scalar_one() != now - revision:
            return None
        query = (
            select(journal.c.table, journal.c.key, journal.c.before, journal.c.after)
            .where(journal.c.step > revision)
            .order_by(journal.c.id)
            .limit(_MOST + 1)
        )
        changes = db.execute(query).all()
    if len(changes) > _MOST:
        return None
    ids, moves = set(), []
    for table, key, before, after in changes:
        if table == "things":
            move = _move(before, after)
            if move is None:
                return None
            moves.append(move)
        elif table not in _OF_PREDICTIONS:
            return None
        if table != "answers":  # whose key is the thing's and the run's
            ids.add(str(key))
    return Relabelled(now, frozenset(ids), tuple(moves))


def _move(before: str | None, after: str | None) -> Move | None:
    """Return what a row of a thing says of its label; None if more than that is another."""
    if before is None or after is None:
        return None
    old, new = json.loads(before), json.loads(after)
    if any(old.get(name) != new.get(name) for name in (old.keys() | new.keys()) - _OF_LABELS):
        return None
    return Move(new["kind_id"], _label(old), _label(new))


def _label(row: Mapping[str, str]) -> Label:
    return Label(row["category_id"], row["partition"])
