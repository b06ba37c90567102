"""Objects between two planes of a stack, from what they are in these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools.combining import settle
from piximi_core.annotation.tools.interpolating import interpolate
from piximi_core.errors import BadInput, NotFound, PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.drawing.writing import add_drawn, regions_of
from piximi_core.project.contents.objects import NewObject, region_of_row
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import categories, images, objects, things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import is_unknown

__all__ = ["interpolate_objects", "look_between"]

_FARTHEST = 500  # planes from end to end: more takes minutes


def look_between(store: Store, ids: Sequence[str]) -> list[NewObject]:
    """Return what `interpolate_objects` would draw now, plane after plane; nothing is changed.

    Raises
    ------
    BadInput, NotFound
        As `interpolate_objects`.
    """
    with store.read() as db:
        ends = _two(db, ids)
    between = _between(ends)
    with store.read() as db:
        return _beside_others(db, ends, between)


def interpolate_objects(
    store: Store, ids: Sequence[str], *, who: str | None = None, once: str | None = None
) -> int:
    """Draw an object in all planes between two in which it is drawn; return in how many it is now.

    What is made has the kind and the label of the first, and leaves all pixels to the objects of
    the kind that are there; see `annotation.tools.interpolating`.

    Parameters
    ----------
    ids
        The object in the one plane and in the other.

    Raises
    ------
    BadInput
        They lie in one plane, in neighbouring planes or in different images, or nothing is left to
        draw between them.
    NotFound
        One of them is gone.
    """
    # What takes long is reckoned before anybody has to wait for it, and again only if an end is
    # another one by then. What is wrong is said inside, where an action that comes again is known.
    ends: list[Row[Any]] = []
    with suppress(PiximiError), store.read() as db:
        ends = _two(db, ids)
    between = _between(ends) if ends else {}
    with store.step(Message("Draw between two planes"), who=who) as db:
        take_once(db, once)
        now = _two(db, ids)
        made = _beside_others(db, now, between if now == ends else _between(now))
        add_drawn(db, made, "interpolate", who)
        return len(made)


def _between(ends: Sequence[Row[Any]]) -> dict[int, Region]:
    """Return what the object is in the planes between its ends, where anything of it is."""
    first, last = sorted(ends, key=lambda row: row.plane)
    if last.plane - first.plane > _FARTHEST:
        raise BadInput("More than {n} planes lie between; draw one in the middle.", n=_FARTHEST)
    before, after = region_of_row(first), region_of_row(last)
    found = {}
    for plane in range(first.plane + 1, last.plane):
        share = (plane - first.plane) / (last.plane - first.plane)
        region = interpolate(before, after, share, first.height, first.width)
        if region is not None:
            found[plane] = region
    return found


def _beside_others(
    db: Connection, ends: Sequence[Row[Any]], between: Mapping[int, Region]
) -> list[NewObject]:
    """Return what of these regions is left beside the objects that are there, to be drawn."""
    one = ends[0]
    label = None if is_unknown(one.category_id) else str(one.category)
    made = []
    for plane, region in between.items():
        left = settle(region, _others(db, one.image_id, one.kind_id, plane), "protect").drawn
        if left is not None:
            new = NewObject(one.image_id, one.kind_id, left.box, left.runs, plane, category=label)
            made.append(new)
    if not made:
        raise BadInput("Between these planes there is nothing to draw.")
    return made


def _two(db: Connection, ids: Sequence[str]) -> list[Row[Any]]:
    """Return the two objects in the order of their ids, with the size of their image."""
    query = (
        select(objects, things.c.kind_id, things.c.category_id, images.c.height, images.c.width)
        .add_columns(categories.c.name.label("category"))
        .join(things, things.c.id == objects.c.id)
        .join(categories, categories.c.id == things.c.category_id)
        .join(images, images.c.id == objects.c.image_id)
        .where(among(objects.c.id, ids))
    )
    found = {row.id: row for row in db.execute(query).all()}
    if len(set(ids)) != 2:
        raise BadInput("Choose an object in one plane and what it is in another.")
    if len(found) != 2:
        raise NotFound("That object is gone; somebody has deleted it meanwhile.")
    one, other = (found[object_id] for object_id in ids)
    if one.image_id != other.image_id:
        raise BadInput("Only planes of one image have planes between them.")
    if abs(one.plane - other.plane) < 2:
        raise BadInput("There is no plane between these two.")
    return [one, other]


def _others(db: Connection, image_id: str, kind_id: str, plane: int) -> dict[str, Region]:
    """Return the objects of a kind in a plane by their ids."""
    there = and_(
        objects.c.image_id == image_id, objects.c.plane == plane, things.c.kind_id == kind_id
    )
    return {object_id: region for object_id, (_kind, region) in regions_of(db, there).items()}
