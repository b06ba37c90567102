"""How long the command line takes before it does anything, against Python alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.processes import ROOT, NotMeasured, measure
from benchmarks.results import Section, Target, interleaved, median, spread

__all__ = ["run"]

PYTHON, HELP, SMALL, LARGE = "python -c pass", "--help", "info", "info of 100,000 images"
_SIZES = {SMALL: 100, LARGE: 100_000}
# Seconds more than Python alone.
_LIMITS = {HELP: 0.3, SMALL: 0.6, LARGE: 1.5}

_LONGEST_SECONDS = 300


@dataclass(frozen=True)
class _Took:
    """Seconds of the processor, and of the clock."""

    busy: float
    clock: float


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure help, and what is in a small and in a large project."""
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as text:
        room = Path(text)
        core = ["-m", "piximi_core"]
        commands: dict[str, list[str]] = {PYTHON: ["-c", "pass"], HELP: [*core, "--help"]}
        for name, count in _SIZES.items():
            say(f"  making a project of {count:,} images")
            project = room / str(count)
            measure("projects.rows", {"project": str(project), "images": count})
            commands[name] = [*core, "info", str(project)]
        took = interleaved(
            {name: partial(_took, arguments) for name, arguments in commands.items()}, repeats, say
        )
    more = {name: _more(took[name], took[PYTHON]) for name in _LIMITS}
    return Section(
        title="Start of the command line",
        header=["Seconds", "processor", f"more than {PYTHON}", "clock"],
        rows=[
            [
                name,
                spread([one.busy for one in found]),
                spread(more[name]) if name in more else "",
                spread([one.clock for one in found]),
            ]
            for name, found in took.items()
        ],
        how=[
            f"`python -m piximi_core` with what the row says, each in a fresh process, against "
            f"`{PYTHON}` in the same round. What is promised is processor time, which is the "
            "clock's on a machine that does nothing else; modules are compiled before."
        ],
        targets=[
            Target(f"{name}: more than {PYTHON}", median(more[name]), limit, "s", at_least=False)
            for name, limit in _LIMITS.items()
        ],
    )


def _took(arguments: Sequence[str]) -> _Took:
    before, begun = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    clock, after = time.perf_counter() - begun, os.times()
    if done.returncode != 0:
        raise NotMeasured(f"{' '.join(arguments)} failed")
    children = after.children_user + after.children_system
    return _Took(children - before.children_user - before.children_system, clock)


def _more(found: Sequence[_Took], python: Sequence[_Took]) -> list[float]:
    return [one.busy - alone.busy for one, alone in zip(found, python, strict=True)]
