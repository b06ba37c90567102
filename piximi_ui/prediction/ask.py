"""Which images a run is to predict, and the button that does it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from piximi_core.jobs.folder import Job
from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import ThingFilter, count_things, find_ids
from piximi_core.project.database.store import Store
from piximi_core.services.scoring import predict
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base import begin, navigation
from piximi_ui.base.context import errors_shown, who
from piximi_ui.base.kinds import of_kind
from piximi_ui.classifiers import import_dialog as bringing
from piximi_ui.components.gallery import gallery_view
from piximi_ui.images.view import gallery_key
from piximi_ui.jobs.job_progress import draw_bar, failure_of, newest_job, pending_job, start
from piximi_ui.language.texts import _, number, plain, plural, told

__all__ = ["draw_ask", "draw_progress"]

_MOST_REASONS = 20


def draw_ask(store: Store, run: Run, waiting: int) -> Job | None:
    """Draw what to predict, as a menu; beside it the button, while there is nothing to review.

    Return the prediction that is under way.

    Parameters
    ----------
    waiting
        How many predictions of the run wait for an answer.
    """
    job = pending_job(store, predict.PREDICT, run_id=run.id)
    # Those that were deleted since are no longer there.
    chosen = gallery_view(gallery_key(store)).selected
    selected = find_ids(store, ThingFilter(kind_id=run.kind_id, ids=chosen))
    counts = {
        "unlabelled": count_things(store, _unlabelled(run)),
        "selected": len(selected),
        "all": count_things(store, ThingFilter(kind_id=run.kind_id)),
    }
    words = _("Predict more") if waiting else _("What to predict")
    with st.popover(words, icon=":material/auto_awesome:", key="predict-what"):
        which = _pick(store, run, counts)
        if waiting:
            _go(store, run, which, counts, selected, job)
        bringing.draw_button(store, kind_id=run.kind_id)
    if not waiting:
        _go(store, run, which, counts, selected, job)
    return job


def _go(
    store: Store,
    run: Run,
    which: str,
    counts: dict[str, int],
    selected: Sequence[str],
    job: Job | None,
) -> None:
    """Draw the button; where there is nothing to predict, why and what to do instead."""
    if counts[which]:
        _button(store, run, which, counts[which], selected, job)
    elif job is None:
        _say_why(store, run, which, counts)


def _button(
    store: Store, run: Run, which: str, count: int, selected: Sequence[str], job: Job | None
) -> None:
    label = of_kind(
        run.kind_id, Message.plural("Predict {n} {thing}", "Predict {n} {things}", n=count)
    )
    possible = job is None
    begun = begin.asked("predict") and possible and which == "unlabelled"
    pressed = st.button(
        label,
        type="primary",
        icon=":material/auto_awesome:",
        disabled=not possible,
        key="predict-go",
    )
    if pressed or begun:
        with errors_shown():
            ids = _ids(store, run, which, selected)
            start(store, predict.ask(store, run, ids, who=who()))
            st.rerun()


def draw_progress(store: Store, run: Run, job: Job | None) -> None:
    """Draw how far the prediction is, or what the last one had to leave out."""
    if job is not None:
        draw_bar(store, job)
        return
    last = newest_job(store, predict.PREDICT, run_id=run.id)
    if last is not None:
        reason = failure_of(last)
        if reason:
            st.error(reason, icon=":material/error:")
        found = predict.PREDICT.found(last)
        _name_unread(found.failed if found else ())


def _name_unread(failed: Sequence[tuple[str, str]]) -> None:
    """Draw what the last prediction had to leave out, each with its reason."""
    if not failed:
        return
    count = len(failed)
    label = plural("{n} could not be read last time", "{n} could not be read last time", count)
    with st.expander(label, icon=":material/broken_image:"):
        reasons = (plain(told(str(reason)), 400) for _name, reason in failed[:_MOST_REASONS])
        st.markdown("\n".join(f"- {reason}" for reason in reasons))
        if count > _MOST_REASONS:
            st.caption(_("and {n} more").format(n=number(count - _MOST_REASONS)))


def _pick(store: Store, run: Run, counts: dict[str, int]) -> str:
    names = {
        "unlabelled": _("Unlabelled"),
        "selected": _("Selected on Images"),
        "all": _("All"),
    }
    chosen = st.segmented_control(
        of_kind(run.kind_id, Message("Which {things}")),
        list(names),
        default="unlabelled",
        required=True,
        format_func=lambda which: f"{names[which]} · {number(counts[which])}",
        key=f"predict-which-{store.folder.name}",
        persist_state="session",
        help=_("A prediction is kept beside a label, never over it, until you accept it."),
    )
    return str(chosen)


def _ids(store: Store, run: Run, which: str, selected: Sequence[str]) -> Sequence[str]:
    if which == "selected":
        return selected
    everything = ThingFilter(kind_id=run.kind_id)
    return find_ids(store, _unlabelled(run) if which == "unlabelled" else everything)


def _unlabelled(run: Run) -> ThingFilter:
    """Return the filter of what has no label; what the run was told no about is not asked again."""
    return ThingFilter(kind_id=run.kind_id, labelled=False, not_rejected_of=run.id)


def _say_why(store: Store, run: Run, which: str, counts: dict[str, int]) -> None:
    """Say why there is nothing to predict, and where to get something."""
    kind_id = run.kind_id
    rejected = ThingFilter(kind_id=kind_id, labelled=False, predicted=False, rejected_of=run.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        if not counts["all"]:
            st.caption(
                _("There are no images yet.")
                if kind_id == IMAGE_KIND
                else _("There are no objects of this kind yet.")
            )
            label = _("Add images") if kind_id == IMAGE_KIND else _("Go to Images")
            navigation.link("images", label=label)
        elif which == "selected":
            st.caption(of_kind(kind_id, Message("No {thing} is selected on the Images page.")))
            navigation.link("images", label=_("Select some"))
        elif by_hand := count_things(store, rejected):
            st.caption(
                plural(
                    "You rejected what this run said of {n}; it would say the same again.",
                    "You rejected what this run said of {n}; it would say the same again.",
                    by_hand,
                )
            )
        else:
            st.caption(
                of_kind(kind_id, Message("Every {thing} has a label: nothing is left to predict."))
            )
            label = _("Add images") if kind_id == IMAGE_KIND else _("Go to Images")
            navigation.link("images", label=label)
