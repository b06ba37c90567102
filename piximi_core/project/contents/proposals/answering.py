"""What a person says to proposals: each answer is one undoable step, however many it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools.proposing import beside
from piximi_core.annotation.tools.windows import common_box
from piximi_core.errors import NotFound
from piximi_core.messages import Message
from piximi_core.project.contents.notes.on_objects import note_drawn
from piximi_core.project.contents.objects import NewObject, add_objects, region_of_row
from piximi_core.project.contents.proposals.listing import objects_there
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import categories, proposals
from piximi_core.project.database.store import Store, current_user
from piximi_core.vocabulary import is_unknown

__all__ = ["SOURCE", "Accepted", "accept_proposals", "reject_proposals"]

SOURCE = "proposal"
"""What `object_notes` says of where an accepted object came from."""


class Accepted(NamedTuple):
    """How many became objects, and how many did not because one was drawn there meanwhile."""

    accepted: int
    covered: int


def accept_proposals(
    store: Store,
    ids: Sequence[str],
    *,
    category_id: str | None = None,
    who: str | None = None,
    once: str | None = None,
) -> Accepted:
    """Make objects of proposals, under the ids that they have, as one step.

    What an object of the kind covers meanwhile is left out, see `beside`, and is proposed no more.

    Parameters
    ----------
    ids
        Those that are gone are passed over.
    category_id
        What those of its kind are labelled; None for no label.
    who, once
        As in `labelling.label_things`.

    Raises
    ------
    NotFound
        None of them is there any more, or the category is gone.
    """
    who = who or current_user()
    label = Message.plural("Accept {n} proposal", "Accept {n} proposals", n=len(ids))
    with store.step(label, who=who) as db:
        take_once(db, once)
        found = _take(db, ids)
        category = None if category_id is None else _category(db, category_id)
        places: dict[tuple[str, int, str], list[Any]] = defaultdict(list)
        for row in found:
            places[row.image_id, row.plane, row.kind_id].append(row)
        new = [
            NewObject(
                row.image_id,
                row.kind_id,
                left.box,
                left.runs,
                row.plane,
                category=category.name if category and category.kind_id == row.kind_id else None,
                id=row.id,
            )
            for place, rows in places.items()
            for row, left in zip(rows, _beside_objects(db, place, rows), strict=True)
            if left is not None
        ]
        note_drawn(db, add_objects(db, new, who=who), SOURCE, who)
        return Accepted(len(new), len(found) - len(new))


def reject_proposals(
    store: Store, ids: Sequence[str], *, who: str | None = None, once: str | None = None
) -> int:
    """Take proposals away, as one step; return how many there were.

    Raises
    ------
    NotFound
        None of them is there any more.
    """
    label = Message.plural("Reject {n} proposal", "Reject {n} proposals", n=len(ids))
    with store.step(label, who=who) as db:
        take_once(db, once)
        return len(_take(db, ids))


def _take(db: Connection, ids: Sequence[str]) -> list[Any]:
    """Take proposals out of the project and return their rows, in the order they lie in."""
    query = select(proposals).where(among(proposals.c.id, ids))
    order = (proposals.c.plane, proposals.c.y1, proposals.c.x1, proposals.c.id)
    found = list(db.execute(query.order_by(*order)))
    if not found:
        raise NotFound("Those proposals are gone; somebody has answered them meanwhile.")
    db.execute(proposals.delete().where(among(proposals.c.id, [row.id for row in found])))
    return found


def _beside_objects(
    db: Connection, place: tuple[str, int, str], rows: Sequence[Any]
) -> list[Region | None]:
    regions = [region_of_row(row) for row in rows]
    there = objects_there(db, *place, common_box([region.box for region in regions]))
    return beside(regions, there)


def _category(db: Connection, category_id: str) -> Any:
    """Return a category's row; None for Unknown."""
    query = select(categories.c.name, categories.c.kind_id).where(categories.c.id == category_id)
    row = db.execute(query).first()
    if row is None:
        raise NotFound("That category is gone; reload the page to see the present ones.")
    return None if is_unknown(category_id) else row
