"""``python -m benchmarks``: measure figures and write them into docs/performance.md."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial

from benchmarks import machine, report
from benchmarks.measured import (
    adding,
    annotating,
    annotating_hand,
    annotating_large,
    archive,
    attack,
    first_point,
    gallery,
    labelling,
    large_project,
    million,
    outlining,
    pages,
    people,
    piximi_project,
    prediction,
    reading,
    starting,
    training,
)
from benchmarks.processes import NotMeasured
from benchmarks.results import Section

_FIGURES: dict[str, Callable[[int, Callable[[str], None]], Section]] = {
    "training": training.run,
    "prediction": prediction.run,
    "reading": reading.run,
    "adding": adding.run,
    "pages": pages.run,
    "first-point": first_point.run,
    "gallery": gallery.run,
    "labelling": labelling.run,
    "annotating": annotating.run,
    "annotating-hand": annotating_hand.run,
    "annotating-large": annotating_large.run,
    "outlining": outlining.run,
    "people": people.run,
    "piximi": piximi_project.run,
    "archive": archive.run,
    "large": large_project.run,
    "million": million.run,
    "attack": attack.run,
    "start": starting.run,
}


def main() -> int:
    """Measure what was asked for; exit with 1 if a figure was not measured."""
    options = _options()
    begun = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - begun:4.0f} s] {line}", file=sys.stderr, flush=True)

    load = machine.load()
    sections, missing = [], []
    for name in _chosen(options.only):
        say(f"{name}, rounds: {options.repeats}")
        try:
            measure = _FIGURES[name]
            if name == "people":
                measure = partial(people.run, seconds=options.seconds)
            sections.append(measure(options.repeats, say))
        except Exception as error:
            # Whatever went wrong with one figure, the others are measured.
            if not isinstance(error, NotMeasured):
                traceback.print_exc()
            missing.append(f"{name.capitalize()} was not measured: {_in_a_line(error)}.")
            say(missing[-1])
    _show(sections, say)
    if options.dry_run:
        say(f"{report.DOCUMENT.name} is left as it is.")
    else:
        report.write(sections, missing, options.repeats, load, report.DOCUMENT)
        say(f"{report.DOCUMENT.name} is written.")
    return 1 if missing else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=main.__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=_FIGURES,
        help="measure this figure, and leave the others in the document; may be repeated",
    )
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    parser.add_argument("--repeats", type=int, default=5, help="rounds of each figure (5)")
    parser.add_argument(
        "--seconds", type=float, default=300.0, help="how long twenty people label (300)"
    )
    options = parser.parse_args()
    if options.repeats < 1:
        parser.error("--repeats needs a number from 1 up.")
    return options


def _in_a_line(error: Exception) -> str:
    """Return what went wrong without its last full stop, short enough for the document."""
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return (first or type(error).__name__)[:200]


def _chosen(only: list[str] | None) -> list[str]:
    """Return the figures to measure; one that was asked for brings along those named after it."""
    if not only:
        return list(_FIGURES)
    return [name for name in _FIGURES if any(f"{name}-".startswith(f"{one}-") for one in only)]


def _show(sections: list[Section], say: Callable[[str], None]) -> None:
    for section in sections:
        print(f"{section.title}\n\n{report.section_text(section)}", flush=True)
        for target in section.targets:
            say(" | ".join(target.cells()))


if __name__ == "__main__":
    raise SystemExit(main())
