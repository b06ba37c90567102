"""Names that are given once among the things of a kind."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["UniqueNames"]


class UniqueNames:
    """Gives each name once; the last number of each is remembered, so that many are quick.

    Parameters
    ----------
    taken
        The names that there are already.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._last: dict[tuple[str, str], int] = {}  # lower numbers are all taken

    def take(self, stem: str, suffix: str = "") -> str:
        """Return the name, or with ``_1``, ``_2``, … before its suffix if it is taken."""
        name = f"{stem}{suffix}"
        if name in self._taken:
            return self.take_numbered(stem, suffix)
        self._taken.add(name)
        return name

    def take_numbered(self, stem: str, suffix: str = "") -> str:
        """Return the name with its next free number."""
        number = self._last.get((stem, suffix), 0) + 1
        while (name := f"{stem}_{number}{suffix}") in self._taken:
            number += 1
        self._last[stem, suffix] = number
        self._taken.add(name)
        return name
