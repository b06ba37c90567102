"""What became of a run's predictions: those accepted, by category, and those to label by hand."""

from __future__ import annotations

import streamlit as st

from piximi_core.project.contents.answers import accepted_by_category
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import Store
from piximi_ui.base import navigation
from piximi_ui.images.view import show_ids, show_unlabelled
from piximi_ui.language.texts import _, number, plain, plural

__all__ = ["draw_accepted_menu", "draw_answers"]


def draw_accepted_menu(store: Store, run: Run) -> None:
    """Draw a menu of what was accepted from the run, if anything was."""
    accepted = accepted_by_category(store, run.id)
    if accepted:
        count = sum(map(len, accepted.values()))
        label = plural("{n} accepted", "{n} accepted", count)
        with st.popover(label, icon=":material/done_all:", key="review-accepted"):
            st.caption(_("What was accepted from this run and still has that label."))
            _categories(store, run, accepted)


def draw_answers(store: Store, run: Run) -> None:
    """Draw what was accepted, and the way to what was rejected and has no label yet."""
    accepted = accepted_by_category(store, run.id)
    if accepted:
        count = sum(map(len, accepted.values()))
        st.markdown(plural("You accepted {n}:", "You accepted {n}:", count))
        with st.container(horizontal=True, gap="small", key="review-answers"):
            _categories(store, run, accepted)
    rejected = count_things(
        store,
        ThingFilter(kind_id=run.kind_id, labelled=False, predicted=False, rejected_of=run.id),
    )
    if rejected and st.button(
        plural("Label {n} by hand", "Label {n} by hand", rejected),
        icon=":material/label:",
        help=_("Their predictions were rejected; the same run would say the same again."),
        key="review-by-hand",
    ):
        show_unlabelled(store)
        navigation.go_to("images")


def _categories(store: Store, run: Run, accepted: dict[str, list[str]]) -> None:
    """Draw a button for each category, which shows its things on the Images page."""
    for category in list_categories(store, run.kind_id):
        ids = accepted.get(category.id)
        if not ids:
            continue
        swatch = f':color[●]{{foreground="{category.color}"}}'
        if st.button(
            f"{swatch} {plain(category.name, 40)} · {number(len(ids))}",
            help=_("Show them on the Images page"),
            key=f"accepted-{category.id}",
        ):
            title = _("{category}, accepted from {run}").format(
                category=category.name[:60], run=run.name[:60]
            )
            show_ids(store, run.kind_id, title, ids)
            navigation.go_to("images")
