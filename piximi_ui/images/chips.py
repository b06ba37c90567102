"""What narrows the gallery, as buttons that each take one of it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import streamlit as st

from piximi_core.messages import word
from piximi_core.project.contents.categories import Category
from piximi_core.project.database.store import Store
from piximi_ui.images.view import View, change_view, shown_ids, stop_showing
from piximi_ui.language.glossary import partition_name
from piximi_ui.language.texts import _, plain, plural, told

__all__ = ["draw", "state_words"]

_ONE_EACH = 2  # of more categories or partitions, one button takes all away

Chip = tuple[str, str, Callable[[], None]]  # key, words, what taking it away does


def state_words() -> dict[str, str]:
    """Return the states of `view.STATES` in words."""
    return {
        "all": _("All"),
        "labelled": _("Labelled"),
        "unlabelled": _("Not labelled"),
        "predicted": _("Predicted"),
        "unpredicted": _("Not predicted"),
    }


def draw(store: Store, view: View, categories: Sequence[Category]) -> None:
    """Draw a chip for each filter, and one that clears them all."""
    chips = [*_asked_for(store), *_chips(store, view, categories)]
    if not chips:
        return
    with st.container(horizontal=True, gap="xsmall", width="content", key="filter-chips"):
        for key, words, take_away in chips:
            st.button(
                words,
                icon=":material/close:",
                icon_position="right",
                key=key,
                help=_("Show without this"),
                on_click=take_away,
            )
        if len(chips) > 1 and view.filters > 1:
            st.button(
                plural("Clear {n} filter", "Clear {n} filters", view.filters),
                icon=":material/filter_list_off:",
                type="tertiary",
                key="clear-filters",
                on_click=lambda: change_view(
                    store, categories=(), partitions=(), state="all", search=""
                ),
            )


def _asked_for(store: Store) -> Iterator[Chip]:
    shown = shown_ids(store)
    if shown is not None:
        words = _("Showing: {title}").format(title=plain(shown[0]))
        yield "stop-showing", words, lambda: stop_showing(store)


def _chips(store: Store, view: View, categories: Sequence[Category]) -> Iterator[Chip]:
    if view.search.strip():
        words = _("Name has “{text}”").format(text=plain(view.search.strip(), 40))
        yield "chip-search", words, lambda: change_view(store, search="")
    if view.state != "all":
        yield "chip-state", state_words()[view.state], lambda: change_view(store, state="all")
    names = {c.id: told(word(c.name)) if c.is_unknown else plain(c.name, 40) for c in categories}
    yield from _listed(store, view, "categories", names, _("{n} categories"))
    yield from _listed(
        store,
        view,
        "partitions",
        {p: partition_name(p) for p in view.partitions},
        _("{n} partitions"),
    )


def _listed(
    store: Store, view: View, field: str, names: dict[str, str], together: str
) -> Iterator[Chip]:
    chosen: tuple[str, ...] = getattr(view, field)
    if len(chosen) > _ONE_EACH:
        words = together.format(n=len(chosen))
        yield f"chip-{field}", words, lambda: change_view(store, **{field: ()})
        return
    for value in chosen:
        rest = tuple(other for other in chosen if other != value)

        def take_away(rest: tuple[str, ...] = rest) -> None:
            change_view(store, **{field: rest})

        yield f"chip-{field}-{value}", names.get(value, value), take_away
