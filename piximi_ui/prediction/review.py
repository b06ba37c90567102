"""Look through a run's predictions: accept or reject them, one, many or all; nothing is final."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from piximi_core.project.predictions import (
    accept_predictions,
    clear_predictions,
    reject_predictions,
)
from piximi_core.project.runs import Run
from piximi_core.project.store import Store
from piximi_core.project.things import ThingFilter, count_things, find_ids, list_things
from piximi_ui import navigation
from piximi_ui.components.gallery import GalleryAction, gallery, gallery_view, start_gallery_over
from piximi_ui.context import errors_shown, say, who
from piximi_ui.gallery_items import (
    gallery_categories,
    gallery_items,
    gallery_revision,
    gallery_words,
)
from piximi_ui.kinds import of_kind
from piximi_ui.label_actions import ALLOWED, label_actions
from piximi_ui.prediction.downloads import draw_downloads
from piximi_ui.prediction.filters import all_predictions, pick_filter
from piximi_ui.texts import _, plural

__all__ = ["draw_review"]

_PAGE = 60


def draw_review(store: Store, run: Run) -> None:
    """Draw the run's predictions that nobody answered yet; without any, say so."""
    waiting = count_things(store, all_predictions(run))
    if not waiting:
        _none_left(store, run)
        return
    st.subheader(plural("{n} prediction to review", "{n} predictions to review", waiting))
    wanted = pick_filter(store, run)
    key = f"review-{store.folder.name}-{run.id}"
    if st.session_state.get("review-filter") != (run.id, wanted):
        st.session_state["review-filter"] = (run.id, wanted)
        start_gallery_over(key)
    shown = count_things(store, wanted)
    _buttons(store, run, wanted, key, shown)
    _gallery(store, run, wanted, key, shown)


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
    usable = ThingFilter(
        kind_id=run.kind_id, labelled=True, partitions=("Unassigned", "Training", "Validation")
    )
    unlabelled = count_things(store, ThingFilter(kind_id=run.kind_id, labelled=False))
    if not unlabelled and count_things(store, usable) > sum(run.counts.values()):
        navigation.link("train", label=_("Train again with the new labels"))


def _buttons(store: Store, run: Run, wanted: ThingFilter, key: str, shown: int) -> None:
    """Draw what can be done with the predictions that are selected or shown."""
    selected = find_ids(store, replace(wanted, ids=gallery_view(key).selected))
    replaced = (
        count_things(store, replace(wanted, labelled=True)) if wanted.labelled is not False else 0
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            plural("Accept {n} selected", "Accept {n} selected", len(selected))
            if selected
            else _("Accept selected"),
            icon=":material/check:",
            disabled=not selected,
            help=_("Make these predictions your labels.")
            if selected
            else _("Select some below first."),
            key="review-accept",
        ):
            _answer(store, key, selected, accept_predictions, _accepted)
        if st.button(
            plural("Reject {n} selected", "Reject {n} selected", len(selected))
            if selected
            else _("Reject selected"),
            icon=":material/close:",
            disabled=not selected,
            help=_("Take these predictions away; labels stay.")
            if selected
            else _("Select some below first."),
            key="review-reject",
        ):
            _answer(store, key, selected, reject_predictions, _rejected)
        if st.button(
            plural("Accept the {n} shown", "Accept all {n} shown", shown),
            icon=":material/done_all:",
            disabled=not shown,
            help=_("All that pass the filters, on every page of them. Undo takes it back."),
            key="review-accept-all",
        ):
            _answer(store, key, find_ids(store, wanted), accept_predictions, _accepted)
        _clear_button(store, run)
        draw_downloads(store, run, wanted, shown)
    if replaced:
        st.caption(
            plural(
                ":material/warning: {n} of those shown has a label, which accepting replaces.",
                ":material/warning: {n} of those shown have a label, which accepting replaces.",
                replaced,
            )
        )


def _answer(
    store: Store,
    key: str,
    ids: Sequence[str],
    answer: Callable[..., int],
    told: Callable[[int, int], str],
) -> None:
    with errors_shown():
        done = answer(store, ids, who=who())
        say(told(done, len(ids) - done))
        st.session_state[f"impose-{key}"] = ()
        st.rerun()


def _accepted(done: int, left: int) -> str:
    text = plural("Accepted {n} prediction.", "Accepted {n} predictions.", done)
    if not left:
        return text
    return f"{text} " + plural(
        "{n} was left: its category is gone.", "{n} were left: their category is gone.", left
    )


def _rejected(done: int, _left: int) -> str:
    return plural("Rejected {n} prediction.", "Rejected {n} predictions.", done)


def _clear_button(store: Store, run: Run) -> None:
    every = count_things(store, ThingFilter(kind_id=run.kind_id, predicted=True))
    with st.popover(_("Clear all"), icon=":material/delete_sweep:"):
        st.write(
            plural(
                "Take away {n} prediction, also those of other runs? Labels stay.",
                "Take away all {n} predictions, also those of other runs? Labels stay.",
                every,
            )
        )
        if st.button(_("Clear all predictions"), type="primary", key="review-clear"):
            with errors_shown():
                count = clear_predictions(store, run.kind_id, who=who())
                say(plural("Cleared {n} prediction.", "Cleared {n} predictions.", count))
                st.rerun()


def _gallery(store: Store, run: Run, wanted: ThingFilter, key: str, shown: int) -> None:
    revision = gallery_revision(store)
    pages = max(1, -(-shown // _PAGE))
    page = min(gallery_view(key).page, pages)
    things = list_things(store, wanted, offset=(page - 1) * _PAGE, limit=_PAGE)
    categories = gallery_categories(store, run.kind_id)
    carry_out = label_actions(store, run.kind_id)

    def act(actions: Sequence[GalleryAction]) -> None:
        carry_out(actions)
        if any(action.type == "select_all" for action in actions):
            st.session_state[f"impose-{key}"] = find_ids(store, wanted)

    gallery(
        gallery_items(store, things, categories),
        categories,
        key=key,
        selected=st.session_state.pop(f"impose-{key}", None),
        page=page,
        pages=pages,
        total=shown,
        allow=[*ALLOWED, "select_all"],
        texts={
            **gallery_words(run.kind_id),
            "empty": _("No prediction passes these filters."),
            "label_hint": of_kind(
                run.kind_id,
                _("Predicted wrong? Select images, then click their right category."),
                _("Predicted wrong? Select objects, then click their right category."),
            ),
        },
        revision=revision,
        in_view=lambda: find_ids(store, wanted),
        on_actions=act,
    )
