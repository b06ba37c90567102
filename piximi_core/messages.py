"""What the core says to people: a template and its values, so that it can be said in any language.

A `Message` is English text, and works wherever a text does; besides, it knows from what template
and values it was made. The interface looks the template up in its catalogue, with the form that
fits the number, and puts the values in: what a person typed stays as it was typed, numbers are
written as the language writes them, and a value that is itself a message is translated too.

In files and in the database a message is kept as template and values (`to_json`, `to_text`). What
earlier programs kept there as plain text is read as plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, Self

__all__ = ["Message", "from_json", "from_text", "in_a_row", "to_json", "to_text", "word"]

# "{name}", "{name!r}" for a name in quotes, "{things!c}" for a word that begins a sentence,
# "{count:,}" for a number in a form of its own; the "{n}" of a plural has its thousands apart
# without being told. No more than these: a template may come from a file of a stranger, and
# str.format would read attributes.
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(!r|!c)?(?::(,|,?(?:\.\d)?[fg]))?\}")
_KEYS = ({"template", "values"}, {"template", "plural", "values"})
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# What is read from files: nothing of ours is longer or lies deeper.
_LONGEST, _DEEPEST = 4000, 6


class Message(str):
    """A text made from a template and values; it never changes.

    As a text it is English. `str` gives the message itself, so that an error's text is still a
    message; joining it to other texts gives plain English, which is why a message becomes a value
    of another one instead.

    Parameters
    ----------
    template
        The text with ``{places}``, always written out where it is made: that is how the texts to
        translate are collected.
    values
        What stands in the places: texts, numbers, other messages, errors (what they say), and
        sequences of these, which are written with commas between.

    Examples
    --------
    >>> Message("Create category {name}", name="Box")
    'Create category Box'
    >>> Message.plural("Delete {n} image", "Delete {n} images", n=1200)
    'Delete 1,200 images'
    """

    __slots__ = ("_many", "_template", "_values")

    _many: str | None
    _template: str
    _values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: object) -> Self:
        return cls._made(template, None, {name: _value(value) for name, value in values.items()})

    @classmethod
    def plural(cls, one: str, many: str, /, *, n: int, **values: object) -> Self:
        """Return the message in the form that fits the number `n`."""
        return cls._made(one, many, {name: _value(v) for name, v in {"n": n, **values}.items()})

    @classmethod
    def _made(cls, template: str, many: str | None, values: dict[str, Any]) -> Self:
        chosen = many if many is not None and values["n"] != 1 else template
        self = super().__new__(cls, _filled(chosen, values, str, str))
        object.__setattr__(self, "_template", str.__str__(template))
        object.__setattr__(self, "_many", many)
        object.__setattr__(self, "_values", MappingProxyType(values))
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A message does not change: {name}")

    def __str__(self) -> str:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (self._template, self._many, dict(self._values))

    @property
    def template(self) -> str:
        """The template; of one that has forms for numbers, that of one thing."""
        return self._template

    @property
    def many(self) -> str | None:
        """The template of several things, None where there is one form."""
        return self._many

    @property
    def values(self) -> Mapping[str, Any]:
        """What stands in the places."""
        return self._values

    def said(
        self, translated: Callable[[Message], str], written: Callable[[str], str] = str
    ) -> str:
        """Return the message in another language.

        Parameters
        ----------
        translated
            Return the template that says a message in the language.
        written
            Return a number, written in English, as the language writes it.
        """

        def said(message: Message) -> str:
            return message.said(translated, written)

        return _filled(translated(self), self._values, said, written)

    def with_values(self, **values: object) -> Message:
        """Return the message with some values changed."""
        changed = {name: _value(value) for name, value in values.items()}
        return Message._made(self._template, self._many, {**self._values, **changed})

    def to_json(self) -> dict[str, Any]:
        """Return the message as it is kept in JSON."""
        forms = {} if self._many is None else {"plural": self._many}
        values = {name: _packed(value) for name, value in self._values.items()}
        return {"template": self._template, **forms, "values": values}

    @classmethod
    def from_json(cls, kept: object) -> str:
        """Return a message as it was kept; what was kept as plain text, as plain text."""
        found = from_json(kept)
        return found if isinstance(found, str) else ""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        # In typed requests and results: kept as in every other file.
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.from_json,
            serialization=core_schema.plain_serializer_function_ser_schema(to_json),
        )


def word(text: str) -> Message:
    """Return a word of the program that was kept as plain text (a partition, a value of a setting).

    It is translated if the catalogue has it; never call it with what a person typed.
    """
    return Message._made(text, None, {})


def in_a_row(sentences: Sequence[str]) -> Message:
    """Return several sentences as one message, with blanks between."""
    values = {f"sentence_{number}": _value(one) for number, one in enumerate(sentences)}
    return Message._made(" ".join(f"{{{name}}}" for name in values), None, values)


def to_json(value: Any) -> Any:
    """Return something made of mappings, sequences and texts, with its messages as JSON keeps them.

    Examples
    --------
    >>> to_json({"error": Message("No room for {name}.", name="a.png")})
    {'error': {'template': 'No room for {name}.', 'values': {'name': 'a.png'}}}
    """
    if isinstance(value, Message):
        return value.to_json()
    if isinstance(value, Mapping):
        return {key: to_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(inner) for inner in value]
    return value


def from_json(kept: Any) -> Any:
    """Return what `to_json` was given; what holds no messages stays as it is."""
    if isinstance(kept, Mapping):
        found = _message(kept, 0) if kept.keys() in _KEYS else None
        return found or {key: from_json(inner) for key, inner in kept.items()}
    if isinstance(kept, list):
        return [from_json(inner) for inner in kept]
    return kept


def to_text(text: str) -> str:
    """Return a message as it is kept where there is room for a text only; a plain text as it is."""
    if isinstance(text, Message):
        return json.dumps(text.to_json(), ensure_ascii=False)
    return text


def from_text(kept: str) -> str:
    """Return the message, or the plain text, that `to_text` was given."""
    if not kept.startswith('{"template": '):
        return kept
    try:
        found = from_json(json.loads(kept))
    except (ValueError, RecursionError):
        return kept
    return found if isinstance(found, Message) else kept


def _remade(template: str, many: str | None, values: dict[str, Any]) -> Message:
    return Message._made(template, many, values)


def _message(kept: Mapping[str, Any], depth: int) -> Message | None:
    """Return a message from a file, None if it is not one, or longer than any of ours."""
    template, many, values = kept["template"], kept.get("plural"), kept["values"]
    texts = [template] if many is None else [template, many]
    if not all(isinstance(text, str) and len(text) <= _LONGEST for text in texts):
        return None
    if not isinstance(values, Mapping) or depth > _DEEPEST:
        return None
    if many is not None and not isinstance(values.get("n"), int | float):
        return None
    return Message._made(template, many, {name: _unpacked(v, depth) for name, v in values.items()})


def _unpacked(kept: Any, depth: int) -> Any:
    if isinstance(kept, Mapping):
        if kept.keys() == {"number"} and _NUMBER.fullmatch(str(kept["number"])):
            return Decimal(kept["number"])
        found = _message(kept, depth + 1) if kept.keys() in _KEYS else None
        # What grows at each level is no text of ours: it could be made to fill the memory.
        return "" if found is None else found if len(found) <= _LONGEST else found[:_LONGEST]
    if isinstance(kept, list):
        return tuple(_unpacked(each, depth + 1) for each in kept) if depth <= _DEEPEST else ""
    return _value(kept)


def _packed(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    if isinstance(value, tuple):
        return [_packed(each) for each in value]
    return {"number": str(value)} if isinstance(value, Decimal) else value


def _value(value: object) -> Any:
    """Return a value as a message keeps it: a text, a number, a message, or several of these."""
    if isinstance(value, BaseException):
        value = getattr(value, "message", None) or str(value)
    if isinstance(value, Message | Decimal):
        return value
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list | tuple):
        return tuple(_value(each) for each in value)
    return str.__str__(value) if isinstance(value, str) else str(value)


def _filled(
    template: str,
    values: Mapping[str, Any],
    said: Callable[[Message], str],
    written: Callable[[str], str],
) -> str:
    def text(value: Any, way: str | None, form: str | None) -> str:
        if isinstance(value, tuple):
            return ", ".join(text(each, way, form) for each in value)
        if isinstance(value, int | float | Decimal):
            return written(format(value, form or ""))
        found = said(value) if isinstance(value, Message) else str(value)
        if way == "!c":
            return found[:1].upper() + found[1:]
        return repr(str.__str__(found)) if way == "!r" else found

    def place(match: re.Match[str]) -> str:
        name, way, form = match.groups()
        form = form or ("," if name == "n" else None)
        return text(values[name], way, form) if name in values else match[0]

    return _PLACE.sub(place, template)
