"""Runs in words."""

from __future__ import annotations

import pytest

from piximi_ui.training.run_words import duration, pace


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
