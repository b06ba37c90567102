"""Which images a run is to predict, and the button that does it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from piximi_core.jobs import predict
from piximi_core.project.runs import Run
from piximi_core.project.store import Store
from piximi_core.project.things import ThingFilter, count_things, find_ids
from piximi_ui import navigation
from piximi_ui.components.gallery import gallery_view
from piximi_ui.context import errors_shown, who
from piximi_ui.images.view import gallery_key
from piximi_ui.job_progress import draw_bar, failure_of, newest_job, pending_job, start
from piximi_ui.kinds import of_kind
from piximi_ui.texts import _, number, plain, plural, told

__all__ = ["draw_ask"]

_MOST_REASONS = 20


def draw_ask(store: Store, run: Run) -> None:
    """Draw the choice of images and the Predict button, or how far a prediction is."""
    wanted = {"service": "predict", "run_id": run.id, "purpose": "predict"}
    job = pending_job(store, **wanted)
    # Those that were deleted since are no longer there.
    chosen = gallery_view(gallery_key(store)).selected
    selected = find_ids(store, ThingFilter(kind_id=run.kind_id, ids=chosen))
    counts = {
        "unlabelled": count_things(store, _unlabelled(run)),
        "selected": len(selected),
        "all": count_things(store, ThingFilter(kind_id=run.kind_id)),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = _pick(store, run, counts)
        label = of_kind(
            run.kind_id,
            plural("Predict {n} image", "Predict {n} images", counts[which]),
            plural("Predict {n} object", "Predict {n} objects", counts[which]),
        )
        if st.button(
            label,
            type="primary",
            icon=":material/auto_awesome:",
            disabled=not counts[which] or job is not None,
            key="predict-go",
        ):
            with errors_shown():
                ids = _ids(store, run, which, selected)
                start(store, predict.ask(store, run, ids, who=who()))
                st.rerun()
    if job is not None:
        draw_bar(store, job)
        return
    if not counts[which]:
        _say_why(run.kind_id, which, counts)
    last = newest_job(store, **wanted)
    if last is not None:
        reason = failure_of(last)
        if reason:
            st.error(reason, icon=":material/error:")
        _name_unread(last.result().get("failed") or [])


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
        of_kind(run.kind_id, _("Which images"), _("Which objects")),
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


def _say_why(kind_id: str, which: str, counts: dict[str, int]) -> None:
    """Say why there is nothing to predict, and where to get something."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if not counts["all"]:
            st.caption(
                of_kind(
                    kind_id,
                    _("There are no images yet."),
                    _("There are no objects of this kind yet."),
                )
            )
            label = of_kind(kind_id, _("Add images"), _("Go to Images"))
            navigation.link("images", label=label)
        elif which == "selected":
            st.caption(
                of_kind(
                    kind_id,
                    _("No image is selected on the Images page."),
                    _("No object is selected on the Images page."),
                )
            )
            navigation.link("images", label=_("Select some"))
        else:
            st.caption(
                of_kind(
                    kind_id,
                    _("Every image has a label: nothing is left to predict."),
                    _("Every object has a label: nothing is left to predict."),
                )
            )
            label = of_kind(kind_id, _("Add images"), _("Go to Images"))
            navigation.link("images", label=label)
