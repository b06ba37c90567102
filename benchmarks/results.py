"""What a figure gives: a table, the targets it is held to, and how it was measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

__all__ = ["Section", "Target", "interleaved", "median", "ratios", "spread"]

Numbers = Sequence[float]
T = TypeVar("T")


@dataclass(frozen=True)
class Target:
    """A promise and what was measured of it.

    Attributes
    ----------
    promise
        What is promised, as a sentence without its number ("Training against bare fit, …").
    measured, limit
        The two numbers, in the same unit.
    unit
        Written behind both.
    at_least
        Whether the limit is the least allowed or the most.
    digits
        Digits after the point.
    """

    promise: str
    measured: float
    limit: float
    unit: str = "x"
    at_least: bool = True
    digits: int = 2

    @property
    def met(self) -> bool:
        """Whether the promise is kept."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def cells(self) -> list[str]:
        """The target as a row of the table of targets."""
        word = "at least" if self.at_least else "at most"
        return [
            self.promise,
            f"{word} {self.limit:,.{self.digits}f} {self.unit}",
            f"{self.measured:,.{self.digits}f} {self.unit}",
            "met" if self.met else "**missed**",
        ]


@dataclass(frozen=True)
class Section:
    """One figure of the document."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    how: Sequence[str]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = field(default_factory=tuple)


def interleaved(
    competitors: Mapping[str, Callable[[], T]], repeats: int, say: Callable[[str], None]
) -> dict[str, list[T]]:
    """Let all competitors run in turn, several times over.

    Another one begins each round, so that none profits from its place, and whatever else the
    machine does meets all of them alike.

    Returns
    -------
    dict
        The answers of each competitor, in the order of the rounds.
    """
    names = list(competitors)
    answers: dict[str, list[T]] = {name: [] for name in names}
    for number in range(repeats):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            say(f"  round {number + 1} of {repeats}: {name}")
            answers[name].append(competitors[name]())
    return answers


def median(numbers: Numbers) -> float:
    """Return the middle number."""
    return float(statistics.median(numbers))


def ratios(ours: Numbers, theirs: Numbers) -> list[float]:
    """Return ours / theirs, round by round."""
    return [our / their for our, their in zip(ours, theirs, strict=True)]


def spread(numbers: Numbers, digits: int = 2) -> str:
    """Return the median with the range in brackets; the median alone of a single number."""
    text = f"{median(numbers):,.{digits}f}"
    if len(numbers) == 1:
        return text
    return f"{text} ({min(numbers):,.{digits}f}–{max(numbers):,.{digits}f})"
