"""Saying in one sentence what is wrong with a setting that a person wrote."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from piximi_core.errors import BadInput
from piximi_core.messages import Message

__all__ = ["check_known", "read_json", "sentence"]

_LONGEST_SHOWN = 60

# Pydantic's words, and a person's.
_WORDS = {
    "a valid integer": Message("a whole number"),
    "a valid number": Message("a number"),
    "a valid boolean": Message("true or false"),
    "a valid string": Message("a text"),
}
_LIMITS = {
    "greater than or equal to ": Message("at least {limit}"),
    "less than or equal to ": Message("at most {limit}"),
}


def check_known(key: str, names: Iterable[str]) -> None:
    """Refuse an unknown setting by naming the nearest known one.

    Raises
    ------
    BadInput
        `key` is not among `names`.
    """
    names = list(names)
    if key in names:
        return
    near = difflib.get_close_matches(key.lower(), names, n=1, cutoff=0.0)[0]
    raise BadInput(
        "There is no setting '{key}'; the nearest one is '{near}'.", key=_shortened(key), near=near
    )


def read_json(key: str, text: str, example: object) -> Any:
    """Read the value of a setting that is not text.

    Raises
    ------
    BadInput
        It is no JSON; the sentence shows the example.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput(
            "The setting '{key}' cannot be '{text}'; write a value such as {key}={example}.",
            key=key,
            text=_shortened(text),
            example=json.dumps(example),
        ) from None


def sentence(error: ValidationError, expected: Mapping[str, str]) -> str:
    """Say the first of pydantic's complaints.

    Parameters
    ----------
    error
        What pydantic raised.
    expected
        What to say of settings for which pydantic's own words are too technical.
    """
    first = error.errors()[0]
    key = str(first["loc"][0])
    reason = _plain(str(first["msg"]).removeprefix("Input ").removeprefix("should be "))
    shown = _shortened(json.dumps(first["input"], default=str, ensure_ascii=False))
    return Message(
        "The setting '{key}' must be {expected}, not {shown}.",
        key=key,
        expected=expected.get(key, reason),
        shown=shown,
    )


def _plain(reason: str) -> str:
    for technical, limit in _LIMITS.items():
        if reason.startswith(technical):
            return limit.with_values(limit=reason.removeprefix(technical))
    for technical, plain in _WORDS.items():
        if reason == technical:
            return plain
        reason = reason.replace(technical, plain)
    return reason


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
