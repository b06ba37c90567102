"""The objects of an image as a table: filtered, in an order, page by page.

What a page needs is kept in memory for the images that were looked at last, and brought up to date
by what changed since (`relabelled.touched_since`): a stroke costs the table one row, however many
there are, and the pixels of an object are counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any, Literal, NamedTuple

from sqlalchemy import func, select

from piximi_core.project.contents.relabelled import touched_since
from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import categories, kinds, object_notes, objects, things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import is_unknown

__all__ = ["PAGE_SIZE", "SortBy", "TablePage", "TableRow", "TableView", "table_page"]

PAGE_SIZE = 50
"""Rows of a page."""

SortBy = Literal["added", "name", "kind", "category", "area", "box", "plane", "source", "author"]

_IMAGES_KEPT = 4
_VIEWS_KEPT = 4  # of an image, as windows look at it


class TableRow(NamedTuple):
    """An object as the table tells it.

    Attributes
    ----------
    box
        ``(x1, y1, x2, y2)`` in pixels of the image, the end exclusive.
    area
        The pixels of its mask.
    source, author
        As `object_notes` has them, empty where nothing is known.
    """

    id: str
    name: str
    kind_id: str
    kind: str
    category_id: str
    category: str
    plane: int
    box: tuple[int, int, int, int]
    area: int
    source: str
    author: str
    position: int

    @property
    def is_labelled(self) -> bool:
        """Whether a person gave it a category."""
        return not is_unknown(self.category_id)


@dataclass(frozen=True)
class TableView:
    """Which objects, and in which order; what is empty or None means "any".

    Attributes
    ----------
    unlabelled
        Only those without a category.
    search
        What stands in the name or the id, in large or small letters.
    """

    sort: SortBy = "added"
    descending: bool = False
    kind_id: str = ""
    category_id: str = ""
    unlabelled: bool = False
    plane: int | None = None
    search: str = ""


class TablePage(NamedTuple):
    """A page of the table.

    Attributes
    ----------
    page, pages
        Which one it is, from 0, and how many there are, at least one.
    total, everything
        How many objects pass the filter, and how many the image has; those of hidden kinds are
        left out.
    place
        Where the object that was looked for stands among those that pass, from 0; None if it does
        not pass, or none was looked for.
    """

    revision: int
    rows: tuple[TableRow, ...]
    page: int
    pages: int
    total: int
    everything: int
    place: int | None


def table_page(
    store: Store, image_id: str, view: TableView, page: int = 0, object_id: str = ""
) -> TablePage:
    """Return a page of an image's objects; the last one if there are fewer.

    Parameters
    ----------
    page
        From 0.
    object_id
        Return the page that this one is on, if it passes the filter.
    """
    return _table(store, image_id).page(view, page, object_id)


@lru_cache(maxsize=_IMAGES_KEPT)
def _table(store: Store, image_id: str) -> _Table:
    return _Table(store, image_id)


@dataclass
class _Table:
    """The rows of an image, as the project had them at a revision."""

    store: Store
    image_id: str
    revision: int | None = None
    rows: dict[str, TableRow] = field(default_factory=dict)
    orders: dict[TableView, list[TableRow]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def page(self, view: TableView, page: int, object_id: str) -> TablePage:
        with self.lock:
            self._follow()
            order = self._order(view)
            revision, everything = self.revision or 0, len(self.rows)
        place = None
        if object_id:
            place = next((at for at, row in enumerate(order) if row.id == object_id), None)
        pages = max(1, -(-len(order) // PAGE_SIZE))
        page = min(max(0, page), pages - 1) if place is None else place // PAGE_SIZE
        rows = tuple(order[page * PAGE_SIZE : (page + 1) * PAGE_SIZE])
        return TablePage(revision, rows, page, pages, len(order), everything, place)

    def _follow(self) -> None:
        """Bring the rows up to date."""
        touched = None if self.revision is None else touched_since(self.store, self.revision)
        if touched is None:
            # Asked before the rows are read: what comes meanwhile is read once more the next time.
            self.revision = self.store.revision()
            self.rows = self._read(None)
            self.orders.clear()
            return
        changed = touched.ids | touched.noted
        self.revision = touched.revision
        if changed:
            there = self._read(changed)
            if there or any(id_ in self.rows for id_ in changed):
                for id_ in changed:
                    self.rows.pop(id_, None)
                self.rows |= there
                self.orders.clear()

    def _read(self, ids: Collection[str] | None) -> dict[str, TableRow]:
        query = (
            select(things.c.id, things.c.name, things.c.kind_id, kinds.c.name.label("kind"))
            .add_columns(things.c.category_id, categories.c.name.label("category"))
            .add_columns(objects.c.plane, objects.c.x1, objects.c.y1, objects.c.x2, objects.c.y2)
            .add_columns(objects.c.mask, func.coalesce(object_notes.c.source, ""))
            .add_columns(func.coalesce(object_notes.c.author, ""), things.c.position)
            .select_from(objects)
            .join(things, things.c.id == objects.c.id)
            .join(kinds, kinds.c.id == things.c.kind_id)
            .join(categories, categories.c.id == things.c.category_id)
            .outerjoin(object_notes, object_notes.c.id == objects.c.id)
            .where(objects.c.image_id == self.image_id, ~kinds.c.hidden)
        )
        if ids is not None:
            query = query.where(among(objects.c.id, ids))
        with self.store.read() as db:
            found = [_row(*row) for row in db.execute(query)]
        return {row.id: row for row in found}

    def _order(self, view: TableView) -> list[TableRow]:
        known = self.orders.get(view)
        if known is None:
            passing = filter(_passes(view), self.rows.values())
            known = sorted(passing, key=_KEYS[view.sort], reverse=view.descending)
            while len(self.orders) >= _VIEWS_KEPT:
                del self.orders[next(iter(self.orders))]
            self.orders[view] = known
        return known


def _row(
    object_id: str,
    name: str,
    kind_id: str,
    kind: str,
    category_id: str,
    category: str,
    plane: int,
    x1: int,
    y1: int,
    x2: int,
    y2: int,
    mask: str,
    *more: Any,
) -> TableRow:
    area = sum(map(int, mask.split()[1::2]))
    told = (object_id, name, kind_id, kind, category_id, category, plane)
    return TableRow(*told, (x1, y1, x2, y2), area, *more)


def _passes(view: TableView) -> Callable[[TableRow], bool]:
    """Return what tells whether a row passes the filter."""
    sought = view.search.strip().casefold()

    def passes(row: TableRow) -> bool:
        return (
            (not view.kind_id or row.kind_id == view.kind_id)
            and (not view.category_id or row.category_id == view.category_id)
            and not (view.unlabelled and row.is_labelled)
            and (view.plane is None or row.plane == view.plane)
            and (not sought or sought in row.name.casefold() or sought in row.id.casefold())
        )

    return passes


def _by_name(row: TableRow) -> tuple[Any, ...]:
    """Return a key that has "cell_2" before "cell_10"."""
    stem = row.name.rstrip("0123456789")
    digits = row.name[len(stem) :]
    return stem.casefold(), int(digits[:18] or 0), row.position


_KEYS: dict[SortBy, Callable[[TableRow], Any]] = {
    "added": lambda row: row.position,
    "name": _by_name,
    "kind": lambda row: (row.kind.casefold(), row.position),
    # Those without a category last: the word for that is no name.
    "category": lambda row: (not row.is_labelled, row.category.casefold(), row.position),
    "area": lambda row: (row.area, row.position),
    "box": lambda row: (row.box[1], row.box[0], row.position),
    "plane": lambda row: (row.plane, row.position),
    "source": lambda row: (row.source, row.position),
    "author": lambda row: (row.author.casefold(), row.position),
}
