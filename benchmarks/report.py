"""The document docs/performance.md: a run writes the figures that it measured, the others stay."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.processes import ROOT
from benchmarks.results import Section

__all__ = ["DOCUMENT", "section_text", "write"]

DOCUMENT = ROOT / "docs" / "performance.md"
_BUSY = 0.5
_SUMMARY = "Targets"
# Where the lines of `machine.describe` tell of versions, no more of the machine.
_VERSIONS = 3
_ELSEWHERE = "On another machine"


def write(
    sections: Iterable[Section], missing: Sequence[str], repeats: int, load: float, path: Path
) -> None:
    """Write what was measured into the document.

    Figures that were not measured now stay: those of another machine name it, those of other
    versions are dropped.

    Parameters
    ----------
    missing
        What could not be measured, one sentence each.
    repeats
        Rounds of each figure.
    load
        Processes that wanted a core during the minute before the run.
    """
    described = machine.describe()
    texts = _kept(path.read_text(encoding="utf-8"), described) if path.exists() else {}
    circumstances = _circumstances(repeats, load)
    for section in sections:
        texts[section.title] = f"{circumstances}\n\n{section_text(section)}"
    parts = [
        "# Performance",
        "Written by `scripts/bench`, which measures on the machine at hand; do not edit it. A "
        "ratio is taken round by round, against the peer named, on the same machine in the same "
        "minutes; ranges in brackets. Nothing here is asserted by tests.",
        "\n".join(f"- {line}" for line in described),
        f"## {_SUMMARY}",
        _summary(texts),
        "\n".join(f"- {line}" for line in missing),
        *(f"## {title}\n\n{text}" for title, text in texts.items()),
    ]
    path.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def section_text(section: Section) -> str:
    """Return one figure as Markdown, without its heading."""
    promised = ["What", "Promised", "Measured", ""]
    parts = [
        *section.how,
        _table(section.header, section.rows),
        "\n".join(f"- {note}" for note in section.notes),
        _table(promised, [target.cells() for target in section.targets]) if section.targets else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _sections_of(document: str) -> dict[str, str]:
    """Return the text of each figure in a document by its title."""
    pieces = re.split(r"^## (.+)$", document, flags=re.MULTILINE)
    found = zip(pieces[1::2], pieces[2::2], strict=True)
    return {title: text.strip() for title, text in found if title != _SUMMARY}


def _kept(document: str, described: Sequence[str]) -> dict[str, str]:
    """Return the figures of a document that hold for the present versions, by their titles."""
    before = re.findall(r"^- (.+)$", document.partition("\n## ")[0], flags=re.MULTILINE)
    if before[_VERSIONS:] != list(described[_VERSIONS:]):
        return {}
    texts = _sections_of(document)
    if before == list(described):
        return texts
    elsewhere = f"{_ELSEWHERE} ({before[0]})."
    return {
        title: text if text.startswith(_ELSEWHERE) else f"{elsewhere} {text}"
        for title, text in texts.items()
    }


def _circumstances(repeats: int, load: float) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    rounds = f"medians of {repeats} interleaved rounds" if repeats > 1 else "a single round"
    text = f"Measured on {today}: {rounds}; load before the run: {load:.1f} processes."
    if load < _BUSY:
        return text
    return f"{text} The machine was busy with other things, so single figures may be off."


def _summary(texts: Mapping[str, str]) -> str:
    lines = [line for text in texts.values() for line in text.splitlines()]
    met = sum(line.endswith("| met |") for line in lines)
    missed = [line for line in lines if line.endswith("| **missed** |")]
    if not missed:
        return f"All {met} targets are met."
    head = ["What", "Promised", "Measured", ""]
    rows = [row.strip("| ").split(" | ") for row in missed]
    return f"{met} of {met + len(missed)} targets are met. Missed:\n\n{_table(head, rows)}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
