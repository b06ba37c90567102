"""Notes on images: which of them are done, and which is to be drawn on next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.dialects.sqlite import insert

from piximi_core.messages import Message
from piximi_core.project.contents.things import among, image_gone
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import image_notes, images, objects
from piximi_core.project.database.store import Store

__all__ = [
    "Lacking",
    "count_done",
    "count_objects_in",
    "done_among",
    "find_lacking",
    "mark_done",
    "some_are_undrawn",
]

Lacking = Literal["done", "objects"]
"""What an image is looked for that has none: a person's word that it is done, or objects."""

_LOT = 500  # images that are looked at in one query


def mark_done(
    store: Store,
    image_id: str,
    done: bool = True,
    *,
    who: str | None = None,
    once: str | None = None,
) -> None:
    """Note that all there is on an image is drawn, or take that back.

    Parameters
    ----------
    who, once
        As in `labelling.label_things`.

    Raises
    ------
    NotFound
        The image is gone.
    """
    label = Message("Mark an image as done") if done else Message("Mark an image as not done")
    with store.step(label, who=who) as db:
        take_once(db, once)
        if db.execute(select(images.c.id).where(images.c.id == image_id)).first() is None:
            raise image_gone()
        new = insert(image_notes).values(id=image_id, done=done)
        db.execute(
            new.on_conflict_do_update(index_elements=["id"], set_={"done": new.excluded.done})
        )


def done_among(store: Store, image_ids: Collection[str]) -> set[str]:
    """Return those of some images that are done."""
    with store.read() as db:
        return _done(db, image_ids)


def count_done(store: Store) -> int:
    """Return how many images of the project are done."""
    with store.read() as db:
        query = select(func.count()).select_from(image_notes).where(image_notes.c.done)
        return int(db.execute(query).scalar_one())


def count_objects_in(store: Store, image_ids: Collection[str]) -> dict[str, int]:
    """Return how many objects lie in each of some images; those without are left out."""
    query = (
        select(objects.c.image_id, func.count())
        .where(among(objects.c.image_id, image_ids))
        .group_by(objects.c.image_id)
    )
    with store.read() as db:
        return {str(image_id): int(count) for image_id, count in db.execute(query)}


def find_lacking(store: Store, order: Sequence[str], place: int, lacking: Lacking) -> int | None:
    """Return the place of the next image that is not done, or has no objects.

    Parameters
    ----------
    order
        The images as one walks through them.
    place
        Where one stands, from 0: one looks behind it, and from the first one on after the last.
        The image that stands there is left out.

    Returns
    -------
    int or None
        None if there is no other.
    """
    places: list[int] = [*range(place + 1, len(order)), *range(min(place, len(order)))]
    with store.read() as db:
        for begin in range(0, len(places), _LOT):
            lot = places[begin : begin + _LOT]
            ids = [order[at] for at in lot]
            has = _done(db, ids) if lacking == "done" else _with_objects(db, ids)
            for at, id_ in zip(lot, ids, strict=True):
                if id_ not in has:
                    return at
    return None


def some_are_undrawn(db: Connection) -> bool:
    """Whether some images have objects, and others neither have any nor are done."""
    if db.execute(select(objects.c.id).limit(1)).first() is None:
        return False
    bare = select(images.c.id).where(
        ~exists().where(objects.c.image_id == images.c.id),
        ~exists().where(image_notes.c.id == images.c.id, image_notes.c.done),
    )
    return db.execute(bare.limit(1)).first() is not None


def _done(db: Connection, image_ids: Collection[str]) -> set[str]:
    query = select(image_notes.c.id).where(among(image_notes.c.id, image_ids), image_notes.c.done)
    return set(db.execute(query).scalars())


def _with_objects(db: Connection, image_ids: Collection[str]) -> set[str]:
    # One look into the index for each image, however many objects it has.
    there = select(objects.c.id).where(objects.c.image_id == images.c.id).exists()
    query = select(images.c.id).where(among(images.c.id, image_ids), there)
    return set(db.execute(query).scalars())
