"""How images are parents, kept with the images: for some of them, or for all of one sort."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Text, func, select

from piximi_core.errors import BadInput, NotFound
from piximi_core.images import Look
from piximi_core.messages import Message
from piximi_core.project.contents.things import Thing, among
from piximi_core.project.database.schema import images, objects
from piximi_core.project.database.store import Store

__all__ = ["keep_look", "keep_look_for_all", "look_of"]


def look_of(thing: Thing) -> Look | None:
    """Return how a person wished the image to be parents, None where nobody did."""
    kept = thing.display.get("look")
    return None if kept is None else Look.from_json(kept)


def keep_look(
    store: Store, ids: Collection[str], look: Look | None, *, who: str | None = None
) -> int:
    """Show these images so from now on, or with None as at first; return how many there were.

    An object is parents as its image is, so it stands for its image here.

    Raises
    ------
    BadInput
        The look is for another number of channels than an image has.
    """
    with store.read() as db:
        parents = _images_of(db, ids)
    with store.step(
        Message(
            "Change how {images} look",
            images=Message.plural("{n} image", "{n} images", n=len(parents)),
        ),
        who=who,
    ) as db:
        if look is not None:
            fits = images.c.channels == len(look.channels)
            query = select(images.c.id).where(among(images.c.id, parents), ~fits)
            if db.execute(query).first() is not None:
                raise BadInput("These colours are for another number of channels.")
        chosen = images.update().where(among(images.c.id, parents))
        return db.execute(chosen.values(display=_display(look))).rowcount


def keep_look_for_all(
    store: Store, like: str, look: Look | None, *, who: str | None = None
) -> tuple[int, int]:
    """Show every image so that has the channels and numbers of the image ``like``.

    Returns
    -------
    tuple[int, int]
        How many are parents so, and how many were left because a range in native numbers means
        something else in them.

    Raises
    ------
    NotFound
        The image ``like`` is gone.
    """
    with store.step(Message("Change how all images look"), who=who) as db:
        query = select(images.c.channels, images.c.dtype).where(
            among(images.c.id, _images_of(db, [like]))
        )
        same = db.execute(query).first()
        if same is None:
            raise NotFound("That image is gone; reload the page.")
        if look is not None and len(look.channels) != same.channels:
            raise BadInput("These colours are for another number of channels.")
        alike = (images.c.channels == same.channels) & (images.c.dtype == same.dtype)
        count = db.execute(images.update().where(alike).values(display=_display(look))).rowcount
        total = db.execute(select(func.count()).select_from(images)).scalar_one()
        return count, total - count


def _images_of(db: Connection, ids: Collection[str]) -> list[str]:
    inside = select(objects.c.id, objects.c.image_id).where(among(objects.c.id, ids))
    parents = {row.id: row.image_id for row in db.execute(inside)}
    return list(dict.fromkeys(parents.get(thing, thing) for thing in ids))


def _display(look: Look | None) -> ColumnElement[str]:
    kept = images.c.display
    if look is None:
        changed = func.json_remove(kept, "$.look", type_=Text)
    else:
        text = json.dumps(look.to_json())
        changed = func.json_set(kept, "$.look", func.json(text), type_=Text)
    # Joined to nothing it is mere text again: the journal would take JSON apart.
    return changed.concat("")
