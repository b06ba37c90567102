"""What was repaired or left out of a file, each sort told once with the names it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from piximi_core.images import safe_name

__all__ = ["Repairs", "in_words"]

_NAMED = 3
_SHOWN = 60


class Repairs:
    """Collects what was done to a file that is not as it should be."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def note(self, what: str, name: str = "") -> None:
        """Note one thing; ``what`` is a whole sentence that fits all of its sort."""
        self._counts[what] = self._counts.get(what, 0) + 1
        names = self._found.setdefault(what, [])
        if name and len(names) < _NAMED:
            names.append(safe_name(name, _SHOWN))

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self._counts)

    def listed(self) -> list[dict[str, Any]]:
        """Return one entry for each sort, as JSON has it.

        Returns
        -------
        list
            ``what`` was done, ``count`` how often, and the first ``names`` it concerns.
        """
        return [
            {"what": what, "count": count, "names": self._found[what]}
            for what, count in self._counts.items()
        ]

    def sentences(self) -> list[str]:
        """Return one line for each sort: what was done, and to what."""
        return [in_words(entry) for entry in self.listed()]


def in_words(entry: Mapping[str, Any]) -> str:
    """Return an entry of `Repairs.listed` as one line, in English."""
    names, count = entry["names"], entry["count"]
    if not names:
        return str(entry["what"])
    more = f" and {count - len(names):,} more" if count > len(names) else ""
    return f"{entry['what'].removesuffix('.')}: {', '.join(names)}{more}."
