"""What is proposed, and what was drawn there already."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, and_, func, select

from piximi_core.annotation.regions import Box
from piximi_core.annotation.tools.proposing import Places, diameter_of
from piximi_core.project.contents.objects import ObjectMask, read_runs, region_of_row
from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import kinds, objects, proposals, things
from piximi_core.project.database.store import Store

__all__ = ["count_proposals", "objects_there", "proposals_in", "usual_diameter"]

_ENOUGH = 300  # of a kind's objects tell how large they are


def proposals_in(
    store: Store, image_id: str, ids: Collection[str] | None = None
) -> list[ObjectMask]:
    """Return what is proposed in an image, as objects without a name or label are told.

    Parameters
    ----------
    ids
        The only ones that are asked for; None for all.
    """
    query = (
        select(proposals)
        .join(kinds, kinds.c.id == proposals.c.kind_id)
        .where(proposals.c.image_id == image_id, ~kinds.c.hidden)
        .order_by(proposals.c.plane, proposals.c.y1, proposals.c.x1, proposals.c.id)
    )
    if ids is not None:
        query = query.where(among(proposals.c.id, ids))
    with store.read() as db:
        return [
            ObjectMask(
                row.id,
                "",
                row.kind_id,
                "",
                False,
                row.plane,
                row.x1,
                row.y1,
                row.x2,
                row.y2,
                row.mask,
            )
            for row in db.execute(query)
        ]


def count_proposals(store: Store, kind_id: str | None = None) -> int:
    """Return how many proposals wait for an answer, of one kind if asked."""
    query = select(func.count()).select_from(proposals)
    if kind_id is not None:
        query = query.where(proposals.c.kind_id == kind_id)
    with store.read() as db:
        return int(db.execute(query).scalar_one())


def objects_there(
    db: Connection, image_id: str, plane: int, kind_id: str, within: Box | None = None
) -> Places:
    """Return the objects of a kind in a plane, only those that meet a box if one is given."""
    where = and_(
        objects.c.image_id == image_id, objects.c.plane == plane, things.c.kind_id == kind_id
    )
    if within is not None:
        where = and_(
            where,
            objects.c.x1 < within[2],
            objects.c.x2 > within[0],
            objects.c.y1 < within[3],
            objects.c.y2 > within[1],
        )
    query = select(objects).join(things, things.c.id == objects.c.id).where(where)
    return Places(region_of_row(row) for row in db.execute(query))


def usual_diameter(store: Store, kind_id: str) -> float | None:
    """Return the diameter in pixels that the objects of a kind have, the newest; None without."""
    query = (
        select(objects.c.mask)
        .join(things, things.c.id == objects.c.id)
        .where(things.c.kind_id == kind_id)
        .order_by(things.c.position.desc())
        .limit(_ENOUGH)
    )
    with store.read() as db:
        return diameter_of([sum(read_runs(mask)[1::2]) for mask in db.execute(query).scalars()])
