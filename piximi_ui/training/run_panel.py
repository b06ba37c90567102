"""One run: live while it is under way, its outcome afterwards, all read from its folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from piximi_core.classification.training.progress import EpochRow
from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.evaluation.run_figures import figures_today
from piximi_core.services.training import train
from piximi_core.services.training.run_report import RunStanding, standing
from piximi_core.services.training.settings_draft import change_settings, use_settings_of
from piximi_core.services.training.training_log import read_history
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.charts.training_curves import CONFIG, accuracy_figure, loss_figure
from piximi_ui.jobs import job_panel
from piximi_ui.jobs.job_bar import draw_share, draw_stop
from piximi_ui.language.texts import _, plain, told
from piximi_ui.training import run_words

__all__ = ["draw"]

_EVERY = 1.0
_EVERY_AT_FIRST = 0.4  # until there is a point to look at


def draw(store: Store, chosen: RunStanding) -> None:
    """Draw a run; it redraws itself again and again while it is under way."""
    every = None
    if chosen.is_under_way:
        every = _EVERY if _has_points(chosen.job) else _EVERY_AT_FIRST
    # One key for the run, so that live and final figures take each other's place.
    with st.container(key=f"run-{chosen.run.id}"):
        st.fragment(_panel, run_every=every)(
            store, chosen.run.id, run_words.state_word(chosen), every
        )


def draw_empty(epochs: int) -> None:
    """Draw the curves of a run that is still to come."""
    _draw_figures("none", [], [], epochs=epochs, best=None, still=True)


def _has_points(job: Job) -> bool:
    return bool(job.progress().get("curve") or read_history(job.folder / "history.csv"))


def _panel(store: Store, run_id: str, drawn_as: str, every: float | None) -> None:
    run = find_run(store, run_id)
    now = standing(store, run)
    if run_words.state_word(now) != drawn_as:
        # The list of runs and the buttons change with it.
        st.rerun()
    _title(now)
    progress = now.job.progress()
    if now.is_under_way:
        _under_way(now, progress)
    else:
        _ended(store, now, progress)
    _curves(run, now, progress)
    if every == _EVERY_AT_FIRST and progress.get("curve"):
        # There is something to see: from now on it is looked at less often.
        st.rerun()


def _title(now: RunStanding) -> None:
    icon, color = run_words.badge(now)
    title = _("Run {number} · {name}").format(number=now.run.number, name=plain(now.run.name))
    st.markdown(f"### {title} :{color}-badge[{icon} {run_words.state_word(now)}]")


def _under_way(now: RunStanding, progress: dict[str, Any]) -> None:
    bar, button = st.columns([6, 1], vertical_alignment="center")
    with bar:
        draw_share(now.job, now.state)
    with button:
        tip = _("Ends the training and keeps its best weights so far.")
        draw_stop(now.job, now.state, key=f"run-stop-{now.run.id}", tip=tip)
    st.caption(plain(run_words.pace(progress), 200) or "&nbsp;")


def _ended(store: Store, now: RunStanding, progress: dict[str, Any]) -> None:
    if now.state is JobState.INTERRUPTED:
        st.warning(_where_interrupted(now, progress), icon=":material/power_off:")
    elif now.state is JobState.FAILED:
        st.error(plain(told(now.error or ""), 1000), icon=":material/error:")
    elif now.state is JobState.STOPPED:
        st.info(
            _("Stopped before its first epoch was done, so there is nothing to keep yet."),
            icon=":material/stop_circle:",
        )
    elif now.run.has_classifier:
        figure = figures_today(store, [now.run]).get(now.run.id)
        st.markdown(run_words.outcome(now, figure))
        if figure and figure.doubt:
            st.warning(plain(told(figure.doubt), 600), icon=":material/casino:")
    _actions(store, now)


def _where_interrupted(now: RunStanding, progress: dict[str, Any]) -> str:
    epochs = int(now.run.settings["epochs"])
    at = min(epochs, int(progress.get("done", 0)) + 1)
    text = _(
        "Interrupted in epoch {at} of {epochs}: the program ended before the training did. "
        "Resume goes on from the last checkpoint."
    )
    same = f" {_('The classifier becomes the same as without the break.')}"
    return text.format(at=at, epochs=epochs) + (same if now.run.settings["deterministic"] else "")


def _actions(store: Store, now: RunStanding) -> None:
    run = now.run
    with st.container(horizontal=True, gap="small"):
        if now.can_resume and st.button(
            _("Resume"),
            icon=":material/resume:",
            type="primary" if not run.has_classifier else "secondary",
            help=_("Go on from the last checkpoint of this run."),
            key=f"run-resume-{run.id}",
        ):
            _resume(store, run)
        if now.state is JobState.INTERRUPTED and st.button(
            _("Dismiss"),
            help=_("Leave it as it is. It stays in the list and can still be resumed."),
            key=f"run-dismiss-{run.id}",
        ):
            with errors_shown():
                engine.dismiss(now.job)
                st.rerun()
        if run.has_classifier:
            for page, icon in (
                ("evaluate", ":material/grid_on:"),
                ("predict", ":material/auto_awesome:"),
                ("export", ":material/download:"),
            ):
                words = {"evaluate": _("Evaluate"), "predict": _("Predict"), "export": _("Export")}
                if st.button(words[page], icon=icon, key=f"run-{page}-{run.id}"):
                    navigation.go_to(page, run=run.id)
        if run.has_classifier and st.button(
            _("Learn further"),
            icon=":material/model_training:",
            type="tertiary",
            help=_("The next training starts from what this run has learned."),
            key=f"run-further-{run.id}",
        ):
            with errors_shown():
                change_settings(store, {"start_from": run.id}, kind_id=run.kind_id, who=who())
                text = _("The next training starts from run {n}; press Train when you are ready.")
                say(text.format(n=run.number))
                st.rerun()
        if not is_imported(run) and st.button(
            _("Use these settings again"),
            icon=":material/tune:",
            type="tertiary",
            key=f"run-again-{run.id}",
        ):
            with errors_shown():
                use_settings_of(store, run, who=who())
                say(
                    _("The settings of run {n} are set; Undo takes that back.").format(n=run.number)
                )
                st.rerun()


def _resume(store: Store, run: Run) -> None:
    with errors_shown():
        job = train.ask_to_resume(store, run)
        engine.submit(job)
        job_panel.follow(job)
        st.rerun()


def _curves(run: Run, now: RunStanding, progress: dict[str, Any]) -> None:
    history = read_history(now.job.folder / "history.csv")
    curve = progress.get("curve") or []
    notes = (run.summary or {}).get("notes") or progress.get("notes") or []
    for note in notes:
        st.caption(f":orange[:material/info:] {plain(told(str(note)), 400)}")
    if not history and not curve and not now.is_under_way:
        return
    epochs = int(run.settings["epochs"])
    summary = run.summary or {}
    best = int(summary["best_epoch"]) if summary else None
    still = not now.is_under_way
    _draw_figures(run.id, history, curve, epochs=epochs, best=best, still=still)


def _draw_figures(
    key: str,
    history: Sequence[EpochRow],
    curve: Sequence[tuple[float, float]],
    *,
    epochs: int,
    best: int | None,
    still: bool,
) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        figure = loss_figure(history, curve, epochs=epochs, best=best, still=still)
        st.plotly_chart(figure, key=f"loss-{key}", config=CONFIG)
    with right:
        figure = accuracy_figure(history, epochs=epochs, best=best, still=still)
        st.plotly_chart(figure, key=f"accuracy-{key}", config=CONFIG)
