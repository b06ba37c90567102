"""Objects drawn by hand: each stroke that is confirmed is one step, done once and undoable.

In the same step it is noted who drew them, and with what. What is locked keeps its pixels: a verb
about several objects leaves it out and tells how many those were, one about a single object is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from piximi_core.annotation.regions import Region, join_regions
from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message
from piximi_core.project.contents.drawing.writing import (
    Canvas,
    Found,
    add_drawn,
    refuse_locked,
    settle_among,
    step_on,
    write_regions,
)
from piximi_core.project.contents.kinds import ensure_kind
from piximi_core.project.contents.notes.on_objects import locked_among, locked_words, note_drawn
from piximi_core.project.contents.objects import NewObject, read_runs
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import categories, images, objects, things
from piximi_core.project.database.store import Store, current_user
from piximi_core.vocabulary import is_unknown

__all__ = [
    "copy_objects",
    "draw_object",
    "merge_objects",
    "reshape_objects",
    "split_object",
]

_BY_HAND = "hand"  # where nobody told the tool


def draw_object(
    store: Store,
    canvas: Canvas,
    region: Region | None,
    *,
    object_id: str,
    kind_id: str,
    new_kind: str = "",
    category_id: str | None = None,
    new_category: str = "",
    source: str = _BY_HAND,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Add an object; return how many locked ones it made room for, though it was to take over.

    Parameters
    ----------
    region
        Its pixels; None, where a tool found nothing.
    object_id
        The id that it is to have, which the person's window knows it by already.
    new_kind
        The name of its kind, made in the same step if there is none; then `kind_id` is not asked.
    category_id
        Of the kind; None for no label.
    new_category
        The name of one, made in the same step if there is none; then `category_id` is not asked.
    source
        The name of the tool that it was drawn with.
    who, once
        As in `labelling.label_things`.

    Raises
    ------
    BadInput
        Nothing of it is left, or it leaves the image.
    NotFound
        The image, the kind or the category is gone.
    """
    with store.step(Message("Draw an object"), who=who) as db:
        take_once(db, once)
        kind_id = ensure_kind(db, new_kind) if new_kind else kind_id
        name = new_category or None
        if name is None and category_id is not None:
            name = _category_name(db, kind_id, category_id)
        settled = settle_among(db, canvas, kind_id, region, set())
        region = settled.drawn
        if region is None:
            if settled.locked:
                raise BadInput.saying(locked_words(len(settled.locked)))
            raise BadInput("Nothing was drawn: no pixel of the image lies within the outline.")
        new = NewObject(
            canvas.image_id,
            kind_id,
            region.box,
            region.runs,
            canvas.plane,
            category=name,
            id=object_id,
        )
        add_drawn(db, [new], source, who)
        return len(settled.locked)


