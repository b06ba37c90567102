"""What was changed since a page was shown, so that not all of it is read anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select

from piximi_core.project.database.schema import journal, recording, steps
from piximi_core.project.database.store import Store

__all__ = ["Label", "Move", "Relabelled", "Touched", "relabelled_since", "touched_since"]

_OF_LABELS = frozenset({"category_id", "partition", "labelled_by", "labelled_at"})
_OF_PREDICTIONS = ("predictions", "answers")
_OF_NOTES = frozenset({"object_notes", "image_notes", "complete_regions"})
_OF_OBJECTS = frozenset({"things", "objects", "proposals", "predictions"})
_OF_DRAWING = _OF_OBJECTS | _OF_NOTES | {"answers"}
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


class Touched(NamedTuple):
    """The things and proposals that came, went or changed up to a revision; else only notes did.

    Attributes
    ----------
    noted
        Objects of which nothing changed but what is noted on them.
    """

    revision: int
    ids: frozenset[str]
    noted: frozenset[str] = frozenset()


def relabelled_since(store: Store, revision: int) -> Relabelled | None:
    """Return what was labelled since a revision; None if anything else may have changed, or much.

    An undo is no step of its own, so it counts as anything else.
    """
    found = _changes_since(store, revision)
    if found is None:
        return None
    now, changes = found
    ids, moves = set(), []
    for table, key, before, after in changes:
        if table in _OF_NOTES or table == "proposals":
            continue  # which no gallery shows
        if table == "things":
            move = _move(before, after)
            if move is None:
                return None
            moves.append(move)
        elif table not in _OF_PREDICTIONS:
            return None
        if table != "answers":  # whose key is the thing's and the run's
            ids.add(key)
    return Relabelled(now, frozenset(ids), tuple(moves))


def touched_since(store: Store, revision: int) -> Touched | None:
    """Return which things are others than at a revision; None as for `relabelled_since`.

    Unlike there, things may have come and gone, or have another name or outline.
    """
    found = _changes_since(store, revision)
    if found is None:
        return None
    now, changes = found
    if any(table not in _OF_DRAWING for table, *_row in changes):
        return None
    # The keys of the others are those of images and regions, or of a thing and a run.
    ids = frozenset(key for table, key, *_row in changes if table in _OF_OBJECTS)
    noted = frozenset(key for table, key, *_row in changes if table == "object_notes")
    return Touched(now, ids, noted - ids)


_Change = tuple[str, str, str | None, str | None]


def _changes_since(store: Store, revision: int) -> tuple[int, list[_Change]] | None:
    """Return the present revision and the rows of the journal since another."""
    with store.read() as db:
        now = int(db.execute(select(recording.c.revision)).scalar_one())
        if now == revision:
            return now, []
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
        changes = [(table, key, before, after) for table, key, before, after in db.execute(query)]
    return None if len(changes) > _MOST else (now, changes)


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
