"""The errors a person can cause, each carrying one sentence that says what to do."""

from __future__ import annotations

import re
from typing import Self

from piximi_core.messages import Message, word

__all__ = [
    "AlreadyDone",
    "BadInput",
    "DamagedProject",
    "NoSpace",
    "NotFound",
    "PiximiError",
    "ProjectBusy",
    "StaleWrite",
    "Stopped",
    "bounded",
    "short_enough",
    "shown",
]

# Longer than any path or name that a person recognises, and than any sentence of ours.
_LONGEST_WORD, _LONGEST_TEXT = 300, 1200


def shown(value: object, longest: int = 60) -> str:
    """Return a value as it may stand in a sentence: one line, its middle left out if it is long.

    Examples
    --------
    >>> shown("a" * 50 + "b" * 50, longest=9)
    'aaaaaa…bb'
    """
    # Far more than is shown is never looked at: some values are megabytes of text.
    text = str(value)
    text = _cut(text, 4 * longest) if len(text) > 4 * longest else text
    return _cut(" ".join("".join(c if c.isprintable() else " " for c in text).split()), longest)


def bounded(text: str, longest_word: int = _LONGEST_WORD) -> str:
    """Return a sentence with what is too long in it cut: the last guard for values of strangers."""
    words = re.compile(rf"\S{{{longest_word + 1},}}")
    cut = words.sub(lambda word: _cut(word[0], longest_word), text)
    return _cut(cut, _LONGEST_TEXT)


def short_enough(message: str) -> str:
    """Return a message with the values cut that are too long, a plain text as `bounded` does."""
    if not isinstance(message, Message):
        return bounded(message)
    if bounded(message) == message:
        return message
    # A little shorter than a word may be, for the quotes and commas around them.
    values = {
        name: bounded(value, _LONGEST_WORD - 10) if type(value) is str else value
        for name, value in message.values.items()
    }
    shorter = message.with_values(**values)
    # Many long values, or a long one deep inside: its English then stands for all languages.
    text = bounded(shorter)
    return shorter if text == shorter else Message("{text}", text=text)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 3
    return f"{text[: longest - 1 - tail]}…{text[-tail:]}"


class PiximiError(Exception):
    """A mistake or obstacle a person can mend; the text says what, where and what to do.

    Values in the text that are longer than anybody reads are cut.

    Parameters
    ----------
    template, values
        Those of the `Message`.

    Attributes
    ----------
    message
        What happened, to be said in any language; `str` gives the same.
    on_command_line
        What the command line adds: the option that mends it, which a dashboard does not have.
    """

    on_command_line: str = ""

    def __init__(
        self, template: str = "", /, *, on_command_line: str | None = None, **values: object
    ) -> None:
        made = template if isinstance(template, Message) else Message(template, **values)
        self.message = short_enough(made)
        super().__init__(self.message)
        if on_command_line is not None:
            self.on_command_line = on_command_line

    @classmethod
    def saying(cls, message: str) -> Self:
        """Return the error that says a message which was made elsewhere."""
        return cls(message if isinstance(message, Message) else word(message))


class BadInput(PiximiError):
    """A file, a setting or a value that cannot be used."""


class DamagedProject(BadInput):
    """A project whose database cannot be read; a backup can take its place."""


class NotFound(PiximiError):
    """A project, run or thing that is not there."""


class ProjectBusy(PiximiError):
    """Another program is writing this project."""


class StaleWrite(PiximiError):
    """The project changed since the page was drawn, so the action was not applied."""


class AlreadyDone(PiximiError):
    """The action was carried out before and arrived a second time."""


class NoSpace(PiximiError):
    """The disk is full, or too full for what was asked."""


class Stopped(PiximiError):
    """The person stopped this work."""
