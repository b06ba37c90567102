"""Objects drawn by hand: each stroke that is confirmed is one step, done once and undoable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, select

from piximi_core.annotation.regions import Region, join_regions
from piximi_core.annotation.tools.combining import Overlap, settle
from piximi_core.errors import BadInput, NotFound, PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.kinds import ensure_kind
from piximi_core.project.contents.labelling import remove_things
from piximi_core.project.contents.objects import NewObject, add_objects, read_runs
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import categories, images, objects, predictions, things
from piximi_core.project.database.store import Store, current_user
from piximi_core.vocabulary import is_unknown

__all__ = [
    "Canvas",
    "copy_objects",
    "draw_object",
    "merge_objects",
    "reshape_objects",
    "split_object",
]

T = TypeVar("T")
# Kind and region of objects by their ids.
_Found = dict[str, tuple[str, Region]]

# How often outlines are reckoned again because somebody else changed the objects meanwhile. After
# that they are reckoned while everybody waits, so that it ends.
_TRIES = 3


@dataclass(frozen=True)
class Canvas:
    """What is drawn on: a plane of an image, and what happens to others of the kind there.

    Attributes
    ----------
    overlap
        Whether the objects that lie there may share pixels with a drawn one, keep theirs, or give
        them up; see `annotation.tools.combining.settle`.
    """

    image_id: str
    plane: int
    overlap: Overlap = "allow"


def draw_object(
    store: Store,
    canvas: Canvas,
    region: Region | None,
    *,
    object_id: str,
    kind_id: str,
    new_kind: str = "",
    category_id: str | None = None,
    who: str | None = None,
    once: str | None = None,
) -> None:
    """Add an object.

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
        name = None if category_id is None else _category_name(db, kind_id, category_id)
        region = _settled(db, canvas, kind_id, region, set())
        if region is None:
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
        add_objects(db, [new], who=who or current_user())


