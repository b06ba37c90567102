"""What the Images page shows: sorting, filters and search, kept in session and address."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

import streamlit as st

from piximi_core.project.contents.things import SortKey, ThingFilter
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, PARTITIONS
from piximi_ui.base.kinds import choose_kind, current_kind_id
from piximi_ui.components.gallery import start_gallery_over

__all__ = [
    "MOST_SEED",
    "PAGE_SIZES",
    "STATES",
    "View",
    "bound",
    "change_view",
    "choose_view",
    "current_view",
    "gallery_key",
    "impose_selection",
    "narrow",
    "show_all",
    "show_ids",
    "show_unlabelled",
    "shown_ids",
    "stop_showing",
    "taken_selection",
    "to_address",
    "to_filter",
    "view_from_address",
    "wanted_now",
    "without_gone",
]

STATES = ("all", "labelled", "unlabelled", "predicted", "unpredicted")
PAGE_SIZES = (100, 200)
MOST_SEED = 999_999
_SHOWN = "piximi_shown_ids"


@dataclass(frozen=True)
class View:
    """What is shown, and in which order; the defaults show everything as it was added."""

    sort: SortKey = "added"
    descending: bool = False
    state: str = "all"
    categories: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    search: str = ""
    page_size: int = PAGE_SIZES[0]
    seed: int = 0
    alone: bool = False

    @property
    def filters(self) -> int:
        """How many filters are set, the search among them."""
        return (
            bool(self.categories)
            + bool(self.partitions)
            + (self.state != "all")
            + bool(self.search.strip())
        )


def to_filter(view: View, kind_id: str, ids: Sequence[str] | None = None) -> ThingFilter:
    """Return the view of a kind as the project's own filter, among ``ids`` only if given."""
    labelled = {"labelled": True, "unlabelled": False}.get(view.state)
    predicted = {"predicted": True, "unpredicted": False}.get(view.state)
    return ThingFilter(
        kind_id=kind_id,
        category_ids=view.categories or None,
        partitions=view.partitions or None,
        labelled=labelled,
        predicted=predicted,
        name_contains=view.search.strip(),
        ids=None if ids is None else tuple(ids),
        sort=view.sort,
        descending=view.descending,
        seed=view.seed,
    )


def view_from_address(query: Mapping[str, str]) -> View:
    """Return the view an address asks for; what it says wrongly is left at its default."""
    sort = query.get("sort", "")
    size = query.get("page_size", "")
    seed = query.get("seed", "")
    listed = {name: tuple(filter(None, query.get(name, "").split(","))) for name in _LISTS}
    return View(
        sort=sort if sort in get_args(SortKey) else "added",  # type: ignore[arg-type]
        descending=query.get("descending") == "1",
        state=query.get("state", "") if query.get("state") in STATES else "all",
        categories=listed["categories"],
        partitions=tuple(p for p in listed["partitions"] if p in PARTITIONS),
        search=query.get("search", "")[:300],
        page_size=int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0],
        seed=int(seed) if _SEED.fullmatch(seed) else 0,
        alone=query.get("alone") == "1",
    )


def to_address(view: View) -> dict[str, str]:
    """Return what `view_from_address` reads; what is as usual is left out."""
    values = {field.name: (getattr(view, field.name), field.default) for field in fields(View)}
    return {
        name: _in_address(value)
        for name, (value, usual) in values.items()
        # The seed means something in a random order only.
        if value != usual and (name != "seed" or view.sort == "random")
    }


_LISTS = ("categories", "partitions")
_SEED = re.compile(r"[0-9]{1,6}")


