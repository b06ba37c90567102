"""Put what was found in place of what was proposed there before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from piximi_core.annotation.regions import Box, Region
from piximi_core.annotation.run_lengths import check_runs
from piximi_core.annotation.tools.proposing import beside
from piximi_core.annotation.tools.windows import common_box
from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message
from piximi_core.project.contents.kinds import ensure_kind
from piximi_core.project.contents.proposals.listing import objects_there
from piximi_core.project.contents.things import image_gone
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import images, kinds, proposals
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, new_id

__all__ = ["put_proposals", "replace_proposals"]


def put_proposals(
    store: Store,
    image_id: str,
    plane: int,
    regions: Sequence[Region],
    *,
    kind_id: str,
    new_kind: str = "",
    within: Box | None = None,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Propose objects of a kind in a plane, in place of those proposed before, as one step.

    Parameters
    ----------
    regions
        What was found. What an object of the kind covers already is left out, see `beside`.
    new_kind
        The name of the kind, made in the same step if there is none; then `kind_id` is not asked.
    within
        Where it was looked for; proposals elsewhere in the plane stay. None for all of it.
    who, once
        As in `labelling.label_things`.

    Returns
    -------
    int
        How many are proposed.

    Raises
    ------
    NotFound
        The image or the kind is gone.
    BadInput
        A region leaves the image, or the plane is not there.
    """
    with store.step(Message("Propose objects"), who=who) as db:
        take_once(db, once)
        kind_id = ensure_kind(db, new_kind) if new_kind else kind_id
        return replace_proposals(db, image_id, plane, kind_id, regions, within)


def replace_proposals(
    db: Connection,
    image_id: str,
    plane: int,
    kind_id: str,
    regions: Sequence[Region],
    within: Box | None = None,
) -> int:
    """Do the work of `put_proposals` inside an open step."""
    _check(db, image_id, plane, kind_id, regions)
    former = and_(
        proposals.c.image_id == image_id,
        proposals.c.plane == plane,
        proposals.c.kind_id == kind_id,
    )
    if within is not None:
        x1, y1, x2, y2 = within
        former = and_(
            former,
            proposals.c.x1 < x2,
            proposals.c.x2 > x1,
            proposals.c.y1 < y2,
            proposals.c.y2 > y1,
        )
    db.execute(proposals.delete().where(former))
    if not regions:
        return 0
    there = objects_there(db, image_id, plane, kind_id, common_box([one.box for one in regions]))
    rows = [
        {
            "id": new_id(),
            "image_id": image_id,
            "kind_id": kind_id,
            "plane": plane,
            **dict(zip(("x1", "y1", "x2", "y2"), left.box, strict=True)),
            "mask": " ".join(map(str, left.runs)),
        }
        for left in beside(regions, there)
        if left is not None
    ]
    if rows:
        db.execute(proposals.insert(), rows)
    return len(rows)


def _check(
    db: Connection, image_id: str, plane: int, kind_id: str, regions: Sequence[Region]
) -> None:
    image: Any = db.execute(select(images).where(images.c.id == image_id)).first()
    if image is None:
        raise image_gone()
    if (
        kind_id == IMAGE_KIND
        or db.execute(select(kinds.c.id).where(kinds.c.id == kind_id)).first() is None
    ):
        raise NotFound("That kind of objects is gone; choose another.")
    if not 0 <= plane < image.planes:
        raise BadInput(
            "An object lies in plane {plane} of {planes}.", plane=plane, planes=image.planes
        )
    for region in regions:
        x1, y1, x2, y2 = region.box
        if not (0 <= x1 < x2 <= image.width and 0 <= y1 < y2 <= image.height):
            raise BadInput("A proposal does not lie within its image; ask for proposals once more.")
        check_runs(region.runs, y2 - y1, x2 - x1)
