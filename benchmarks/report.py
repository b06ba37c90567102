"""The document: docs/performance.md, rewritten by every full run."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.processes import ROOT
from benchmarks.results import Section

__all__ = ["DOCUMENT", "section_text", "write"]

DOCUMENT = ROOT / "docs" / "performance.md"


def write(
    sections: Sequence[Section], missing: Sequence[str], repeats: int, load: float, path: Path
) -> None:
    """Write the document.

    Parameters
    ----------
    sections
        What was measured.
    missing
        What was not, one sentence each.
    repeats
        Rounds of each figure.
    load
        Processes that wanted a core during the minute before the run.
    path
        Where it goes.
    """
    path.write_text(_text(sections, missing, repeats, load), encoding="utf-8")


def _text(sections: Sequence[Section], missing: Sequence[str], repeats: int, load: float) -> str:
    targets = [target for section in sections for target in section.targets]
    missed = sum(not target.met for target in targets)
    kept = f"{len(targets) - missed} of {len(targets)} targets are met"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    rounds = f"medians of {repeats} interleaved rounds" if repeats > 1 else "a single round"
    parts = [
        "# Performance",
        "Written by `scripts/bench`, which measures on the machine at hand; do not edit it. "
        f"Measured on {today}: {rounds}; ranges in brackets. "
        "A ratio is taken round by round, against the peer named, on the same machine in the same "
        "minutes. Nothing here is asserted by tests.",
        "\n".join(f"- {line}" for line in machine.describe()),
        _load_text(load),
        "## Targets",
        f"{kept}; {missed} missed." if missed else f"{kept}.",
        _table(["What", "Promised", "Measured", ""], [target.cells() for target in targets]),
        "\n".join(f"- {line}" for line in missing),
        *(f"## {section_text(section)}" for section in sections),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def section_text(section: Section) -> str:
    """Return one figure as Markdown, without the ``##`` of its heading."""
    parts = [
        section.title,
        *section.how,
        _table(section.header, section.rows),
        "\n".join(f"- {note}" for note in section.notes),
    ]
    return "\n\n".join(part for part in parts if part)


def _load_text(load: float) -> str:
    text = f"Load before the run: {load:.1f} processes."
    if load < 0.5:
        return text
    return f"{text} The machine was busy with other things, so single figures may be off."


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
