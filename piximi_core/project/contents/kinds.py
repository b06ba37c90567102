"""Kinds: "Image", and the sorts of objects inside images; each change one undoable step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message, word
from piximi_core.project.contents.categories import clean_name
from piximi_core.project.contents.notes.on_objects import refuse_locked_kind
from piximi_core.project.database.schema import (
    answers,
    categories,
    complete_regions,
    drafts,
    images,
    kinds,
    object_notes,
    objects,
    predictions,
    proposals,
    things,
)
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, UNKNOWN_COLOR, UNKNOWN_NAME, new_id, new_unknown_id

__all__ = [
    "Kind",
    "clear_kind",
    "count_by_kind",
    "create_kind",
    "delete_kind",
    "ensure_kind",
    "find_kind",
    "hide_kind",
    "list_kinds",
    "rename_kind",
]


@dataclass(frozen=True)
class Kind:
    """A sort of things: the images, or objects such as "nucleus"."""

    id: str
    name: str
    hidden: bool
    position: int
    unknown_category_id: str

    @property
    def is_image(self) -> bool:
        """Whether its things are whole images."""
        return self.id == IMAGE_KIND


def _kind(row: Any) -> Kind:
    return Kind(**row._mapping)


def _list(db: Connection) -> list[Kind]:
    return [_kind(row) for row in db.execute(select(kinds).order_by(kinds.c.position, kinds.c.id))]


def list_kinds(store: Store) -> list[Kind]:
    """Return all kinds in their order, "Image" first, the hidden ones too."""
    with store.read() as db:
        return _list(db)


def find_kind(store: Store, name_or_id: str) -> Kind:
    """Return a kind by its id or its name, whose case does not matter.

    Raises
    ------
    NotFound
        There is none; the text lists those there are.
    """
    known = list_kinds(store)
    found = next((kind for kind in known if kind.id == name_or_id), None) or _named(
        known, name_or_id
    )
    if found is None:
        listed = ", ".join(kind.name[:40] for kind in known[:10])
        raise NotFound(
            "There is no kind {kind!r} in this project; it has: {listed}.",
            kind=name_or_id[:60],
            listed=listed,
        )
    return found


def _named(known: list[Kind], name: str) -> Kind | None:
    wanted = name.strip().casefold()
    return next((kind for kind in known if kind.name.casefold() == wanted), None)


def count_by_kind(store: Store) -> dict[str, int]:
    """Return ``{kind id: number of things}``; kinds without things are left out."""
    query = select(things.c.kind_id, func.count()).group_by(things.c.kind_id)
    with store.read() as db:
        return {str(kind_id): int(count) for kind_id, count in db.execute(query)}


def ensure_kind(db: Connection, name: str, *, kind_id: str | None = None) -> str:
    """Return the id of the kind of a name, made with its Unknown category if there is none.

    Works inside an open step. A hidden kind stays hidden.

    Parameters
    ----------
    kind_id
        The id that a new kind is to have, such as the one a Piximi project gives it.
    """
    name = clean_name(name, "kind")
    found = _named(_list(db), name)
    return found.id if found else _insert(db, name, kind_id).id


def _insert(db: Connection, name: str, kind_id: str | None = None) -> Kind:
    last = db.execute(select(func.max(kinds.c.position))).scalar_one_or_none()
    kind = Kind(
        id=kind_id or new_id(),
        name=name,
        hidden=False,
        position=int(last or 0) + 1,
        unknown_category_id=new_unknown_id(),
    )
    db.execute(kinds.insert().values(**vars(kind)))
    db.execute(
        categories.insert().values(
            id=kind.unknown_category_id,
            kind_id=kind.id,
            name=UNKNOWN_NAME,
            color=UNKNOWN_COLOR,
            visible=True,
            position=0,
        )
    )
    return kind


def create_kind(store: Store, name: str, *, who: str | None = None) -> Kind:
    """Create a kind of objects with its Unknown category.

    Raises
    ------
    BadInput
        The name is empty, too long, or another kind's.
    """
    name = clean_name(name, "kind")
    with store.step(Message("Create kind {name}", name=name[:60]), who=who) as db:
        _refuse_taken(db, name)
        return _insert(db, name)


def rename_kind(store: Store, kind_id: str, name: str, *, who: str | None = None) -> None:
    """Give a kind another name; its objects, categories and classifiers stay."""
    name = clean_name(name, "kind")
    with store.step(Message("Rename kind to {name}", name=name[:60]), who=who) as db:
        kind = _objects_only(db, kind_id, "renamed")
        _refuse_taken(db, name, besides=kind.id)
        db.execute(kinds.update().where(kinds.c.id == kind.id).values(name=name))


def hide_kind(store: Store, kind_id: str, hidden: bool = True, *, who: str | None = None) -> None:
    """Take a kind's tab away, or show it again; nothing of it is lost."""
    label = Message("Hide kind") if hidden else Message("Show kind")
    with store.step(label, who=who) as db:
        kind = _objects_only(db, kind_id, "hidden")
        db.execute(kinds.update().where(kinds.c.id == kind.id).values(hidden=hidden))


def clear_kind(store: Store, kind_id: str, *, who: str | None = None) -> int:
    """Delete all objects of a kind; its categories stay. Return how many there were.

    Raises
    ------
    BadInput
        Some of them are locked.
    """
    with store.step(Message("Clear kind"), who=who) as db:
        return _clear(db, _objects_only(db, kind_id, "cleared").id)


def delete_kind(store: Store, kind_id: str, *, who: str | None = None) -> int:
    """Delete a kind with its objects and categories; return how many objects there were.

    Runs are facts and stay, but nothing can be predicted with them while their kind is gone.

    Raises
    ------
    BadInput
        Some of its objects are locked.
    """
    with store.step(Message("Delete kind"), who=who) as db:
        kind = _objects_only(db, kind_id, "deleted")
        deleted = _clear(db, kind.id)
        for table in (proposals, complete_regions):
            db.execute(table.delete().where(table.c.kind_id == kind.id))
        db.execute(drafts.delete().where(drafts.c.id == kind.id))
        db.execute(categories.delete().where(categories.c.kind_id == kind.id))
        db.execute(kinds.delete().where(kinds.c.id == kind.id))
        return deleted


def _clear(db: Connection, kind_id: str) -> int:
    refuse_locked_kind(db, kind_id)
    doomed = select(things.c.id).where(things.c.kind_id == kind_id)
    for table in (objects, object_notes, images, predictions):
        db.execute(table.delete().where(table.c.id.in_(doomed)))
    db.execute(answers.delete().where(answers.c.thing_id.in_(doomed)))
    return db.execute(things.delete().where(things.c.kind_id == kind_id)).rowcount


def _objects_only(db: Connection, kind_id: str, action: str) -> Kind:
    row = db.execute(select(kinds).where(kinds.c.id == kind_id)).first()
    if row is None:
        raise NotFound("That kind is gone; reload the page to see the present ones.")
    kind = _kind(row)
    if kind.is_image:
        raise BadInput(
            "The kind Image holds the images themselves and cannot be {action}.",
            action=word(action),
        )
    return kind


def _refuse_taken(db: Connection, name: str, besides: str = "") -> None:
    same = _named([kind for kind in _list(db) if kind.id != besides], name)
    if same is not None:
        raise BadInput(
            "There is already a kind named {name!r}; choose another name.", name=same.name
        )
