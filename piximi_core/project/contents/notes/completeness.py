"""Regions of images in which every object of a kind is drawn: what is empty there is background."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from piximi_core.annotation.regions import Region
from piximi_core.annotation.run_lengths import check_runs
from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message
from piximi_core.project.contents.objects import region_of_row
from piximi_core.project.contents.things import among, image_gone
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import complete_regions, images, kinds
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, new_id

__all__ = ["CompleteRegion", "add_complete", "list_complete", "remove_complete"]


@dataclass(frozen=True)
class CompleteRegion:
    """A part of a plane in which every object of a kind is drawn.

    Attributes
    ----------
    region
        Its pixels in the image.
    """

    id: str
    image_id: str
    kind_id: str
    plane: int
    region: Region


def list_complete(
    store: Store, *, image_ids: Collection[str] | None = None, kind_id: str | None = None
) -> list[CompleteRegion]:
    """Return the regions that are complete, of some images and of one kind if asked."""
    places = [complete_regions.c[name] for name in ("image_id", "plane", "y1", "x1", "id")]
    query = select(complete_regions).order_by(*places)
    if image_ids is not None:
        query = query.where(among(complete_regions.c.image_id, image_ids))
    if kind_id is not None:
        query = query.where(complete_regions.c.kind_id == kind_id)
    with store.read() as db:
        return [
            CompleteRegion(
                row.id,
                row.image_id,
                row.kind_id,
                row.plane,
                region_of_row(row),
            )
            for row in db.execute(query)
        ]


def add_complete(
    store: Store,
    image_id: str,
    kind_id: str,
    plane: int,
    region: Region | None,
    *,
    who: str | None = None,
    once: str | None = None,
) -> str:
    """Note that every object of a kind is drawn in a region; return the note's id.

    Parameters
    ----------
    region
        Its pixels; None, where nothing of what was drawn lies in the image.
    who, once
        As in `labelling.label_things`.

    Raises
    ------
    BadInput
        The region is empty, leaves the image or its planes, or the kind is that of images.
    NotFound
        The image or the kind is gone.
    """
    if region is None or not region.area:
        raise BadInput("Nothing was drawn: no pixel of the image lies within the outline.")
    if kind_id == IMAGE_KIND:
        raise BadInput("The kind Image holds the images themselves; choose a kind of objects.")
    check_runs(region.runs, region.height, region.width)
    with store.step(Message("Mark a region as complete"), who=who) as db:
        take_once(db, once)
        image = db.execute(
            select(images.c.planes, images.c.height, images.c.width).where(images.c.id == image_id)
        ).first()
        if image is None:
            raise image_gone()
        if db.execute(select(kinds.c.id).where(kinds.c.id == kind_id)).first() is None:
            raise NotFound("That kind is gone; reload the page to see the present ones.")
        x1, y1, x2, y2 = region.box
        inside = 0 <= x1 < x2 <= image.width and 0 <= y1 < y2 <= image.height
        if not inside or not 0 <= plane < image.planes:
            raise BadInput("The region does not lie within the image; draw it again.")
        region_id = new_id()
        db.execute(
            complete_regions.insert().values(
                id=region_id,
                image_id=image_id,
                kind_id=kind_id,
                plane=plane,
                x1=x1,
                y1=y1,
                x2=x2,
                y2=y2,
                mask=" ".join(map(str, region.runs)),
            )
        )
        return region_id


def remove_complete(
    store: Store, ids: Sequence[str], *, who: str | None = None, once: str | None = None
) -> int:
    """Take back that regions are complete; return how many there were.

    Raises
    ------
    NotFound
        None of them is there any more.
    """
    label = Message.plural("Take back a complete region", "Take back complete regions", n=len(ids))
    with store.step(label, who=who) as db:
        take_once(db, once)
        doomed = complete_regions.delete().where(among(complete_regions.c.id, ids))
        count = db.execute(doomed).rowcount
        if not count:
            raise NotFound("That region is gone; somebody has taken it back meanwhile.")
        return count
