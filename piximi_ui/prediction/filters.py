"""Which predictions are reviewed, and in which order."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import Store
from piximi_ui.language.glossary import tip
from piximi_ui.language.texts import _, number

__all__ = ["all_predictions", "pick_filter"]

_ANY = "any"


def all_predictions(run: Run) -> ThingFilter:
    """Return the filter of everything the run predicted and nobody answered yet."""
    return ThingFilter(kind_id=run.kind_id, predicted=True, run_id=run.id)


def pick_filter(store: Store, run: Run) -> ThingFilter:
    """Draw the menu of filters of a run's predictions and return what they let through."""
    base = all_predictions(run)
    labelled = count_things(store, replace(base, labelled=True))
    with st.popover(_("Filter and order"), icon=":material/filter_list:", key="review-filter-menu"):
        order = st.segmented_control(
            _("Order"),
            ["doubtful", "certain"],
            default="doubtful",
            required=True,
            format_func={
                "doubtful": _("Most doubtful first"),
                "certain": _("Most certain first"),
            }.__getitem__,
            key=_key(store, run, "order"),
            persist_state="session",
        )
        predicted = _pick_category(store, run)
        least = st.slider(
            _("Confidence at least"),
            0,
            100,
            0,
            format="%d %%",
            key=_key(store, run, "least"),
            persist_state="session",
            help=tip("confidence"),
        )
        only = _pick_labelled(store, run, labelled) if labelled else False
    return replace(
        base,
        predicted_ids=None if predicted == _ANY else [predicted],
        least_confidence=least / 100,
        labelled=only,
        sort="confidence",
        descending=order == "certain",
    )


def _key(store: Store, run: Run, what: str) -> str:
    return f"review-{what}-{store.folder.name}-{run.id}"


def _pick_category(store: Store, run: Run) -> str:
    """Draw the choice among the run's categories that are still there."""
    present = {category.id: category.name for category in list_categories(store, run.kind_id)}
    names = {c.id: present[c.id] for c in run.classes if c.id in present}
    chosen = st.selectbox(
        _("Predicted as"),
        [_ANY, *names],
        format_func=lambda category: names.get(category, _("Any category")),
        key=_key(store, run, "category"),
        persist_state="session",
    )
    return str(chosen)


def _pick_labelled(store: Store, run: Run, count: int) -> bool | None:
    """Draw the choice between images with and without a label; None means both."""
    chosen = st.segmented_control(
        _("Their labels"),
        ["without", "with", "both"],
        default="without",
        required=True,
        format_func={
            "without": _("Not labelled"),
            "with": _("Labelled · {count}").format(count=number(count)),
            "both": _("Both"),
        }.__getitem__,
        key=_key(store, run, "labelled"),
        persist_state="session",
        help=_("Accepting a prediction replaces a label that is there."),
    )
    return {"without": False, "with": True}.get(str(chosen))
