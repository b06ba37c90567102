"""What a file refers to by ids: an id that two things have means neither."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from piximi_core.formats.annotations.model import Problem
from piximi_core.messages import Message

__all__ = ["ById"]

_Thing = TypeVar("_Thing")
_Word = Literal["image", "category"]


class ById(Generic[_Thing]):
    """Things by their ids, as they stand in a file; 1 and "1" are one id.

    Attributes
    ----------
    all
        The things, each once, those without a sure id as well.
    """

    def __init__(self) -> None:
        self.all: list[_Thing] = []
        self._by_id: dict[str, _Thing] = {}
        self._twice: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}

    def add(self, thing_id: Any, thing: _Thing, name: str) -> None:
        """Enter a thing; the same one a second time changes nothing."""
        key = str(thing_id)
        first = self._by_id.setdefault(key, thing)
        if first is not thing and first == thing:
            return
        self.all.append(thing)
        if first is not thing:
            self._twice.setdefault(key, [self._names[key]]).append(name)
        self._names.setdefault(key, name)

    def get(self, thing_id: Any) -> _Thing | None:
        """Return the only thing of an id."""
        key = str(thing_id)
        return None if key in self._twice else self._by_id.get(key)

    def why(self, word: _Word, thing_id: Any) -> str:
        """Say why there is none."""
        if str(thing_id) in self._twice:
            return _TWICE[word]
        return Message("Its image is not in the file.") if word == "image" else _NO_CATEGORY

    def problems(self, word: _Word) -> list[Problem]:
        """Return one problem for each id that stands twice."""
        return [
            Problem(", ".join(names)[:200], _SHARED[word].with_values(key=key[:40]))
            for key, names in self._twice.items()
        ]


_NO_CATEGORY = Message("Its category is not in the file.")
_TWICE = {
    "image": Message(
        "Two images of the file have the id that it names; which is meant is not sure."
    ),
    "category": Message(
        "Two categories of the file have the id that it names; which is meant is not sure."
    ),
}
_SHARED = {
    "image": Message("These images have one id, {key}, so no object of that id is brought in."),
    "category": Message(
        "These categories have one id, {key}, so no object of that id is brought in."
    ),
}
