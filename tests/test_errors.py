"""Errors quote what strangers wrote only as far as somebody reads it."""

from __future__ import annotations

from piximi_core.errors import BadInput, bounded, shown
from piximi_core.formats.annotations.model import Problem


def test_values_that_nobody_reads_are_cut() -> None:
    text = str(BadInput("The dtype '{dtype}' is not read; export it again.", dtype="x" * 100_000))
    assert len(text) < 400
    assert text.startswith("The dtype 'xxx")
    assert text.endswith("is not read; export it again.")
    assert len(bounded("word " * 10_000)) <= 1200
    assert len(Problem("a", f"Its size is {10**400}.").reason) < 400
    path = "/" + "folder/" * 30 + "a.png"
    assert str(BadInput("There is no file {path}.", path=path)) == f"There is no file {path}."


def test_an_error_with_a_long_value_keeps_its_template() -> None:
    error = BadInput("There is already a category named {name!r}.", name="x" * 300)
    assert error.message.template == "There is already a category named {name!r}."  # type: ignore[attr-defined]
    assert len(str(error)) < 340


def test_shown_values_are_one_line() -> None:
    assert shown("a\nb\x1b[31m") == "a b [31m"
    assert len(shown("x" * 10**7)) == 60
    assert shown(12) == "12"
