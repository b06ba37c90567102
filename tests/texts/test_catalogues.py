"""Every text is in the catalogue, every catalogue says every text, and says it whole."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from piximi_ui.language.languages import ENGLISH, LANGUAGES
from tests.conftest import REPOSITORY
from tests.texts.__main__ import OF_OBJECTS
from tests.texts.collect import Texts, called, collect, collect_from, literal, sources

CATALOGUES = sorted((REPOSITORY / "piximi_ui" / "locale").glob("*.po"))
# What must stand in a translation as it stands in the text: values, icons, code, links, bold.
FIXED = re.compile(r"%\{[^}]*\}|\{[^}]*\}|:material/\w+:|`[^`]*`|\]\([^)]*\)|\*\*|<br>")
# A language may want another number or place for its noun, or say it in another way.
NOUNS = re.compile(r"\{things?(!c)?\}")
# Words that are read wherever Streamlit, Plotly or one of our own functions is given them.
READ = {"label", "help", "title", "placeholder", "body", "text", "caption", "help_text"}
DRAWN = {
    "button", "caption", "checkbox", "color_picker", "date_input", "dialog", "download_button",
    "error", "expander", "file_uploader", "form_submit_button", "header", "info",
    "link_button", "markdown", "metric", "multiselect", "number_input", "page_link", "pills",
    "popover", "radio", "say", "segmented_control", "selectbox", "slider", "spinner", "status",
    "subheader", "success", "tabs", "text_area", "text_input", "title", "toast", "toggle",
    "warning", "write",
}  # fmt: skip
# The name of the program, and what has no language.
AS_IS = {"Piximi Dashboard", "CSV"}


def messages(path: Path) -> dict[tuple[str | None, str], Message]:
    with path.open("rb") as file:
        catalog = read_po(file)
        assert not catalog.obsolete, "python -m tests.texts takes unused texts out"
        return {(m.context, first(m.id)): m for m in catalog if m.id}


def first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_there_is_a_catalogue_for_each_language_but_the_one_of_the_source():
    assert {path.stem for path in CATALOGUES} == set(LANGUAGES) - {ENGLISH}


def test_texts_are_given_as_literals():
    assert collect().wrong == []


@pytest.mark.parametrize(
    "source",
    [
        "raise BadInput(f'There is no {name}.')",
        "raise BadInput('There is no {}.'.format(name))",
        "store.step(Message('Rename to ' + name))",
        "Message.plural('{n} image', more, n=2)",
        "note(Message(text))",
    ],
)
def test_a_text_that_is_put_together_is_refused(source):
    texts = Texts()
    collect_from(ast.parse(source), "piximi_core/a.py", {"BadInput"}, texts)
    assert texts.wrong == ["piximi_core/a.py:1"]


def test_texts_are_found_where_they_are_written_out():
    source = """
raise Lost("No {name}." if there else "No {name} any more.", name=name)
raise BadInput(Message.plural("{n} file is gone.", "{n} files are gone.", n=n))
raise BadInput.saying(reason)
note(Message("{note} {advice}", note=note, advice=Message("Try again.")))
"""
    texts = Texts()
    collect_from(ast.parse(source), "piximi_core/a.py", {"BadInput", "Lost"}, texts)
    assert texts.wrong == []
    assert {(m.text, m.plural) for m in texts.found.values()} == {
        ("No {name}.", None),
        ("No {name} any more.", None),
        ("{n} file is gone.", "{n} files are gone."),
        ("Try again.", None),
    }


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_the_catalogue_has_no_texts_that_the_source_does_not_ask_for(path):
    wanted = set(collect().found)
    of_objects = {(OF_OBJECTS, text) for _context, text in wanted}
    known = messages(path)
    assert sorted(set(known) - wanted - of_objects, key=str) == [], "run python -m tests.texts"
    assert [m.id for m in known.values() if m.fuzzy] == []


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="English is shown until it is said")
@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_the_catalogue_says_all_that_the_source_asks_for(path):
    said = {key for key, m in messages(path).items() if m.string and all(forms(m.string))}
    missing = sorted(set(collect().found) - said, key=str)
    assert missing == [], "say these in the language (python -m tests.texts)"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_translations_keep_values_icons_code_and_the_spaces_around(path):
    wrong = []
    for message in messages(path).values():
        texts = forms(message.id)
        for number, said in enumerate(filter(None, forms(message.string))):  # type: ignore[arg-type]
            text = texts[min(number, len(texts) - 1)]
            fixed = [sorted(FIXED.findall(NOUNS.sub("", each))) for each in (text, said)]
            same = fixed[0] == fixed[1]
            around = [re.findall(r"^\s*|\s*$", each) for each in (text, said)]
            if not same or around[0] != around[1]:
                wrong.append((text, said))
    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_plurals_have_as_many_forms_as_the_language(path):
    with path.open("rb") as file:
        catalog = read_po(file)
    assert [m.id for m in catalog if m.pluralizable and len(m.string) != catalog.num_plurals] == []  # type: ignore[arg-type]


def bare_texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts that are drawn without having passed through the catalogue."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [word.value for word in node.keywords if word.arg in READ]
        if called(node) in DRAWN and not ast.unparse(node.func).startswith("log."):
            given += node.args[:1]
        for value in given:
            for text in _own_words(value):
                yield node.lineno, text


def _own_words(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.JoinedStr):
        for part in value.values:
            yield from _own_words(part)
    elif isinstance(value, ast.BinOp):
        yield from _own_words(value.left)
        yield from _own_words(value.right)
    elif isinstance(value, ast.IfExp):
        yield from _own_words(value.body)
        yield from _own_words(value.orelse)
    elif isinstance(value, ast.List | ast.Tuple):
        for part in value.elts:
            yield from _own_words(part)
    elif (text := literal(value)) is not None:
        # Addresses, icons, colours and such are no words.
        words = re.sub(
            r"https://\S+|:[\w/-]+:|[:-][\w-]+\[|&\w+;|`[^`]*`|<[^>]*>|\{[^}]*\}", " ", text
        )
        if re.search(r"[A-Za-z]{2,}", words) and text not in AS_IS:
            yield text


def test_no_page_draws_a_text_that_is_not_in_the_catalogue():
    found = [
        f"{path}:{line}: {text}"
        for path, tree in sources("pages", "piximi_ui")
        for line, text in bare_texts(tree)
    ]
    assert found == []


def test_bare_texts_are_found():
    source = "st.button('Press me')\nst.caption(f':red[{fine}] not fine')\ngo(help='Why')"
    assert [text for _line, text in bare_texts(ast.parse(source))] == [
        "Press me",
        "] not fine",
        "Why",
    ]


def test_nothing_is_said_while_a_module_is_imported():
    """It would be said in the language of whoever came first."""
    found = []
    for path, tree in sources("pages", "piximi_ui"):
        if path.startswith("pages/"):
            continue  # a page is run anew for each person
        inside = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for inner in ast.walk(node)
        }
        found += [
            f"{path}:{node.lineno}"  # type: ignore[attr-defined]
            for node in ast.walk(tree)
            if called(node) in ("_", "plural", "told") and id(node) not in inside
        ]
    assert found == []
