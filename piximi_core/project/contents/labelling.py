"""What a person does to things: label, put in a partition, rename, describe, delete."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection, ScalarSelect, and_, case, func, select

from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message, word
from piximi_core.project.contents.answers import keep_label_as_answer
from piximi_core.project.contents.categories import MAX_NAME, clean_name, ensure_categories
from piximi_core.project.contents.notes.on_objects import locked_among, locked_words
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import (
    answers,
    categories,
    complete_regions,
    image_notes,
    images,
    journal,
    object_notes,
    objects,
    predictions,
    proposals,
    sources,
    steps,
    things,
)
from piximi_core.project.database.store import Store, current_user
from piximi_core.vocabulary import (
    IMAGE_KIND,
    LABELLED_PARTITIONS,
    is_unknown,
    now,
    require_partition,
)

__all__ = [
    "counted",
    "counted_things",
    "delete_things",
    "describe_thing",
    "label_as_named",
    "label_things",
    "labelled",
    "labelled_by_others",
    "remove_things",
    "rename_thing",
    "require_category",
    "set_label",
    "set_partition",
    "thing_word",
    "things_word",
]

# A label never moves a thing out of the set it was dealt to; only undealt ones become Unassigned.


def counted(count: int, kind_id: str | None) -> Message:
    """Return "2 images" or "2 objects", as the things of a kind are called."""
    if kind_id in (IMAGE_KIND, None):
        return Message.plural("{n} image", "{n} images", n=count)
    return Message.plural("{n} object", "{n} objects", n=count)


def thing_word(kind_id: str) -> Message:
    """Return "image" or "object", as one thing of a kind is called."""
    return Message("image") if kind_id == IMAGE_KIND else Message("object")


def things_word(kind_id: str) -> Message:
    """Return "images" or "objects", as the things of a kind are called."""
    return Message("images") if kind_id == IMAGE_KIND else Message("objects")


def counted_things(store: Store, ids: Sequence[str]) -> Message:
    """Return "2 images" or "2 objects", as the first of these things is called."""
    with store.read() as db:
        query = select(things.c.kind_id).where(among(things.c.id, ids[:1]))
        return counted(len(ids), db.execute(query).scalar_one_or_none())


def label_things(
    store: Store,
    ids: Sequence[str],
    category_id: str,
    *,
    who: str | None = None,
    expected_revision: int | None = None,
    once: str | None = None,
) -> int:
    """Give things a category, or take it away with Unknown; return how many there were.

    Parameters
    ----------
    once
        A name of this action, which is carried out once however often it is asked for.

    Raises
    ------
    NotFound
        The category is gone.
    AlreadyDone
        The action of that name was carried out before.
    """
    things = counted_things(store, ids)
    label = (
        Message("Remove label of {things}", things=things)
        if is_unknown(category_id)
        else Message("Label {things}", things=things)
    )
    with store.step(label, who=who, expected_revision=expected_revision) as db:
        take_once(db, once)
        require_category(db, category_id)
        return set_label(db, ids, category_id, who or current_user())


def labelled_by_others(
    store: Store, ids: Sequence[str], *, since: int, who: str | None = None
) -> list[str]:
    """Return those of the things that somebody else has labelled since a revision.

    Parameters
    ----------
    since
        The revision that a person looks at.
    who
        The person who looks at it.
    """
    with store.read() as db:
        # Those that another labelled at all, then when: a step's number grows with the revision.
        query = select(things.c.id, things.c.labelled_at).where(
            among(things.c.id, ids), things.c.labelled_by != (who or current_user())
        )
        theirs = {str(row.id): row.labelled_at for row in db.execute(query)}
        changed = select(journal.c.key, journal.c.after).where(
            journal.c.table == "things",
            journal.c.step.in_(select(steps.c.id).where(steps.c.id > since)),
        )
        found = {
            str(row.key)
            for row in db.execute(changed)
            if row.key in theirs and row.after and _labelled_at(row.after) == theirs[row.key]
        }
    return [id_ for id_ in ids if id_ in found]


def _labelled_at(row: str) -> Any:
    return json.loads(row).get("labelled_at")


def label_as_named(
    store: Store,
    ids: Sequence[str],
    name: str,
    *,
    kind_id: str = IMAGE_KIND,
    answering: bool = False,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Label things with the category of a name, created if there is none, in one step.

    Parameters
    ----------
    answering
        Whether the label answers the things' predictions, which are then taken away.
    once
        As in `label_things`.

    Returns
    -------
    int
        How many of the things there were.
    """
    name = clean_name(name)
    with store.step(Message("Label {things}", things=counted(len(ids), kind_id)), who=who) as db:
        take_once(db, once)
        category_id = ensure_categories(db, kind_id, [name])[name]
        if answering:
            keep_label_as_answer(db, ids, category_id)
            db.execute(predictions.delete().where(among(predictions.c.id, ids)))
        return set_label(db, ids, category_id, who or current_user())


def require_category(db: Connection, category_id: str) -> None:
    """Raise `NotFound` if the category is gone."""
    query = select(categories.c.id).where(categories.c.id == category_id)
    if db.execute(query).first() is None:
        raise NotFound("That category is gone; reload the page to see the present ones.")


def set_label(db: Connection, ids: Sequence[str], category_id: str, who: str) -> int:
    """Label things inside a step that is already open."""
    if is_unknown(category_id):
        values: dict[str, Any] = {
            "category_id": category_id,
            "partition": "Inference",
            "labelled_by": None,
            "labelled_at": None,
        }
    else:
        values = labelled(category_id, who)
    return db.execute(things.update().where(among(things.c.id, ids)).values(**values)).rowcount


