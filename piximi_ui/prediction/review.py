"""Look through a run's predictions: accept or reject them, one, many or all; nothing is final."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from piximi_core.messages import Message
from piximi_core.project.contents.predictions import accept_predictions, clear_predictions
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import ThingFilter, count_things, find_ids, list_things
from piximi_core.project.database.store import Store
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown, picture_token, say, who
from piximi_ui.base.gallery_items import (
    gallery_categories,
    gallery_items,
    gallery_revision,
    gallery_words,
    text_id,
)
from piximi_ui.base.kinds import of_kind
from piximi_ui.base.label_actions import ALLOWED, ANSWERS, label_actions
from piximi_ui.components.gallery import GalleryPage, gallery, start_gallery_over
from piximi_ui.language.texts import _, plural
from piximi_ui.prediction.answered import draw_accepted_menu, draw_answers
from piximi_ui.prediction.downloads import draw_downloads
from piximi_ui.prediction.filters import pick_filter

__all__ = ["draw_review"]

_PAGE = 60


def draw_review(store: Store, run: Run, waiting: int, bar: DeltaGenerator) -> None:
    """Draw the run's predictions that nobody answered yet; without any, say so.

    Parameters
    ----------
    waiting
        How many there are.
    bar
        The line above, which takes what concerns all of them.
    """
    if not waiting:
        _none_left(store, run)
        return
    key = f"review-{store.folder.name}-{run.id}"
    with bar:
        wanted = pick_filter(store, run)
        shown = count_things(store, wanted)
        _accept_all(store, run, wanted, key, shown)
        draw_accepted_menu(store, run)
        _more(store, run, wanted, shown)
    if st.session_state.get("review-filter") != (run.id, wanted):
        st.session_state["review-filter"] = (run.id, wanted)
        start_gallery_over(key)
    _say_replaced(store, wanted)
    _gallery(store, run, wanted, key)


def _none_left(store: Store, run: Run) -> None:
    others = count_things(store, ThingFilter(kind_id=run.kind_id, predicted=True))
    st.info(
        _("There is no prediction of this run to review."), icon=":material/playlist_add_check:"
    )
    if others:
        st.caption(
            plural(
                "{n} prediction of another run waits; choose that run above.",
                "{n} predictions of other runs wait; choose their run above.",
                others,
            )
        )
    draw_answers(store, run)
    usable = ThingFilter(
        kind_id=run.kind_id, labelled=True, partitions=("Unassigned", "Training", "Validation")
    )
    unlabelled = count_things(store, ThingFilter(kind_id=run.kind_id, labelled=False))
    if not unlabelled and count_things(store, usable) > sum(run.counts.values()):
        navigation.link("train", label=_("Train again with the new labels"))


def _accept_all(store: Store, run: Run, wanted: ThingFilter, key: str, shown: int) -> None:
    if st.button(
        plural("Accept the {n} shown", "Accept all {n} shown", shown),
        icon=":material/done_all:",
        disabled=not shown,
        help=_("All that pass the filters, on every page of them. Undo takes it back."),
        key="review-accept-all",
    ):
        with errors_shown():
            ids = find_ids(store, wanted)
            done = accept_predictions(store, ids, who=who())
            say(accepted_in_words(done, len(ids) - done))
            st.session_state[f"impose-{key}"] = ()
            st.rerun()


def _say_replaced(store: Store, wanted: ThingFilter) -> None:
    replaced = (
        count_things(store, replace(wanted, labelled=True)) if wanted.labelled is not False else 0
    )
    if replaced:
        st.caption(
            plural(
                ":material/warning: {n} of those shown has a label, which accepting replaces.",
                ":material/warning: {n} of those shown have a label, which accepting replaces.",
                replaced,
            )
        )


def accepted_in_words(done: int, left: int) -> str:
    """Say how many predictions were accepted, and that some could not be."""
    text = plural("Accepted {n} prediction.", "Accepted {n} predictions.", done)
    if not left:
        return text
    return f"{text} " + plural(
        "{n} was left: its category is gone.", "{n} were left: their category is gone.", left
    )


def _more(store: Store, run: Run, wanted: ThingFilter, shown: int) -> None:
    """Draw the menu of what is seldom wanted: tables, and taking all predictions away."""
    every = count_things(store, ThingFilter(kind_id=run.kind_id, predicted=True))
    with st.popover(_("More"), icon=":material/more_vert:", key="menu-review"):
        draw_downloads(store, run, wanted, shown)
        st.divider()
        st.write(
            plural(
                "Take away {n} prediction, also those of other runs? Labels stay.",
                "Take away all {n} predictions, also those of other runs? Labels stay.",
                every,
            )
        )
        if st.button(
            _("Clear all predictions"), icon=":material/delete_sweep:", key="review-clear"
        ):
            with errors_shown():
                count = clear_predictions(store, run.kind_id, who=who())
                say(plural("Cleared {n} prediction.", "Cleared {n} predictions.", count))
                st.rerun()


def _gallery(store: Store, run: Run, wanted: ThingFilter, key: str) -> None:
    token = picture_token(store)

    def page_now(page: int, only: Collection[str] | None = None) -> GalleryPage:
        revision = store.revision()
        total = count_things(store, wanted)
        pages = max(1, -(-total // _PAGE))
        page = min(page, pages)
        things = list_things(store, wanted, offset=(page - 1) * _PAGE, limit=_PAGE)
        categories = gallery_categories(store, run.kind_id)
        return GalleryPage(
            gallery_items(things, categories, token=token),
            categories,
            page=page,
            pages=pages,
            total=total,
            revision=gallery_revision(token, revision),
        )

    gallery(
        page_now,
        key=key,
        view=text_id(str(wanted)),
        selected=st.session_state.pop(f"impose-{key}", None),
        allow=[*ALLOWED, *ANSWERS, "select_all"],
        texts={
            **gallery_words(run.kind_id),
            "empty": _("No prediction passes these filters."),
            "label_hint": of_kind(
                run.kind_id,
                Message("Predicted wrong? Select {things}, then click their right category."),
            ),
        },
        in_view=lambda: find_ids(store, wanted),
        carry=label_actions(store, run.kind_id, answers=True),
        on_said=say,
    )
