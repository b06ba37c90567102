"""The core's own sentences in another language.

The core speaks English and knows of no other. Its sentences are collected from its source as
templates (``The run {name} has no classifier yet.``); a sentence is recognised by the words that
stand around its values, and said anew around the same values. What a person typed (a name, a path)
is said as it was typed; the other values are the program's own words and numbers, which are said
in the language too. A template's placeholders tell which is which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from piximi_ui.languages import CORE, ENGLISH, messages
from piximi_ui.numerals import localized

__all__ = ["Sentences", "in_language"]

_PLACE = re.compile(r"\{([a-z_0-9]*)\}")
# Placeholders that hold what people typed: names of categories, files, runs and folders, addresses.
_TYPED = frozenset(
    (
        *("address", "base", "basename", "category", "class_name", "clean", "cleaned", "filename"),
        *("folder", "found", "holder", "host", "inner", "label", "listed", "member", "name"),
        *("name2", "named", "names", "out", "override", "parent", "path", "request", "run"),
        *("safe_name", "seen", "shortened", "shown", "stem", "target", "who"),
    )
)
# The same, where a placeholder is typed in one template and the program's own word in others.
_TYPED_IN = {"Change name to {value}": frozenset({"value"})}
_COUNT = re.compile(r"-?\d[\d,]*(\.\d+)?")
_DEEPEST = 3
_LONGEST = 4000


class _Template(NamedTuple):
    pieces: tuple[str, ...]  # what stands before, between and after the values
    names: tuple[str, ...]
    typed: frozenset[str]  # those of the names whose values are said as they are
    said: str

    @classmethod
    def of(cls, template: str, said: str) -> _Template:
        parts = _PLACE.split(template)
        names = tuple(parts[1::2])
        typed = _TYPED | _TYPED_IN.get(template, frozenset())
        return cls(tuple(parts[::2]), names, typed.intersection(names), said)

    def values(self, text: str) -> list[str] | None:
        """Return the values with which the template gives the text; None if none do."""
        first, *between, last = self.pieces
        end = len(text) - len(last)
        if len(first) > end or not text.startswith(first) or not text.endswith(last):
            return None
        found, at = [], len(first)
        # Leftmost places are enough: if any choice of places fits, this one does.
        for piece in between:
            place = text.find(piece, at, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(piece)
        found.append(text[at:end])
        counts = (v for name, v in zip(self.names, found, strict=True) if name == "n")
        return found if all(_COUNT.fullmatch(value) for value in counts) else None


class Sentences:
    """Recognises sentences by their templates.

    Parameters
    ----------
    said
        What to say for each template; both hold the same ``{values}``.
    language
        Whose numerals replace the English ones among the values.

    Examples
    --------
    >>> Sentences({"Label {n} images": "Etiquetar {n} imágenes"}, "es").say("Label 1,200 images")
    'Etiquetar 1.200 imágenes'
    """

    def __init__(self, said: Mapping[str, str], language: str) -> None:
        self._language = language
        self._whole = {key: value for key, value in said.items() if not _PLACE.search(key)}
        # The most telling first: the more words of its own, the less likely a mistake.
        self._templates = sorted(
            (_Template.of(key, value) for key, value in said.items() if key not in self._whole),
            key=lambda template: -sum(map(len, template.pieces)),
        )

    def say(self, text: str) -> str:
        """Return a sentence in the language; one that is not known stays as it is."""
        return self._say(text, 0) if len(text) <= _LONGEST else text

    def _say(self, text: str, depth: int) -> str:
        if text in self._whole:
            return self._whole[text]
        if _COUNT.fullmatch(text):
            return localized(text, self._language)
        for template in self._templates if depth < _DEEPEST else ():
            values = template.values(text)
            if values is not None:
                said = {
                    name: value if name in template.typed else self._say(value, depth + 1)
                    for name, value in zip(template.names, values, strict=True)
                }
                return _filled(template.said, said)
        return text


def _filled(said: str, values: Mapping[str, str]) -> str:
    # Not str.format: a value may hold braces of its own.
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), said)


@cache
def _sentences(language: str) -> Sentences:
    known = (message for message in messages(language) if message.context == CORE)
    return Sentences({str(m.id): str(m.string) for m in known if m.string}, language)


@lru_cache(maxsize=4096)
def in_language(text: str, language: str) -> str:
    """Return one of the core's sentences, or a few in a row, in a language."""
    return text if language == ENGLISH else _sentences(language).say(text)
