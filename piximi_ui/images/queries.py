"""What the Images page asks the store, remembered until the project changes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from piximi_core.messages import word
from piximi_core.project.contents.categories import Category, list_categories
from piximi_core.project.contents.counts import count_by_category
from piximi_core.project.contents.kinds import Kind, count_by_kind, list_kinds
from piximi_core.project.contents.things import (
    Thing,
    ThingFilter,
    count_things,
    find_ids,
    get_things,
    list_things,
)
from piximi_core.project.database.store import Store
from piximi_ui.language.texts import told

__all__ = [
    "categories",
    "counts",
    "counts_by_kind",
    "ids",
    "kinds",
    "ordered_ids",
    "page_of",
    "things",
    "total",
]

# The revision is part of every key: a click that changes nothing costs one small query.


def categories(store: Store, revision: int, kind_id: str) -> tuple[Category, ...]:
    """Return a kind's categories, Unknown first and in the language of the page."""
    unknown, *others = _categories(store, revision, kind_id)
    return (replace(unknown, name=told(word(unknown.name))), *others)


@lru_cache(maxsize=32)
def _categories(store: Store, revision: int, kind_id: str) -> tuple[Category, ...]:
    return tuple(list_categories(store, kind_id))


@lru_cache(maxsize=32)
def counts(store: Store, revision: int, kind_id: str) -> dict[str, dict[str, int]]:
    """Return ``{category id: {partition: count}}`` of a kind."""
    return count_by_category(store, kind_id)


@lru_cache(maxsize=32)
def kinds(store: Store, revision: int) -> tuple[Kind, ...]:
    """Return all kinds, the hidden ones too."""
    return tuple(list_kinds(store))


@lru_cache(maxsize=32)
def counts_by_kind(store: Store, revision: int) -> dict[str, int]:
    """Return how many things each kind has."""
    return count_by_kind(store)


@lru_cache(maxsize=64)
def total(store: Store, revision: int, wanted: ThingFilter) -> int:
    """Return how many things pass a filter."""
    if wanted.kind_id is not None and wanted.is_open:
        counts = count_by_category(store, wanted.kind_id)
        return sum(sum(by_partition.values()) for by_partition in counts.values())
    return count_things(store, wanted)


@lru_cache(maxsize=64)
def page_of(
    store: Store, revision: int, wanted: ThingFilter, page: int, size: int
) -> tuple[Thing, ...]:
    """Return one page of images, the first being 1."""
    return tuple(list_things(store, wanted, offset=(page - 1) * size, limit=size))


@lru_cache(maxsize=32)
def things(store: Store, revision: int, chosen: tuple[str, ...]) -> tuple[Thing, ...]:
    """Return these images, those that are gone left out."""
    return tuple(get_things(store, chosen))


@lru_cache(maxsize=4)
def ordered_ids(store: Store, revision: int, wanted: ThingFilter) -> tuple[str, ...]:
    """Return the ids of everything that passes a filter, in its order, remembered."""
    return tuple(find_ids(store, wanted))


def ids(store: Store, wanted: ThingFilter) -> list[str]:
    """Return the ids of everything that passes a filter, in its order."""
    return find_ids(store, wanted)