def _in_address(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(int(value)) if isinstance(value, bool | int) else str(value)


def _whose(store: Store) -> str:
    """Return what tells this project and kind from others; the images' is the project's alone."""
    kind_id = current_kind_id(store)
    return store.folder.name + ("" if kind_id == IMAGE_KIND else f"-{kind_id}")


def _slot(store: Store) -> str:
    return f"piximi_view:{_whose(store)}"


def gallery_key(store: Store) -> str:
    """Return the key of the project's gallery; each kind has its own page and selection."""
    return f"images-{_whose(store)}"


def current_view(store: Store) -> View:
    """Return the kind's view; at the first look in a session, the one of the address."""
    slot, looked = _slot(store), f"piximi_looked:{store.folder.name}"
    if slot not in st.session_state:
        # The address speaks of one kind only: that of the first look.
        asked = {} if st.session_state.get(looked) else st.query_params.to_dict()
        st.session_state[slot] = view_from_address(asked)
    st.session_state[looked] = True
    view: View = st.session_state[slot]
    _write_address(view)
    return view


def wanted_now(store: Store) -> ThingFilter:
    """Return what the gallery shows at this moment, all of its pages."""
    shown = shown_ids(store)
    return to_filter(current_view(store), current_kind_id(store), shown[1] if shown else None)


def without_gone(store: Store, view: View, known: Collection[str]) -> View:
    """Return the view without categories that were deleted since it was chosen."""
    kept = tuple(category for category in view.categories if category in known)
    if kept != view.categories:
        change_view(store, categories=kept)
        return current_view(store)
    return view


def _write_address(view: View) -> None:
    wanted = to_address(view)
    for field in fields(View):
        if field.name not in wanted:
            st.query_params.pop(field.name, None)
        elif st.query_params.get(field.name) != wanted[field.name]:
            st.query_params[field.name] = wanted[field.name]


def change_view(store: Store, **changes: Any) -> None:
    """Change the view: its first page is shown, with nothing selected."""
    choose_view(store, replace(current_view(store), **changes))


def choose_view(store: Store, view: View) -> None:
    """Show another view: its first page, with nothing selected."""
    st.session_state[_slot(store)] = view
    start_over(store)


def bound(store: Store, view: View, field: str) -> dict[str, Any]:
    """Return what ties a widget to a field of the view, whoever changes it."""
    key = f"view-{field}-{_whose(store)}"
    value = getattr(view, field)
    value = list(value) if isinstance(value, tuple) else value
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return {"key": key, "on_change": _take, "args": (store, field, key)}


def _take(store: Store, field: str, key: str) -> None:
    value = st.session_state[key]
    change_view(store, **{field: tuple(value) if isinstance(value, list) else value})


def start_over(store: Store) -> None:
    """Show the first page with nothing selected: what was selected may no longer be shown."""
    start_gallery_over(gallery_key(store))
    # What was to be selected at the next drawing may not be shown by then.
    impose_selection(store, ())


def impose_selection(store: Store, ids: Sequence[str]) -> None:
    """Make the gallery select these at its next drawing."""
    st.session_state[f"piximi_impose:{gallery_key(store)}"] = tuple(ids)


def taken_selection(store: Store) -> tuple[str, ...] | None:
    """Return what `impose_selection` asked for, once."""
    taken: tuple[str, ...] | None = st.session_state.pop(
        f"piximi_impose:{gallery_key(store)}", None
    )
    return taken


def show_all(store: Store) -> None:
    """Show everything of the kind, in the order that it had."""
    _narrow(store, "all")


def show_unlabelled(store: Store) -> None:
    """Show what has no label yet, and nothing else that would hide some of it."""
    _narrow(store, "unlabelled")


def narrow(store: Store, category_id: str) -> None:
    """Show only the things of a category, beside those chosen before; or no longer."""
    chosen = current_view(store).categories
    others = tuple(other for other in chosen if other != category_id)
    change_view(store, categories=others if category_id in chosen else (*chosen, category_id))


def show_ids(store: Store, kind_id: str, title: str, ids: Sequence[str]) -> None:
    """Make the Images page show these things of a kind, under a title, and hide none of them."""
    choose_kind(store, kind_id)
    _narrow(store, "all")
    st.session_state[_SHOWN] = (kind_id, title, tuple(ids))


def _narrow(store: Store, state: str) -> None:
    # Another page may ask, whose address says nothing of the view.
    view: View = st.session_state.get(_slot(store), View())
    st.session_state.pop(_SHOWN, None)
    choose_view(store, replace(view, state=state, categories=(), partitions=(), search=""))


def shown_ids(store: Store) -> tuple[str, tuple[str, ...]] | None:
    """Return the title and ids of things that another page asked to see, None if none did."""
    kind_id, title, ids = st.session_state.get(_SHOWN) or (None, "", ())
    return (title, ids) if kind_id == current_kind_id(store) else None


def stop_showing(store: Store) -> None:
    """Show all images again."""
    st.session_state.pop(_SHOWN, None)
    start_over(store)
