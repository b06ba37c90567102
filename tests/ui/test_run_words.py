"""Runs in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.contents.runs import Run
from piximi_core.services.evaluation.run_figures import RunFigure
from piximi_core.services.training.run_report import RunStanding
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.training.run_words import duration, outcome, pace


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (59.4, "59 s"), (89, "1 min"), (3540, "59 min"), (7500, "2 h 5 min")],
)
def test_time_spans_are_coarse(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_pace_says_what_is_known() -> None:
    assert pace({}) == ""
    progress = {"phase": "train", "images_per_second": 1234.5, "seconds_left": 61, "device": "CPU"}
    assert pace(progress) == "1,234 images per second · 1 min left · CPU"


def test_only_what_was_never_learned_from_is_called_unseen() -> None:
    summary = {"epochs": 2, "seconds": 3, "best_epoch": 1, "val_accuracy": 0.5}
    run = Run("a", IMAGE_KIND, 1, "First", {}, (), {}, "", "", summary)
    standing = RunStanding(run, Job(Path("a")), JobState.DONE, False, None, "me")
    unseen = outcome(standing, RunFigure(0.5, 46, None, "choosing"))
    assert "50.0 % of 46 images never seen in training" in unseen
    met = outcome(standing, RunFigure(0.5, 46, None, "labelled"))
    assert "50.0 % of 46 images kept for validation" in met
    assert "never seen" not in met
