"""Names from right to left stay apart from numbers beside them; steps say whose they are."""

from __future__ import annotations

import pytest

from piximi_core.project.database.history import Step
from piximi_core.project.database.store import current_user
from piximi_ui.base import context
from piximi_ui.language.texts import apart, plain

ARABIC = "خلايا الدم (RBC) 12"


def test_a_name_from_right_to_left_is_isolated_and_others_are_left_alone() -> None:
    assert plain("RBC_2") == "RBC\\_2"
    assert apart("Größe 細胞 12") == "Größe 細胞 12"
    assert apart(ARABIC) == f"\u2068{ARABIC}\u2069"
    assert (
        plain(ARABIC)
        == f"\u2068{ARABIC.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}\u2069"
    )


@pytest.mark.parametrize("mark", "\u202a\u202b\u202d\u202e\u202c\u2066\u2067\u2068\u2069")
def test_a_name_ends_its_isolation_by_no_mark_of_its_own(mark: str) -> None:
    assert apart(f"a{mark}b") == "\u2068ab\u2069"


def test_a_step_says_whose_it_is_and_when_unless_this_window_has_just_done_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(context, "opened_at", lambda: "2026-11-29T12:00:00.000+00:00")
    monkeypatch.setattr(context, "who", lambda: None)
    monkeypatch.setattr(context, "when", lambda moment: moment[11:16])
    me, before, after = (
        current_user(),
        "2026-11-29T09:30:00.000+00:00",
        "2026-11-29T12:01:00.000+00:00",
    )
    words = {
        (who, at): context.step_in_words(Step(1, "Label 1 image", who, at, False))
        for who, at in [(me, after), (me, before), ("Ben", after)]
    }
    assert words[me, after] == "Label 1 image"
    assert words[me, before] == "Label 1 image (of 09:30)"
    assert words["Ben", after] == "Label 1 image (by Ben, 12:01)"


@pytest.mark.parametrize(
    "name", ["http://a.b/c", "www.a.b", "ada@lab.example", ":smile:", ":material/home:", "a -> b"]
)
def test_what_markdown_finds_in_plain_text_is_broken_by_nothing_that_shows(name: str) -> None:
    shown = plain(name)
    assert shown.replace("\u2060", "").replace("\\", "") == name
    assert name not in shown.replace("\\", "")
