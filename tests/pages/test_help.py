"""The help pages: every question, each with an address; in English where it is not translated."""

from __future__ import annotations

import os
import re

import pytest

from piximi_ui.language.glossary import terms
from piximi_ui.language.languages import ENGLISH, LANGUAGES
from piximi_ui.shell.help_pages import QUESTIONS, answer
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "piximi_ui" / "help"
ALL = {name for names in QUESTIONS.values() for name in names}
PLACES = {f"{chapter}/{name}.md" for chapter, names in QUESTIONS.items() for name in names}
CODE = re.compile(r"`[^`]+`|\]\([^)]*\)")
# A language may come without a help; one that it has must be whole where the suite decides.
WRITTEN = sorted({path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("*.md")})
TRANSLATED = sorted(
    (path.parts[-3], path.stem) for path in FOLDER.glob("*/*/*.md") if path.parts[-3] != ENGLISH
)


@pytest.mark.parametrize("language", WRITTEN)
def test_every_help_answers_the_questions_that_are_asked(language):
    assert language in LANGUAGES
    folder = FOLDER / language
    answered = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    assert answered - PLACES == set()
    if language == ENGLISH or os.environ.get("CI") == "true":
        assert PLACES - answered == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_answered_in_every_language(language):
    for name in ALL:
        question, text = answer(name, language)
        assert question.endswith("?")
        assert len(text) > 200


@pytest.mark.parametrize(("language", "name"), TRANSLATED)
def test_a_translation_names_the_same_files_and_links(language, name):
    english, said = (sorted(CODE.findall(answer(name, each)[1])) for each in (ENGLISH, language))
    assert english == said


def test_an_answer_that_nobody_has_translated_is_given_in_english():
    assert answer("undo", "xx") == answer("undo", ENGLISH)


def test_files_and_variables_that_the_answers_name_exist():
    named = re.compile(r"`(PIXIMI_\w+|[\w-]+\.(?:json|csv|npz|log|sqlite)|docs/[\w.]+)(?:=1)?`")
    words = {word for name in ALL for word in named.findall(answer(name, "en")[1])}
    source = "\n".join(
        path.read_text("utf-8")
        for room in ("piximi_core", "piximi_ui")
        for path in sorted((REPOSITORY / room).rglob("*.py"))
    )
    known = {word for word in words if word in source or (REPOSITORY / word).is_file()}
    assert words - known == set()
    assert {"PIXIMI_OFFLINE", "data.csv", "docs/hosting.md"} <= words


def test_the_list_leads_to_every_question(open_page):
    page = open_page("help")
    assert page.main.title[0].value == "Help"
    links = {link.proto.label: link.proto.query_string for link in page.main.get("page_link")}
    for name in ALL:
        assert links[answer(name, "en")[0]] == f"q={name}"
    assert links["Keyboard and mouse"] == "q=keyboard"
    assert links["What the words mean"] == "q=words"


def test_a_question_has_an_address(open_page):
    page = open_page("help", q="two-runs")
    assert page.main.title[0].value == answer("two-runs", "en")[0]
    assert "bit for bit" in page.main.markdown[-1].value


def test_every_word_is_explained(open_page):
    shown = open_page("help", q="words").main.markdown[-1].value
    assert shown.count("\n- ") == len(terms()) - 1


def test_the_keys_are_listed(open_page):
    assert "Ctrl+Z" in open_page("help", q="keyboard").main.markdown[-1].value
