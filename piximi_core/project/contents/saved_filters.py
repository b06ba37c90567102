"""What is shown and in which order, kept under a name of a person's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from piximi_core.errors import BadInput, NotFound
from piximi_core.messages import Message
from piximi_core.project.contents.categories import clean_name
from piximi_core.project.database.schema import saved_filters
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import new_id

__all__ = [
    "SavedFilter",
    "delete_saved_filter",
    "list_saved_filters",
    "rename_saved_filter",
    "save_filter",
]

MOST = 100


@dataclass(frozen=True)
class SavedFilter:
    """One of them; ``settings`` is for whoever saved it to understand."""

    id: str
    name: str
    settings: dict[str, Any]


def list_saved_filters(store: Store) -> list[SavedFilter]:
    """Return all of them by name."""
    query = select(saved_filters).order_by(saved_filters.c.name.collate("NOCASE"))
    with store.read() as db:
        return [
            SavedFilter(row.id, row.name, json.loads(row.settings)) for row in db.execute(query)
        ]


def save_filter(
    store: Store, name: str, settings: Mapping[str, Any], *, who: str | None = None
) -> str:
    """Keep settings under a name, as one undoable step; return the id.

    Raises
    ------
    BadInput
        The name is empty, too long or taken, or there are `MOST` already.
    """
    name = clean_name(name, "filter")
    with store.step(Message("Save filter {name}", name=name[:60]), who=who) as db:
        _refuse_taken(db, name)
        if db.execute(select(func.count()).select_from(saved_filters)).scalar_one() >= MOST:
            raise BadInput(
                "A project keeps {most} filters; delete one that is not needed.", most=MOST
            )
        filter_id = new_id()
        text = json.dumps(dict(settings), ensure_ascii=False)
        db.execute(saved_filters.insert().values(id=filter_id, name=name, settings=text))
    return filter_id


def rename_saved_filter(store: Store, filter_id: str, name: str, *, who: str | None = None) -> None:
    """Give a filter another name; the same names are refused as by `save_filter`."""
    name = clean_name(name, "filter")
    with store.step(Message("Rename filter to {name}", name=name[:60]), who=who) as db:
        _refuse_taken(db, name, besides=filter_id)
        found = saved_filters.update().where(saved_filters.c.id == filter_id).values(name=name)
        _require(db.execute(found).rowcount)


def delete_saved_filter(store: Store, filter_id: str, *, who: str | None = None) -> None:
    """Delete a filter; the images stay as they are."""
    with store.step(Message("Delete filter"), who=who) as db:
        found = saved_filters.delete().where(saved_filters.c.id == filter_id)
        _require(db.execute(found).rowcount)


def _require(count: int) -> None:
    if not count:
        raise NotFound("That filter is gone; reload the page to see the present ones.")


def _refuse_taken(db: Connection, name: str, besides: str = "") -> None:
    same = (saved_filters.c.name == name) & (saved_filters.c.id != besides)
    if db.execute(select(saved_filters.c.id).where(same)).first() is not None:
        raise BadInput("There is already a filter named {name!r}; choose another name.", name=name)
