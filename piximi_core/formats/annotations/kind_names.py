"""Which kind of a project a file means: by its name, or by its id, as Piximi writes it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from piximi_core.formats.annotations.model import ObjectKind

__all__ = ["KindNames", "is_bare_id"]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_bare_id(text: str) -> bool:
    """Whether a text is an id as Piximi makes them, which names nothing to a person."""
    return bool(_ID.fullmatch(text.strip()))


class KindNames:
    """Finds the project's name of a kind.

    Parameters
    ----------
    known
        The project's kinds with their ids.
    default
        The kind of objects for which the file gives none.
    given
        The file's own kinds, as far as it tells names and ids apart.
    answers
        What a person answered: the kind for an id that nobody knows.

    Attributes
    ----------
    asked
        Ids that are still to be answered, with the number of objects; see `count`.
    """

    def __init__(
        self,
        known: Sequence[ObjectKind],
        default: str,
        *,
        given: Sequence[ObjectKind] = (),
        answers: Mapping[str, str] | None = None,
    ) -> None:
        self._names = {kind.name.casefold(): kind.name for kind in known}
        self._by_id = {kind.id: kind.name for kind in known if kind.id}
        self._ids = {kind.name: kind.id for kind in given if kind.id}
        self._answers = answers or {}
        self._default = default
        self.asked: Counter[str] = Counter()

    def find(self, said: str | None) -> str:
        """Return the name of a kind, for the name or id that a file gives.

        A name of the project comes before an id: Piximi makes kinds whose id is a plain word, and
        a person may have called another kind so since.
        """
        # "Image" is the kind of whole images, in Piximi too.
        if not said or said.casefold() == "image":
            return self._default
        for word in (said, self._answers.get(said)):
            if word and word.casefold() in self._names:
                return self._names[word.casefold()]
        for key in (said, self._ids.get(said)):
            if key in self._by_id:
                return self._by_id[key]
        return self._answers.get(said, said)

    def count(self, kind: str) -> None:
        """Count an object of a kind that `find` returned, if it is an id that nobody knows."""
        if is_bare_id(kind) and kind.casefold() not in self._names:
            self.asked[kind] += 1
