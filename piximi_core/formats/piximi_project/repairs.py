"""What was repaired or left out of a file, each sort told once with the names it concerns."""

from __future__ import annotations

from piximi_core.images import safe_name

__all__ = ["Repairs"]

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

    def sentences(self) -> list[str]:
        """Return one line for each sort: the sentence, then how often and where."""
        return [self._line(what) for what in self._counts]

    def _line(self, what: str) -> str:
        names, count = self._found[what], self._counts[what]
        if not names:
            return what
        more = f" +{count - len(names):,}" if count > len(names) else ""
        return f"{what} ({count:,}: {', '.join(names)}{more})"
