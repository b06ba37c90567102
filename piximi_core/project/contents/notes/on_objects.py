"""Notes on objects: who drew them with what, whether they are locked, and a comment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, func, literal, select
from sqlalchemy.dialects.sqlite import insert

from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import kinds, object_notes, objects, things
from piximi_core.project.database.store import Store, current_user

__all__ = [
    "FROM_FILE",
    "LONGEST_COMMENT",
    "NOT_DRAWN",
    "ObjectNote",
    "comment_object",
    "lock_kind",
    "lock_objects",
    "locked_among",
    "locked_ids",
    "locked_words",
    "note_drawn",
    "notes_in",
    "refuse_locked_kind",
]

LONGEST_COMMENT = 2_000
"""In characters."""

FROM_FILE = "file:"
"""What the source of an object begins with that was imported; the name of the file follows."""
NOT_DRAWN = "given"
"""The source of objects that came from elsewhere, on which a person notes without drawing."""


class ObjectNote(NamedTuple):
    """What a person noted on an object."""

    id: str
    locked: bool
    comment: str


def note_drawn(db: Connection, ids: Collection[str], source: str, who: str) -> None:
    """Note inside an open step by whom and with which tool objects were drawn or changed.

    Their locks and comments stay.
    """
    if ids:
        new = insert(object_notes)
        later = {"source": new.excluded.source, "author": new.excluded.author}
        rows = [{"id": id_, "source": source, "author": who} for id_ in ids]
        db.execute(new.on_conflict_do_update(index_elements=["id"], set_=later), rows)


def locked_among(db: Connection, ids: Collection[str]) -> set[str]:
    """Return those of some objects that are locked."""
    query = select(object_notes.c.id).where(among(object_notes.c.id, ids), object_notes.c.locked)
    return set(db.execute(query).scalars())


def locked_ids(store: Store, ids: Collection[str]) -> set[str]:
    """Return those of some objects that are locked, outside of any step."""
    with store.read() as db:
        return locked_among(db, ids)


def locked_words(count: int) -> Message:
    """Return the sentence that says why so many objects were left as they are."""
    return Message.plural(
        "{n} object is locked: unlock it to change it.",
        "{n} objects are locked: unlock them to change them.",
        n=count,
    )


def refuse_locked_kind(db: Connection, kind_id: str) -> None:
    """Raise `BadInput` if any object of a kind is locked."""
    query = (
        select(func.count())
        .select_from(object_notes)
        .join(things, things.c.id == object_notes.c.id)
        .where(object_notes.c.locked, things.c.kind_id == kind_id)
    )
    count = int(db.execute(query).scalar_one())
    if count:
        raise BadInput.saying(locked_words(count))


def notes_in(store: Store, image_id: str, ids: Collection[str] | None = None) -> list[ObjectNote]:
    """Return what is noted on the objects of an image, only of those on which anything is.

    Parameters
    ----------
    ids
        The only ones that are asked for; None for all.
    """
    query = (
        select(object_notes.c.id, object_notes.c.locked, object_notes.c.comment)
        .join(objects, objects.c.id == object_notes.c.id)
        .where(objects.c.image_id == image_id)
        .where(object_notes.c.locked | (object_notes.c.comment != ""))
    )
    if ids is not None:
        query = query.where(among(object_notes.c.id, ids))
    with store.read() as db:
        return [ObjectNote(*row) for row in db.execute(query)]


def lock_objects(
    store: Store,
    ids: Sequence[str],
    locked: bool = True,
    *,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Lock objects, so that nothing changes their pixels, or unlock them; return how many.

    Parameters
    ----------
    who, once
        As in `labelling.label_things`.

    Raises
    ------
    NotFound
        None of them is there any more.
    """
    label = (
        Message.plural("Lock {n} object", "Lock {n} objects", n=len(ids))
        if locked
        else Message.plural("Unlock {n} object", "Unlock {n} objects", n=len(ids))
    )
    with store.step(label, who=who) as db:
        take_once(db, once)
        found = list(db.execute(select(objects.c.id).where(among(objects.c.id, ids))).scalars())
        if not found:
            raise NotFound("That object is gone; somebody has deleted it meanwhile.")
        _note(db, found, {"locked": locked}, who)
        return len(found)


def lock_kind(
    store: Store,
    kind_id: str,
    locked: bool = True,
    *,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Lock all objects of a kind in all images, or unlock them, in one step; return how many.

    Objects drawn later are not locked.

    Raises
    ------
    NotFound
        The kind is gone, or has no objects.
    """
    with store.step(_kind_label(store, kind_id, locked), who=who) as db:
        take_once(db, once)
        here = and_(things.c.kind_id == kind_id, things.c.id == objects.c.id)
        there = select(things.c.id).where(things.c.kind_id == kind_id)
        changed = (
            object_notes.update()
            .where(object_notes.c.id.in_(there), object_notes.c.locked != locked)
            .values(locked=locked)
        )
        count = db.execute(changed).rowcount
        if locked:
            columns = [object_notes.c[name] for name in ("id", "source", "author", "locked")]
            author = literal(who or current_user())
            fresh = select(
                objects.c.id, literal(NOT_DRAWN), author, literal(True), literal("")
            ).where(
                exists().where(here),
                ~exists().where(object_notes.c.id == objects.c.id),
            )
            count += db.execute(
                object_notes.insert().from_select([*columns, object_notes.c.comment], fresh)
            ).rowcount
        if not count and db.execute(there.limit(1)).first() is None:
            raise NotFound("There is no object of this kind yet.")
        return count


def _kind_label(store: Store, kind_id: str, locked: bool) -> Message:
    with store.read() as db:
        name = db.execute(select(kinds.c.name).where(kinds.c.id == kind_id)).scalar_one_or_none()
    if name is None:
        raise NotFound("That kind is gone; reload the page to see the present ones.")
    if locked:
        return Message("Lock all objects of kind {name}", name=str(name)[:60])
    return Message("Unlock all objects of kind {name}", name=str(name)[:60])


def comment_object(
    store: Store,
    object_id: str,
    text: str,
    *,
    who: str | None = None,
    once: str | None = None,
) -> None:
    """Write a comment on an object in place of the one before; an empty text takes it away.

    Line breaks and what cannot be printed become spaces.

    Raises
    ------
    BadInput
        It is longer than 2,000 characters.
    NotFound
        The object is gone.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(plain) > LONGEST_COMMENT:
        raise BadInput(
            "A comment has at most {longest:,} characters, this one {n:,}; shorten it.",
            longest=LONGEST_COMMENT,
            n=len(plain),
        )
    with store.step(Message("Comment on an object"), who=who) as db:
        take_once(db, once)
        query = select(objects.c.id).where(objects.c.id == object_id)
        if db.execute(query).first() is None:
            raise NotFound("That object is gone; somebody has deleted it meanwhile.")
        _note(db, [object_id], {"comment": plain}, who)


def _note(
    db: Connection, ids: Collection[str], values: dict[str, bool | str], who: str | None
) -> None:
    """Note something on objects, whether or not anything was noted on them before."""
    author = who or current_user()
    rows = [{"id": id_, "source": NOT_DRAWN, "author": author, **values} for id_ in ids]
    new = insert(object_notes)
    changed = {name: new.excluded[name] for name in values}
    db.execute(new.on_conflict_do_update(index_elements=["id"], set_=changed), rows)
