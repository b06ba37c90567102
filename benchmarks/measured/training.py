"""Training: images per second, from the end of the first epoch to the end of the last."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.arrays import training_cases
from benchmarks.chromium import find_chromium
from benchmarks.processes import measure, torch_python
from benchmarks.results import Section, Target, interleaved, median, ratios, spread

__all__ = ["run"]

OURS, OURS_FREE = "ours, repeatable", "ours, not repeatable"
FIT, TORCH, BROWSER = "tf_keras fit", "PyTorch eager", "TensorFlow.js"
_EPOCHS = 6
# Ours, the peer, what the ratio must reach.
_PROMISES = (
    (OURS, FIT, 0.9),
    (OURS, TORCH, 0.9),
    (OURS_FREE, TORCH, 1.0),
    (OURS, BROWSER, 40.0),
)

Answers = dict[str, list[dict[str, Any]]]


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure every competitor that is here."""
    missing = []
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
        cases = training_cases(Path(room))
        task = {"cases": cases, "epochs": _EPOCHS}
        competitors: dict[str, Callable[[], dict[str, Any]]] = {
            OURS: partial(measure, "piximi_training", {**task, "repeatable": True}),
            OURS_FREE: partial(measure, "piximi_training", {**task, "repeatable": False}),
            FIT: partial(measure, "keras_fit", task),
        }
        python = torch_python()
        if python:
            competitors[TORCH] = partial(measure, "pytorch", task, python)
        else:
            missing.append(
                "PyTorch was not measured: it is not installed here. PIXIMI_BENCH_TORCH may name "
                "a Python that has it."
            )
        if find_chromium():
            competitors[BROWSER] = partial(measure, "tfjs", task)
        else:
            missing.append("TensorFlow.js was not measured: Chromium is not on the PATH.")
        for line in missing:
            say(f"  {line}")
        answers = interleaved(competitors, repeats, say)
    names = [case["name"] for case in cases]
    return Section(
        title="Training",
        header=["Images per second", *answers, *_ratio_titles(answers)],
        rows=[_row(name, answers) for name in names],
        how=_how(answers, cases),
        targets=[target for name in names for target in _targets(name, answers)],
        notes=missing,
    )


def _rates(answers: Answers, competitor: str, case: str) -> list[float]:
    return [float(answer["rates"][case]) for answer in answers[competitor]]


def _ratio_titles(answers: Answers) -> list[str]:
    return [f"{ours} / {peer}" for ours, peer, _ in _PROMISES if peer in answers]


def _row(case: str, answers: Answers) -> list[str]:
    rates = [f"{median(_rates(answers, name, case)):,.0f}" for name in answers]
    return [case, *rates, *(spread(found) for found in _compared(case, answers))]


def _compared(case: str, answers: Answers) -> list[list[float]]:
    return [
        ratios(_rates(answers, ours, case), _rates(answers, peer, case))
        for ours, peer, _ in _PROMISES
        if peer in answers
    ]


def _targets(case: str, answers: Answers) -> list[Target]:
    promised = [promise for promise in _PROMISES if promise[1] in answers]
    return [
        Target(f"Training {case}: {ours} / {peer}", median(found), least)
        for (ours, peer, least), found in zip(promised, _compared(case, answers), strict=True)
    ]


def _counts(cases: Sequence[dict[str, Any]], of: str) -> str:
    """Say how many images each case takes."""
    return ", ".join(f"{case[of]:,} images ({case['name']})" for case in cases)


def _how(answers: Answers, cases: Sequence[dict[str, Any]]) -> Sequence[str]:
    about = [runs[0]["about"] for runs in answers.values() if "about" in runs[0]]
    peers = f" Peers: {'; '.join(about)}." if about else ""
    return [
        "Piximi's SimpleCNN, Adam, learning rate 0.001, 10 classes, the same arrays in memory for "
        "all, every competitor in a fresh process. Counted from the end of the first epoch to the "
        f"end of epoch {_EPOCHS}, so that start-up and compilation are left out. An epoch has "
        f"{_counts(cases, 'images')}. Ours is "
        "`piximi_core.classification.training.loop.train` as a run calls it: with progress, a Stop "
        "file to look for and checkpoints on the disk; the others only train.",
        f"The browser, which is slow, learns from the first {_counts(cases, 'browser_images')}: "
        "one epoch to warm up and one measured. Without a graphics card its WebGL is "
        f"software.{peers}",
    ]
