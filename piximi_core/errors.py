"""The errors a person can cause, each carrying one sentence that says what to do."""

from __future__ import annotations

import re

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
    "shown",
]

# Longer than any path or name that a person recognises, and than any sentence of ours.
_LONGEST_WORD, _LONGEST_TEXT = 300, 1200
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")


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


def bounded(text: str) -> str:
    """Return a sentence with what is too long in it cut: the last guard for values of strangers."""
    cut = _LONG_WORD.sub(lambda word: _cut(word[0], _LONGEST_WORD), text)
    return _cut(cut, _LONGEST_TEXT)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 3
    return f"{text[: longest - 1 - tail]}…{text[-tail:]}"


class PiximiError(Exception):
    """A mistake or obstacle a person can mend; the text says what, where and what to do.

    Values in the text that are longer than anybody reads are cut.

    Attributes
    ----------
    on_command_line
        What the command line adds: the option that mends it, which a dashboard does not have.
    """

    on_command_line: str = ""

    def __init__(self, text: str = "", on_command_line: str | None = None) -> None:
        super().__init__(bounded(text))
        if on_command_line is not None:
            self.on_command_line = on_command_line


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
