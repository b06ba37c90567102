"""Questions and answers about this program, in Markdown, one file each and language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from piximi_ui import navigation
from piximi_ui.languages import language
from piximi_ui.texts import _

__all__ = ["QUESTIONS", "answer", "draw"]

_FOLDER = Path(__file__).parent / "help"
_WIDTH = 760

# The chapters, and the files of their questions in order.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "start": ("first-steps", "images", "labels", "sets"),
    "train": ("summary", "how-good", "networks", "gpu", "two-runs"),
    "safety": ("recovery", "connection", "undo", "storage", "recorded", "offline"),
    "piximi": ("piximi", "sharing"),
}


@cache
def answer(name: str, spoken: str) -> tuple[str, str]:
    """Return a question and its answer in Markdown."""
    text = (_FOLDER / spoken / f"{name}.md").read_text("utf-8")
    question, _line, rest = text.partition("\n")
    return question.removeprefix("# ").strip(), rest.strip()


def draw() -> None:
    """Draw the question of the address with its answer, or all questions."""
    asked = st.query_params.get("q")
    with st.container(width=_WIDTH):
        if any(asked in names for names in QUESTIONS.values()):
            question, text = answer(str(asked), language())
            navigation.link("help", label=_("All questions"), icon=":material/arrow_back:")
            st.title(question)
            st.markdown(text)
        else:
            st.title(_("Help"))
            _list()


def _list() -> None:
    chapters = {
        "start": _("From images to labels"),
        "train": _("Training and its results"),
        "safety": _("What is kept, and where"),
        "piximi": _("Piximi and other people"),
    }
    for chapter, names in QUESTIONS.items():
        st.subheader(chapters[chapter])
        with st.container(gap=None):
            for name in names:
                question, _text = answer(name, language())
                navigation.link("help", label=question, icon=":material/chevron_right:", q=name)