def reshape_objects(
    store: Store,
    canvas: Canvas,
    ids: Sequence[str],
    change: Callable[[Region], Region | None],
    *,
    source: str = _BY_HAND,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Give objects other outlines; one of which nothing is left is deleted.

    Return how many were left as they are because they are locked, those that were in the way
    included.

    Parameters
    ----------
    change
        Returns the pixels that an object is to have, from those that it has.
    source, who, once
        As in `draw_object`.

    Raises
    ------
    BadInput
        All of them are locked.
    NotFound
        None of the objects is there any more.
    """
    label = Message.plural(
        "Change the outline of {n} object", "Change the outlines of {n} objects", n=len(ids)
    )

    def reckon(found: Found) -> dict[str, Region | None]:
        return {object_id: change(before) for object_id, (_kind, before) in found.items()}

    def write(db: Connection, found: Found, changed: dict[str, Region | None]) -> int:
        if not found:
            raise NotFound("That object is gone; somebody has deleted it meanwhile.")
        locked = locked_among(db, found)
        if len(locked) == len(found):
            raise BadInput.saying(locked_words(len(locked)))
        for object_id, (kind_id, before) in found.items():
            if object_id in locked:
                continue
            settled = settle_among(db, canvas, kind_id, changed[object_id], {object_id})
            locked |= settled.locked
            after = settled.drawn
            write_regions(db, {object_id: after})
            if after is not None and after != before:
                note_drawn(db, [object_id], source, who or current_user())
        return len(locked)

    return step_on(store, label, ids, reckon, write, who=who, once=once)


def split_object(
    store: Store,
    object_id: str,
    divide: Callable[[Region], Sequence[Region]],
    *,
    who: str | None = None,
    once: str | None = None,
) -> None:
    """Make several objects of one: the largest part stays it, the others have its kind and label.

    Raises
    ------
    BadInput
        The line leaves it in one piece, or it is locked.
    NotFound
        The object is gone.
    """

    def reckon(found: Found) -> list[Region]:
        parts = [part for _kind, whole in found.values() for part in divide(whole)]
        return sorted(parts, key=lambda part: part.area, reverse=True)

    def write(db: Connection, _found: Found, parts: list[Region]) -> None:
        row = db.execute(
            select(objects.c.image_id, objects.c.plane, things.c.kind_id, categories.c.name)
            .add_columns(categories.c.id.label("category_id"))
            .join(things, things.c.id == objects.c.id)
            .join(categories, categories.c.id == things.c.category_id)
            .where(objects.c.id == object_id)
        ).first()
        if row is None:
            raise NotFound("That object is gone; somebody has deleted it meanwhile.")
        refuse_locked(db, [object_id])
        if len(parts) < 2:
            raise BadInput("The line does not go through the object; draw it from edge to edge.")
        write_regions(db, {object_id: parts[0]})
        label = None if is_unknown(row.category_id) else str(row.name)
        found = [
            NewObject(row.image_id, row.kind_id, part.box, part.runs, row.plane, category=label)
            for part in parts[1:]
        ]
        add_drawn(db, found, "split", who)
        note_drawn(db, [object_id], "split", who or current_user())

    step_on(store, Message("Split an object"), [object_id], reckon, write, who=who, once=once)


def merge_objects(
    store: Store,
    ids: Sequence[str],
    *,
    who: str | None = None,
    once: str | None = None,
) -> None:
    """Make one object of several in one plane of an image: the first takes in the others.

    Raises
    ------
    BadInput
        They are fewer than two, lie in different planes or images, or one of them is locked.
    """

    def reckon(found: Found) -> Region | None:
        return join_regions([region for _kind, region in found.values()])

    def write(db: Connection, found: Found, whole: Region | None) -> None:
        places = select(objects.c.image_id, objects.c.plane).where(among(objects.c.id, ids))
        if len(found) < 2:
            raise BadInput("Select the objects that are to become one, at least two.")
        if len(set(db.execute(places).all())) > 1:
            raise BadInput("Only objects of one plane of one image can become one.")
        refuse_locked(db, found)
        first, *others = [id_ for id_ in ids if id_ in found]
        write_regions(db, {first: whole, **dict.fromkeys(others)})
        note_drawn(db, [first], "merge", who or current_user())

    step_on(store, Message("Merge objects"), ids, reckon, write, who=who, once=once)


def copy_objects(
    store: Store,
    ids: Sequence[str],
    planes: int,
    *,
    who: str | None = None,
    once: str | None = None,
) -> None:
    """Copy objects, labels and all, to as many of the next planes; of those before if negative.

    Raises
    ------
    BadInput
        There is no plane that way.
    """
    label = Message.plural("Copy {n} object", "Copy {n} objects", n=len(ids))
    with store.step(label, who=who) as db:
        take_once(db, once)
        query = (
            select(objects, things.c.kind_id, things.c.category_id, categories.c.name)
            .add_columns(images.c.planes)
            .join(things, things.c.id == objects.c.id)
            .join(categories, categories.c.id == things.c.category_id)
            .join(images, images.c.id == objects.c.image_id)
            .where(among(objects.c.id, ids))
            .order_by(things.c.position)
        )
        step = 1 if planes > 0 else -1
        made = [
            NewObject(
                row.image_id,
                row.kind_id,
                (row.x1, row.y1, row.x2, row.y2),
                read_runs(row.mask),
                plane,
                category=None if is_unknown(row.category_id) else row.name,
            )
            for row in db.execute(query).all()
            for plane in range(row.plane + step, row.plane + planes + step, step)
            if 0 <= plane < row.planes
        ]
        if not made:
            raise BadInput("There is no plane to copy to that way.")
        add_drawn(db, made, "copy", who)


def _category_name(db: Connection, kind_id: str, category_id: str) -> str | None:
    """Return the name of a category of a kind, None for Unknown."""
    query = select(categories.c.name).where(
        categories.c.id == category_id, categories.c.kind_id == kind_id
    )
    name = db.execute(query).scalar_one_or_none()
    if name is None:
        raise NotFound("That category is gone; reload the page to see the present ones.")
    return None if is_unknown(category_id) else str(name)
