"""Which tests are to be marked ``slow``: those that take more than about two seconds.

    scripts/test && python -m tests.durations

reads the times of the last run (build/tests/*.xml) and names the tests whose mark and time
disagree, the slowest first. A test is judged by its slowest case, with what it alone sets up. On a
busy machine all times are longer: only a run of its own on a quiet one is a reason to change marks.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

__all__ = ["Timed", "disagreeing", "read"]

SLOW_SECONDS = 2.0
FAST_SECONDS = 1.0  # between the two either is right, so that marks do not come and go
REPORTS = REPOSITORY / "build" / "tests"


@dataclass(frozen=True)
class Timed:
    """One test: its slowest case, and whether it is marked."""

    name: str
    seconds: float
    marked: bool


def read(reports: Iterable[Path]) -> list[Timed]:
    """Return the tests of pytest's reports, the slowest first."""
    tests: dict[str, Timed] = {}
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            function = re.sub(r"\[.*", "", case.get("name", ""), flags=re.DOTALL)
            name = f"{case.get('classname')}::{function}"
            seconds = float(case.get("time", 0))
            marked = case.find("properties/property[@name='slow']") is not None
            before = tests.get(name)
            if before is None or before.seconds < seconds:
                tests[name] = Timed(name, seconds, marked)
    return sorted(tests.values(), key=lambda test: -test.seconds)


def disagreeing(tests: Iterable[Timed]) -> tuple[list[Timed], list[Timed]]:
    """Return which tests lack the mark, and which have it for nothing.

    A browser test is never quick, so it needs no mark.
    """
    judged = [test for test in tests if not test.name.startswith("tests.browser.")]
    lacking = [test for test in judged if not test.marked and test.seconds >= SLOW_SECONDS]
    needless = [test for test in judged if test.marked and test.seconds < FAST_SECONDS]
    return lacking, needless


def main() -> None:
    """Print both lists."""
    reports = sorted(REPORTS.glob("*.xml"))
    if not reports:
        sys.exit("There are no reports in build/tests: run scripts/test first.")
    lacking, needless = disagreeing(read(reports))
    for title, tests in (
        ("Slow, without the mark", lacking),
        ("Marked slow, and quick", needless),
    ):
        sys.stdout.write(f"{title}: {len(tests)}\n")
        for test in tests:
            sys.stdout.write(f"  {test.seconds:6.1f} s  {test.name}\n")


if __name__ == "__main__":
    main()
