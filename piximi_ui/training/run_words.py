"""Runs in words: their state, how far they are, what came of them."""

from __future__ import annotations

from typing import Any

from piximi_core.jobs.folder import JobState
from piximi_core.messages import Message
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.evaluation.run_figures import RunFigure
from piximi_core.services.training.run_report import RunStanding
from piximi_ui.base.kinds import of_kind
from piximi_ui.language.texts import _, number, percent, plain, plural

__all__ = ["badge", "duration", "outcome", "pace", "state_word"]


def state_word(run: RunStanding) -> str:
    """Return the state of a run in one or two words."""
    if is_imported(run.run):
        return _("Brought in")
    if run.is_under_way:
        return _("Waiting") if run.state is JobState.QUEUED else _("Training")
    if run.state is JobState.DONE:
        return _("Stopped early") if run.stopped else _("Done")
    words = {
        JobState.STOPPED: _("Stopped"),
        JobState.FAILED: _("Failed"),
        JobState.INTERRUPTED: _("Interrupted"),
    }
    return words[run.state]


def badge(run: RunStanding) -> tuple[str, str]:
    """Return the icon and colour of a run's state."""
    if is_imported(run.run):
        return (":material/input:", "green")
    if run.is_under_way:
        waiting = run.state is JobState.QUEUED
        return (
            (":material/hourglass_top:", "gray") if waiting else (":material/play_arrow:", "blue")
        )
    looks = {
        JobState.DONE: (":material/check_circle:", "green"),
        JobState.STOPPED: (":material/stop_circle:", "gray"),
        JobState.FAILED: (":material/error:", "red"),
        JobState.INTERRUPTED: (":material/power_off:", "orange"),
    }
    return looks[run.state]


def duration(seconds: float) -> str:
    """Return a time span as people say it, coarse enough not to flicker."""
    if seconds < 60:
        return _("{n} s").format(n=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def pace(progress: dict[str, Any]) -> str:
    """Return the small figures beside the progress bar: speed, time left, device."""
    parts = []
    if progress.get("images_per_second"):
        speed = float(progress["images_per_second"])
        parts.append(_("{n} images per second").format(n=number(speed)))
    if progress.get("phase") == "train" and progress.get("seconds_left") is not None:
        parts.append(_("{time} left").format(time=duration(float(progress["seconds_left"]))))
    if progress.get("device"):
        parts.append(str(progress["device"]))
    return " · ".join(parts)


def outcome(run: RunStanding, figure: RunFigure | None) -> str:
    """Return what came of a finished run, in one sentence.

    Its figure is that of the images it was validated on, by the labels of today.
    """
    summary = run.run.summary or {}
    if is_imported(run.run):
        text = _(
            "From {sort}, where it is called {name}. It learned from no image of this project; "
            "Evaluate tells how good it is here."
        )
        origin = summary["imported"]
        return text.format(sort=origin["sort"], name=f"**{plain(origin['name'], 60)}**")
    epochs = plural("{n} epoch", "{n} epochs", int(summary.get("epochs", 0)))
    took = duration(float(summary.get("seconds", 0)))
    best = _("best in epoch {n}").format(n=summary.get("best_epoch"))
    if figure is None and summary.get("val_accuracy") is not None:
        return f"{_('Nothing of what it was validated on is left.')} {epochs}, {best}, {took}."
    if figure is None:
        text = of_kind(
            run.run.kind_id,
            Message(
                "Right on {share} of the {things} it learned from; none were kept for validation."
            ),
        )
        return (
            text.format(share=percent(summary.get("accuracy", 0))) + f" {epochs}, {best}, {took}."
        )
    kind_id = run.run.kind_id
    text = (
        of_kind(
            kind_id,
            Message(
                "Right on {share} of {n} {things} never seen in training, but used to choose the "
                "best epoch."
            ),
        )
        if figure.basis == "choosing"
        else of_kind(
            kind_id,
            Message(
                "Right on {share} of {n} {things} kept for validation; some of them, or others "
                "from the same source, may have been learned from before."
            ),
        )
    )
    found = text.format(share=percent(figure.accuracy), n=number(figure.count))
    return f"{found} {epochs}, {best}, {took}."
