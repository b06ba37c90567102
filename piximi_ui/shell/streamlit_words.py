"""The few words that Streamlit itself puts on our pages, which it knows in English only."""

from __future__ import annotations

import json

import streamlit as st

from piximi_ui.language.languages import ENGLISH, language
from piximi_ui.language.texts import _, size

__all__ = ["draw"]

_MEGABYTE = 2**20  # as Streamlit counts them


def draw() -> None:
    """Put ours in their place, in a language that is not English."""
    if language() == ENGLISH:
        return
    largest = size(int(st.get_option("server.maxUploadSize")) * _MEGABYTE)
    words = {
        '[data-testid="stFileUploaderDropzone"] button p': _("Choose"),
        '[data-testid="stFileUploaderDropzoneInstructions"] span': _(
            "up to {size} per file"
        ).format(size=largest),
        '[data-testid="InputInstructions"] > span:first-child': _("Enter applies it"),
    }
    # Style alone: the elements are Streamlit's, which draws them anew whenever it likes.
    rules = [
        f"{where} {{ font-size: 0; }}\n"
        f"{where}::after {{ content: {json.dumps(text, ensure_ascii=False)}; font-size: 0.9rem; }}"
        for where, text in words.items()
    ]
    st.html("<style>{}</style>".format("\n".join(rules)))
