"""What all verbs of drawing have in common: how regions are read, settled and written.

Whoever draws takes one step. What takes long is reckoned before it, so that nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, select

from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools.combining import Overlap, settle
from piximi_core.errors import BadInput, PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.labelling import remove_things
from piximi_core.project.contents.notes.on_objects import locked_among, locked_words, note_drawn
from piximi_core.project.contents.objects import NewObject, add_objects, region_of_row
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import objects, predictions, things
from piximi_core.project.database.store import Store, current_user

__all__ = [
    "Canvas",
    "Found",
    "Settled",
    "add_drawn",
    "refuse_locked",
    "regions_of",
    "settle_among",
    "step_on",
    "write_regions",
]

T = TypeVar("T")
R = TypeVar("R")
Found = dict[str, tuple[str, Region]]
"""Kind and region of objects by their ids."""

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


def add_drawn(db: Connection, made: Sequence[NewObject], source: str, who: str | None) -> None:
    """Put objects into the project and note by whom and how they were drawn."""
    author = who or current_user()
    note_drawn(db, add_objects(db, made, who=author), source, author)


def refuse_locked(db: Connection, ids: Collection[str]) -> None:
    """Raise `BadInput` if any of the objects is locked."""
    locked = locked_among(db, ids)
    if locked:
        raise BadInput.saying(locked_words(len(locked)))


@dataclass(frozen=True)
class Settled:
    """What of a region may be drawn, and which locked ones kept pixels that it was to take."""

    drawn: Region | None
    locked: frozenset[str] = frozenset()


class _ChangedMeanwhileError(Exception):
    """The objects are others than those that were reckoned with."""


def step_on(
    store: Store,
    label: Message,
    ids: Sequence[str],
    reckon: Callable[[Found], T],
    write: Callable[[Connection, Found, T], R],
    *,
    who: str | None,
    once: str | None,
) -> R:
    """Change objects in one step, with what takes long done before anybody has to wait for it.

    Parameters
    ----------
    reckon
        Returns what to write, from the objects alone. It is done outside of the writer's lock, and
        again if the objects are others by then.
    write
        Writes it, inside of the step; what it returns is returned.
    """
    for attempt in range(_TRIES + 1):
        done: list[T] = []
        with store.read() as db:
            before = regions_of(db, among(objects.c.id, ids))
        if attempt < _TRIES:
            # What goes wrong is said inside of the step, where an action that comes again is known.
            with suppress(PiximiError):
                done.append(reckon(before))
        with suppress(_ChangedMeanwhileError), store.step(label, who=who) as db:
            take_once(db, once)
            found = regions_of(db, among(objects.c.id, ids))
            if done and found != before:
                raise _ChangedMeanwhileError
            return write(db, found, done[0] if done else reckon(found))
    raise AssertionError("The last try always ends.")


def settle_among(
    db: Connection, canvas: Canvas, kind_id: str, region: Region | None, own: Collection[str]
) -> Settled:
    """Return what of a region may be drawn beside the others of its kind; they make room for it."""
    if region is None or canvas.overlap == "allow":
        return Settled(region)
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
    others = {object_id: there for object_id, (_kind, there) in regions_of(db, near).items()}
    if canvas.overlap == "protect":
        return Settled(settle(region, others, "protect").drawn)
    locked = locked_among(db, others)
    kept = {id_: others.pop(id_) for id_ in locked}
    # Who meets any of it; a locked one beside it has nothing to keep.
    met = {
        id_ for id_, one in kept.items() if settle(one, {"": region}, "protect").drawn is not one
    }
    drawn = settle(region, kept, "protect").drawn
    if drawn is None:
        return Settled(None, frozenset(met))
    settled = settle(drawn, others, "take")
    write_regions(db, settled.changed)
    return Settled(settled.drawn, frozenset(met))


def regions_of(db: Connection, where: ColumnElement[bool]) -> Found:
    """Return kind and region of objects by their ids."""
    query = select(objects, things.c.kind_id).join(things, things.c.id == objects.c.id).where(where)
    return {row.id: (row.kind_id, region_of_row(row)) for row in db.execute(query)}


def write_regions(db: Connection, regions: Mapping[str, Region | None]) -> None:
    """Give objects their new pixels; what has none left is deleted, predictions are out of date."""
    remove_things(db, [object_id for object_id, region in regions.items() if region is None])
    db.execute(predictions.delete().where(among(predictions.c.id, list(regions))))
    for object_id, region in regions.items():
        if region is not None:
            box = dict(zip(("x1", "y1", "x2", "y2"), region.box, strict=True))
            mask = " ".join(map(str, region.runs))
            db.execute(objects.update().where(objects.c.id == object_id).values(**box, mask=mask))
