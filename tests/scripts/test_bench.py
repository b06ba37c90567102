"""``python -m benchmarks``: what goes wrong with one figure lets the others run, and is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import machine, report
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


def test_figures_of_another_machine_stay_and_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "performance.md"

    def measured(title: str, processor: str, version: str) -> str:
        lines = [f"Processor: {processor}", "Graphics: none", "System: Linux", version, "Browser"]
        monkeypatch.setattr(machine, "describe", lambda: lines)
        section = Section(title, ["Seconds", "ours"], [["All of it", title]], ["By hand."])
        report.write([section], [], 3, 0.1, document)
        return document.read_text()

    measured("Old", "slow one", "Python 3.11")
    text = measured("New", "fast one", "Python 3.11")
    assert text.count("On another machine") == 1
    assert "On another machine (Processor: slow one). Measured on " in text
    assert "- Processor: fast one" in text
    assert "- Processor: slow one" not in text
    text = measured("Newer", "third one", "Python 3.11")
    assert text.count("On another machine (Processor: slow one). Measured") == 1
    assert text.count("On another machine (Processor: fast one). Measured") == 1
    text = measured("Old", "third one", "Python 3.11")
    assert "slow one" not in text, "what was measured anew belongs to the machine at hand"
    text = measured("Last", "third one", "Python 3.12")
    assert "| All of it | Last |" in text
    assert "Newer" not in text