def labelled(category_id: str | ScalarSelect[Any], who: str) -> dict[str, Any]:
    """Return the columns of things that a person gives a category to."""
    dealt = things.c.partition.in_(LABELLED_PARTITIONS)
    return {
        "category_id": category_id,
        "partition": case((dealt, things.c.partition), else_="Unassigned"),
        "labelled_by": who,
        "labelled_at": now(),
    }


def set_partition(
    store: Store, ids: Sequence[str], partition: str, *, who: str | None = None
) -> int:
    """Put things in a partition by hand; return how many there were."""
    require_partition(partition)
    with store.step(
        Message(
            "Put {things} in {partition}",
            things=counted_things(store, ids),
            partition=word(partition),
        ),
        who=who,
    ) as db:
        moved = things.update().where(among(things.c.id, ids)).values(partition=partition)
        return db.execute(moved).rowcount


def rename_thing(store: Store, thing_id: str, name: str, *, who: str | None = None) -> None:
    """Rename a thing; two things of a kind never share a name.

    Objects that are named after their image, ``<image stem>-…``, are renamed with it.

    Raises
    ------
    BadInput
        The name is empty, too long or taken.
    """
    with store.read() as db:
        query = select(things.c.kind_id, things.c.name).where(things.c.id == thing_id)
        found = db.execute(query).first()
    if found is None:
        raise NotFound("That image or object is gone; reload the page.")
    kind_id = found.kind_id
    name = clean_name(name, thing_word(kind_id))
    label = Message("Rename {thing} to {name}", thing=thing_word(kind_id), name=name[:60])
    with store.step(label, who=who) as db:
        same = and_(things.c.kind_id == kind_id, things.c.name == name, things.c.id != thing_id)
        if db.execute(select(func.count()).where(same)).scalar_one():
            raise BadInput(
                "There is already an {thing} named {name!r}; choose another name.",
                thing=thing_word(kind_id),
                name=name,
            )
        db.execute(things.update().where(things.c.id == thing_id).values(name=name))
        if kind_id == IMAGE_KIND:
            _rename_inside(db, thing_id, PurePosixPath(found.name).stem, PurePosixPath(name).stem)


def _rename_inside(db: Connection, image_id: str, old: str, new: str) -> None:
    """Rename an image's objects that bear its stem; one whose new name is taken keeps its own."""
    start = f"{old}-"
    query = (
        select(things.c.id, things.c.name, things.c.kind_id)
        .join(objects, objects.c.id == things.c.id)
        .where(objects.c.image_id == image_id, things.c.name.startswith(start, autoescape=True))
    )
    wanted = {
        row.id: (row.kind_id, f"{new}-{row.name[len(start) :]}"[:MAX_NAME])
        for row in db.execute(query)
        if row.name.startswith(start)  # SQLite's comparison is blind to upper case
    }
    same = select(things.c.kind_id, things.c.name).where(
        among(things.c.name, [name for _, name in wanted.values()])
    )
    taken = {(row.kind_id, row.name) for row in db.execute(same)}
    for object_id, (kind_id, name) in wanted.items():
        if (kind_id, name) not in taken:
            taken.add((kind_id, name))
            db.execute(things.update().where(things.c.id == object_id).values(name=name))


def describe_thing(
    store: Store, thing_id: str, metadata: Mapping[str, str], *, who: str | None = None
) -> None:
    """Replace the free metadata columns of a thing."""
    with store.step(Message("Edit details"), who=who) as db:
        text = json.dumps(dict(metadata), ensure_ascii=False)
        db.execute(things.update().where(things.c.id == thing_id).values(metadata=text))


def delete_things(
    store: Store, ids: Sequence[str], *, who: str | None = None, once: str | None = None
) -> int:
    """Delete things, and the objects of deleted images; undo brings them back whole.

    Return how many of ``ids`` were there and are gone. Locked objects stay, but not without their
    image. The files stay until history forgets them; `once` is as in `label_things`.

    Raises
    ------
    BadInput
        All of them are locked objects.
    """
    with store.step(Message("Delete {things}", things=counted_things(store, ids)), who=who) as db:
        take_once(db, once)
        locked = locked_among(db, ids)
        if ids and locked.issuperset(ids):
            raise BadInput.saying(locked_words(len(locked)))
        return remove_things(db, [id_ for id_ in ids if id_ not in locked])


def remove_things(db: Connection, ids: Sequence[str]) -> int:
    """Delete things, and the objects of images, inside a step that is already open."""
    inside = list(db.execute(select(objects.c.id).where(among(objects.c.image_id, ids))).scalars())
    doomed = [*inside, *ids]
    for table in (objects, object_notes, images, image_notes, predictions, sources):
        db.execute(table.delete().where(among(table.c.id, doomed)))
    for table in (proposals, complete_regions):
        db.execute(table.delete().where(among(table.c.image_id, ids)))
    db.execute(answers.delete().where(among(answers.c.thing_id, doomed)))
    # Counted first: what is asked for may also lie inside an image that is asked for.
    query = select(func.count()).select_from(things).where(among(things.c.id, ids))
    asked_for = int(db.execute(query).scalar_one())
    db.execute(things.delete().where(among(things.c.id, doomed)))
    return asked_for
