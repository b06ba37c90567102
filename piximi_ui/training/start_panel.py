"""What the next training learns from, what stands in its way, and the button that starts it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job
from piximi_core.messages import Message
from piximi_core.project.database.store import Store
from piximi_core.services.training import train
from piximi_core.services.training.planning import TrainingPlan, gather_groups, split_again
from piximi_core.services.training.settings_draft import change_settings, fit_channels
from piximi_core.vocabulary import TRAINING, VALIDATION
from piximi_ui.base import begin, navigation
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.base.kinds import of_kind
from piximi_ui.jobs import job_panel
from piximi_ui.language.glossary import partition_name, tip
from piximi_ui.language.texts import _, number, plain, told
from piximi_ui.training import group_panel

__all__ = ["draw_button", "draw_counts", "swatch"]

_ROW, _HEADER, _SHOWN = 31, 34, 10


def draw_button(
    store: Store,
    kind_id: str,
    settings: ModelSettings,
    plan: TrainingPlan,
    *,
    mistakes: int,
    busy: bool,
) -> Job | None:
    """Draw the Train button and, where it is disabled, why and the way out; return a new run.

    Parameters
    ----------
    mistakes
        How many settings hold values that cannot be used.
    busy
        Another training is under way, so a new one waits.
    """
    started: Job | None = None
    label = _("Train on {learned}, validate on {checked}").format(
        learned=number(plan.count(TRAINING)), checked=number(plan.count(VALIDATION))
    )
    blocked = bool(plan.obstacle or mistakes)
    begun = begin.asked("train") and not (blocked or busy)
    pressed = st.button(
        _("Train") if plan.obstacle else label,
        type="primary",
        icon=":material/play_arrow:",
        disabled=blocked,
        width="stretch",
        key="train-start",
    )
    if pressed or begun:
        with errors_shown():
            started = train.ask(store, settings, kind_id=kind_id, who=who())
            engine.submit(started)
            job_panel.follow(started)
    if plan.obstacle:
        _way_out(store, kind_id, plan)
    elif mistakes:
        st.caption(f":material/arrow_upward: {_('Mend the settings marked in red first.')}")
    elif busy:
        text = _("A training is under way; another one would wait until it is done.")
        st.caption(f":material/hourglass_top: {text}")
    return started


def _way_out(store: Store, kind_id: str, plan: TrainingPlan) -> None:
    st.caption(f":material/info: {plain(told(plan.obstacle or ''), 400)}")
    if plan.mend == "images":
        navigation.link("images", label=_("Go to Images"))
    elif plan.mend == "channels":
        if st.button(_("Set the channels to those of the images"), icon=":material/tune:"):
            with errors_shown():
                fit_channels(store, kind_id=kind_id, who=who())
                st.rerun()
    elif plan.mend == "start":
        if st.button(_("Start from a new network"), icon=":material/fiber_new:"):
            with errors_shown():
                change_settings(store, {"start_from": ""}, kind_id=kind_id, who=who())
                st.rerun()
    elif plan.mend == "split":
        _split_button(store, kind_id, plan)


def draw_counts(store: Store, kind_id: str, plan: TrainingPlan) -> None:
    """Draw how many things of each category are learned from and checked on."""
    if not plan.classes:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{of_kind(kind_id, Message('Labelled {things}'))}**")
        if plan.dealt and plan.mend != "split":
            _split_again(store, kind_id, plan)
    group_panel.draw(store)
    for warning in plan.warnings:
        st.caption(f":orange[:material/warning: {plain(told(warning), 400)}]")
    if plan.groups.apart:
        _gather_button(store, kind_id, plan)
    st.dataframe(
        _rows(plan),
        key="train-counts",
        hide_index=True,
        row_height=_ROW,
        height=_HEADER + _ROW * min(len(plan.classes), _SHOWN),
        column_config={
            "color": st.column_config.ImageColumn(" ", width=28),
            "name": st.column_config.TextColumn(_("Category"), help=tip("category")),
            "learned": st.column_config.NumberColumn(
                partition_name(TRAINING), width=70, format="localized"
            ),
            "checked": st.column_config.NumberColumn(
                partition_name(VALIDATION), width=78, format="localized"
            ),
        },
    )
    if plan.left_out:
        st.caption(_("Left out, no labels: {names}").format(names=_listed(plan.left_out)))


def _rows(plan: TrainingPlan) -> list[dict[str, Any]]:
    counts = zip(
        plan.classes, plan.count_by_class(TRAINING), plan.count_by_class(VALIDATION), strict=True
    )
    return [
        {"color": swatch(c.color), "name": c.name, "learned": learned, "checked": checked}
        for c, learned, checked in counts
    ]


def swatch(color: str) -> str:
    """Return a dot in a category's colour, as an address that a table shows as a picture."""
    fill = html.escape(color, quote=True)
    circle = f"<circle cx='10' cy='10' r='6' fill='{fill}' stroke='#888' stroke-opacity='.5'/>"
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' width='20' height='20'>{circle}</svg>"
    return f"data:image/svg+xml,{quote(picture)}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(plain(name, 40) for name in names[:8])
    more = len(names) - 8
    return shown if more <= 0 else _("{names} and {n} more").format(names=shown, n=more)


def _split_again(store: Store, kind_id: str, plan: TrainingPlan) -> None:
    with st.popover(_("Split again"), icon=":material/shuffle:", type="tertiary"):
        kept = of_kind(
            kind_id,
            Message.plural(
                "{n} {thing} keeps the set it was in before, so that runs can be compared.",
                "{n} {things} keep the set they were in before, so that runs can be compared.",
                n=plan.dealt,
            ),
        )
        st.markdown(kept)
        st.markdown(
            _(
                "Split again deals all of them anew, by the training percentage and the seed: "
                "choose another seed first if you want others to validate on. "
                "Earlier runs keep their results, but may have learned from what is then "
                "validated on."
            )
        )
        _split_button(store, kind_id, plan)


def _split_button(store: Store, kind_id: str, plan: TrainingPlan) -> None:
    label = of_kind(
        kind_id, Message.plural("Deal {n} {thing} anew", "Deal {n} {things} anew", n=plan.dealt)
    )
    if st.button(label, icon=":material/shuffle:", key="train-split-again"):
        with errors_shown():
            split_again(store, kind_id, who=who())
            say(_("All are dealt anew; Undo takes that back."))
            st.rerun()


def _gather_button(store: Store, kind_id: str, plan: TrainingPlan) -> None:
    moved = len(plan.groups.apart)
    label = of_kind(
        kind_id,
        Message.plural(
            "Move {n} {thing} to its source", "Move {n} {things} to their sources", n=moved
        ),
    )
    tip = _("Each goes where most of its source is; a source with a part in Test goes there whole.")
    if st.button(label, icon=":material/join:", key="train-gather", help=tip):
        with errors_shown():
            gather_groups(store, plan, who=who())
            say(_("No source stands on several sides any more; Undo takes that back."))
            st.rerun()