def reshape_objects(
    store: Store,
    canvas: Canvas,
    ids: Sequence[str],
    change: Callable[[Region], Region | None],
    *,
    who: str | None = None,
    once: str | None = None,
) -> None:
    """Give objects other outlines; one of which nothing is left is deleted.

    Parameters
    ----------
    change
        Returns the pixels that an object is to have, from those that it has.

    Raises
    ------
    NotFound
        None of the objects is there any more.
    """
    label = Message.plural(
        "Change the outline of {n} object", "Change the outlines of {n} objects", n=len(ids)
    )

    def reckon(found: _Found) -> dict[str, Region | None]:
        return {object_id: change(before) for object_id, (_kind, before) in found.items()}

    def write(db: Connection, found: _Found, changed: dict[str, Region | None]) -> None:
        if not found:
            raise NotFound("That object is gone; somebody has deleted it meanwhile.")
        for object_id, (kind_id, _before) in found.items():
            after = _settled(db, canvas, kind_id, changed[object_id], {object_id})
            _write(db, {object_id: after})

    _step_on(store, label, ids, reckon, write, who=who, once=once)


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
        The line leaves it in one piece.
    NotFound
        The object is gone.
    """

    def reckon(found: _Found) -> list[Region]:
        parts = [part for _kind, whole in found.values() for part in divide(whole)]
        return sorted(parts, key=lambda part: part.area, reverse=True)

    def write(db: Connection, _found: _Found, parts: list[Region]) -> None:
        row = db.execute(
            select(objects.c.image_id, objects.c.plane, things.c.kind_id, categories.c.name)
            .add_columns(categories.c.id.label("category_id"))
            .join(things, things.c.id == objects.c.id)
            .join(categories, categories.c.id == things.c.category_id)
            .where(objects.c.id == object_id)
        ).first()
        if row is None:
            raise NotFound("That object is gone; somebody has deleted it meanwhile.")
        if len(parts) < 2:
            raise BadInput("The line does not go through the object; draw it from edge to edge.")
        _write(db, {object_id: parts[0]})
        label = None if is_unknown(row.category_id) else str(row.name)
        found = [
            NewObject(row.image_id, row.kind_id, part.box, part.runs, row.plane, category=label)
            for part in parts[1:]
        ]
        add_objects(db, found, who=who or current_user())

    _step_on(store, Message("Split an object"), [object_id], reckon, write, who=who, once=once)


def merge_objects(
    store: Store, ids: Sequence[str], *, who: str | None = None, once: str | None = None
) -> None:
    """Make one object of several in one plane of an image: the first takes in the others.

    Raises
    ------
    BadInput
        They are fewer than two, or lie in different planes or images.
    """

    def reckon(found: _Found) -> Region | None:
        return join_regions([region for _kind, region in found.values()])

    def write(db: Connection, found: _Found, whole: Region | None) -> None:
        places = select(objects.c.image_id, objects.c.plane).where(among(objects.c.id, ids))
        if len(found) < 2:
            raise BadInput("Select the objects that are to become one, at least two.")
        if len(set(db.execute(places).all())) > 1:
            raise BadInput("Only objects of one plane of one image can become one.")
        first, *others = [id_ for id_ in ids if id_ in found]
        _write(db, {first: whole, **dict.fromkeys(others)})

    _step_on(store, Message("Merge objects"), ids, reckon, write, who=who, once=once)


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
        add_objects(db, made, who=who or current_user())


class _ChangedMeanwhileError(Exception):
    """The objects are others than those that were reckoned with."""


def _step_on(
    store: Store,
    label: Message,
    ids: Sequence[str],
    reckon: Callable[[_Found], T],
    write: Callable[[Connection, _Found, T], None],
    *,
    who: str | None,
    once: str | None,
) -> None:
    """Change objects in one step, with what takes long done before anybody has to wait for it.

    Parameters
    ----------
    reckon
        Returns what to write, from the objects alone. It is done outside of the writer's lock, and
        again if the objects are others by then.
    write
        Writes it, inside of the step.
    """
    for attempt in range(_TRIES + 1):
        done: list[T] = []
        with store.read() as db:
            before = _regions(db, among(objects.c.id, ids))
        if attempt < _TRIES:
            # What goes wrong is said inside of the step, where an action that comes again is known.
            with suppress(PiximiError):
                done.append(reckon(before))
        with suppress(_ChangedMeanwhileError), store.step(label, who=who) as db:
            take_once(db, once)
            found = _regions(db, among(objects.c.id, ids))
            if done and found != before:
                raise _ChangedMeanwhileError
            write(db, found, done[0] if done else reckon(found))
            return


def _settled(
    db: Connection, canvas: Canvas, kind_id: str, region: Region | None, own: Collection[str]
) -> Region | None:
    """Return what of a region may be drawn beside the others of its kind; they make room for it."""
    if region is None or canvas.overlap == "allow":
        return region
    x1, y1, x2, y2 = region.box
    near = and_(
        things.c.kind_id == kind_id,
        objects.c.image_id == canvas.image_id,
        objects.c.plane == canvas.plane,
        objects.c.id.not_in(list(own)),
        objects.c.x1 < x2,
        objects.c.x2 > x1,
        objects.c.y1 < y2,
        objects.c.y2 > y1,
    )
    others = {object_id: there for object_id, (_kind, there) in _regions(db, near).items()}
    settled = settle(region, others, canvas.overlap)
    _write(db, settled.changed)
    return settled.drawn


def _regions(db: Connection, where: ColumnElement[bool]) -> _Found:
    """Return kind and region of objects by their ids."""
    query = select(objects, things.c.kind_id).join(things, things.c.id == objects.c.id).where(where)
    return {
        row.id: (row.kind_id, Region((row.x1, row.y1, row.x2, row.y2), read_runs(row.mask)))
        for row in db.execute(query)
    }


def _write(db: Connection, regions: Mapping[str, Region | None]) -> None:
    """Give objects their new pixels; what has none left is deleted, predictions are out of date."""
    remove_things(db, [object_id for object_id, region in regions.items() if region is None])
    db.execute(predictions.delete().where(among(predictions.c.id, list(regions))))
    for object_id, region in regions.items():
        if region is not None:
            box = dict(zip(("x1", "y1", "x2", "y2"), region.box, strict=True))
            mask = " ".join(map(str, region.runs))
            db.execute(objects.update().where(objects.c.id == object_id).values(**box, mask=mask))


def _category_name(db: Connection, kind_id: str, category_id: str) -> str | None:
    """Return the name of a category of a kind, None for Unknown."""
    query = select(categories.c.name).where(
        categories.c.id == category_id, categories.c.kind_id == kind_id
    )
    name = db.execute(query).scalar_one_or_none()
    if name is None:
        raise NotFound("That category is gone; reload the page to see the present ones.")
    return None if is_unknown(category_id) else str(name)
