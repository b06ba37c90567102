"""What a person does to things: label, put in a partition, rename, describe, delete."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, ScalarSelect, and_, case, func, select

from piximi_core.errors import BadInput, NotFound
from piximi_core.project.categories import clean_name, ensure_categories
from piximi_core.project.ids import is_unknown, now
from piximi_core.project.once import take_once
from piximi_core.project.schema import categories, images, objects, predictions, things
from piximi_core.project.store import IMAGE_KIND, Store, current_user
from piximi_core.project.things import among, require_partition

__all__ = [
    "delete_things",
    "describe_thing",
    "label_as_named",
    "label_things",
    "labelled",
    "plural",
    "rename_thing",
    "require_category",
    "set_label",
    "set_partition",
]

# A label never moves a thing out of the set it was dealt to; only undealt ones become Unassigned.
_DEALT = ("Training", "Validation", "Test")


def plural(count: int, noun: str) -> str:
    """Return "1 image" or "2 images"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


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
    images = plural(len(ids), "image")
    label = f"Remove label of {images}" if is_unknown(category_id) else f"Label {images}"
    with store.step(label, who=who, expected_revision=expected_revision) as db:
        take_once(db, once)
        require_category(db, category_id)
        return set_label(db, ids, category_id, who or current_user())


def label_as_named(
    store: Store,
    ids: Sequence[str],
    name: str,
    *,
    kind_id: str = IMAGE_KIND,
    answers: bool = False,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Label things with the category of a name, created if there is none, in one step.

    Parameters
    ----------
    answers
        Whether the label answers the things' predictions, which are then taken away.
    once
        As in `label_things`.

    Returns
    -------
    int
        How many of the things there were.
    """
    name = clean_name(name)
    with store.step(f"Label {plural(len(ids), 'image')}", who=who) as db:
        take_once(db, once)
        category_id = ensure_categories(db, kind_id, [name])[name]
        if answers:
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
    dealt = things.c.partition.in_(_DEALT)
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
    with store.step(f"Put {plural(len(ids), 'image')} in {partition}", who=who) as db:
        moved = things.update().where(among(things.c.id, ids)).values(partition=partition)
        return db.execute(moved).rowcount


def rename_thing(store: Store, thing_id: str, name: str, *, who: str | None = None) -> None:
    """Rename a thing; two things of a kind never share a name.

    Raises
    ------
    BadInput
        The name is empty, too long or taken.
    """
    name = clean_name(name, "image")
    with store.step(f"Rename image to {name[:60]}", who=who) as db:
        row = db.execute(select(things.c.kind_id).where(things.c.id == thing_id)).first()
        if row is None:
            raise NotFound("That image is gone; reload the page.")
        same = and_(things.c.kind_id == row.kind_id, things.c.name == name, things.c.id != thing_id)
        if db.execute(select(func.count()).where(same)).scalar_one():
            raise BadInput(f"There is already an image named {name!r}; choose another name.")
        db.execute(things.update().where(things.c.id == thing_id).values(name=name))


def describe_thing(
    store: Store, thing_id: str, metadata: Mapping[str, str], *, who: str | None = None
) -> None:
    """Replace the free metadata columns of a thing."""
    with store.step("Edit image details", who=who) as db:
        text = json.dumps(dict(metadata), ensure_ascii=False)
        db.execute(things.update().where(things.c.id == thing_id).values(metadata=text))


def delete_things(store: Store, ids: Sequence[str], *, who: str | None = None) -> int:
    """Delete things, and the objects of deleted images; undo brings them back whole.

    Return how many of ``ids`` were there. The files stay until history forgets them.
    """
    with store.step(f"Delete {plural(len(ids), 'image')}", who=who) as db:
        inside = list(
            db.execute(select(objects.c.id).where(among(objects.c.image_id, ids))).scalars()
        )
        doomed = [*inside, *ids]
        for table in (objects, images, predictions):
            db.execute(table.delete().where(among(table.c.id, doomed)))
        deleted = db.execute(things.delete().where(among(things.c.id, doomed))).rowcount
        return deleted - len(inside)
