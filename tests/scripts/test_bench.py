"""``python -m benchmarks``: what goes wrong with one figure lets the others run, and is told."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from benchmarks import __main__ as bench
from benchmarks.processes import NotMeasured
from benchmarks.results import Section


def figure(repeats: int, say: Callable[[str], None]) -> Section:
    return Section("A figure", ["Seconds", "ours"], [["All of it", f"{repeats}"]], ["By hand."])


def broken(error: Exception) -> Callable[[int, Callable[[str], None]], Section]:
    def run(repeats: int, say: Callable[[str], None]) -> Section:
        raise error

    return run


@pytest.mark.parametrize(
    ("figures", "status", "said"),
    [
        ({"good": figure}, 0, "A figure"),
        ({"bad": broken(NotMeasured("no Chromium")), "good": figure}, 1, "no Chromium"),
        ({"bad": broken(RuntimeError("still not: x\nstack")), "good": figure}, 1, "still not: x."),
        ({"bad": broken(TimeoutError()), "good": figure}, 1, "Bad was not measured: TimeoutError."),
    ],
)
def test_a_figure_that_fails_says_so_and_lets_the_others_run(
    figures: dict[str, Callable[[int, Callable[[str], None]], Section]],
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bench, "_FIGURES", figures)
    monkeypatch.setattr(sys, "argv", ["scripts/bench", "--dry-run", "--repeats", "3"])
    assert bench.main() == status
    out, err = capsys.readouterr()
    assert "| All of it | 3 |" in out
    assert said in out + err
