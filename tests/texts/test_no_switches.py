"""What the dashboard may show names no switch of the command line: nobody can press one there."""

from __future__ import annotations

import re

from tests.texts.collect import collect

_SWITCH = re.compile(r"(?<![\w-])--[a-z]")
_COMMAND_LINE_ONLY = {
    "Give --channels N.",
    "Give --time N for one of them, or --time planes for all.",
}


def test_no_text_of_the_dashboard_names_a_switch() -> None:
    texts = {message.text for message in collect().found.values()}
    assert {text for text in texts if _SWITCH.search(text)} - _COMMAND_LINE_ONLY == set()
