"""Questions and answers about this program, in Markdown, one file each and language, by chapter."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from piximi_ui.base import navigation
from piximi_ui.language.glossary import terms
from piximi_ui.language.languages import ENGLISH, language
from piximi_ui.language.texts import _, plain
from piximi_ui.shell.shortcuts import shortcuts_in_words

__all__ = ["QUESTIONS", "answer", "draw"]

_FOLDER = Path(__file__).parents[1] / "help"
_WIDTH = 760
# A question leads to the page on which it stands: as Streamlit sees it, to where one is already.
_RULES = """<style>
.st-key-help a[data-testid="stPageLink-NavLink"] { background: none; height: auto; }
.st-key-help a[data-testid="stPageLink-NavLink"]:hover { text-decoration: underline; }
.st-key-help a[data-testid="stPageLink-NavLink"] p { font-weight: 400; white-space: normal; }
</style>"""

# The chapters, each a folder, and the files of their questions in order.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "start": ("first-steps", "images", "labels", "kinds", "drawing", "annotations", "sets"),
    "train": ("summary", "how-good", "networks", "gpu", "two-runs"),
    "safety": ("recovery", "backups", "connection", "undo", "storage", "recorded", "offline"),
    "piximi": ("piximi", "piximi-project", "bringing", "sharing"),
}
_FILES = {
    name: Path(chapter, f"{name}.md") for chapter, names in QUESTIONS.items() for name in names
}


@cache
def answer(name: str, spoken: str) -> tuple[str, str]:
    """Return a question and its answer in Markdown; in English where nobody has translated it."""
    file = _FOLDER / spoken / _FILES[name]
    text = (file if file.is_file() else _FOLDER / ENGLISH / _FILES[name]).read_text("utf-8")
    question, _line, rest = text.partition("\n")
    return question.removeprefix("# ").strip(), rest.strip()


def draw() -> None:
    """Draw the question of the address with its answer, or all questions."""
    st.html(_RULES)
    asked = str(st.query_params.get("q"))
    # Said to the browser too: following a link within a page leaves its address as it was.
    st.query_params.from_dict(st.query_params.to_dict())
    with st.container(width=_WIDTH, key="help"):
        if asked == "words":
            _answer(_("What the words mean"), _words())
        elif asked == "keyboard":
            _answer(_("Keyboard and mouse"), shortcuts_in_words())
        elif asked in _FILES:
            _answer(*answer(asked, language()))
        else:
            st.title(_("Help"))
            _list()


def _answer(question: str, text: str) -> None:
    navigation.link("help", label=_("All questions"), icon=":material/arrow_back:")
    st.title(question)
    st.markdown(text)


def _list() -> None:
    chapters = {
        "start": _("From images to labels"),
        "train": _("Training and its results"),
        "safety": _("What is kept, and where"),
        "piximi": _("Piximi and other people"),
    }
    for chapter, names in QUESTIONS.items():
        st.subheader(chapters[chapter])
        with st.container(gap="xsmall"):
            for name in names:
                _link(name, answer(name, language())[0])
    st.subheader(_("To look up"))
    with st.container(gap="xsmall"):
        _link("words", _("What the words mean"))
        _link("keyboard", _("Keyboard and mouse"))


def _link(name: str, question: str) -> None:
    navigation.link("help", label=question, icon=":material/chevron_right:", q=name)


def _words() -> str:
    return "\n".join(f"- **{plain(word)}**: {plain(line, 400)}" for word, line in terms().values())
