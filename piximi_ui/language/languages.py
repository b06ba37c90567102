"""Which language a person reads, and the catalogue of its texts."""

from __future__ import annotations

import gettext
import re
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import streamlit as st
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from streamlit.runtime.scriptrunner import get_script_run_ctx

from piximi_core.messages import Message
from piximi_ui.language.numerals import localized

__all__ = [
    "COOKIE",
    "ENGLISH",
    "LANGUAGES",
    "Speech",
    "catalogue",
    "choose",
    "in_language",
    "is_chosen",
    "language",
    "messages",
    "speak_to",
    "timezone",
]

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "es": "Español"}
COOKIE = "piximi_language"
# Things of a person are images or objects. A sentence about them is one in the catalogue, with the
# noun as a value; where a language has another form for objects, that stands there in this context.
_OBJECT = "object"

_CHOSEN = "piximi_language"
_FOLDER = Path(__file__).parents[1] / "locale"
_run = threading.local()
_of_request: ContextVar[str] = ContextVar("language", default=ENGLISH)
_zone_of_request: ContextVar[str | None] = ContextVar("timezone", default=None)


def language() -> str:
    """Return the language of the person whose page is being drawn.

    It is the one they chose (kept in a cookie), else the browser's, else English. Where no page is
    being drawn, it is that of `speak_to`, else English.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return _of_request.get()
    # Asked for every text of a page, and slow to find out: once per run of the script.
    if getattr(_run, "context", None) is not context:
        _run.context, _run.language = context, _found_out()
    return str(_run.language)


def speak_to(cookies: Mapping[str, str], accepted: str) -> None:
    """Answer a request that comes before every page in the language of whoever sent it.

    Parameters
    ----------
    accepted
        The browser's ``Accept-Language``.
    """
    wishes = (cookies.get(COOKIE, ""), *re.findall(r"[a-z]{2}\b", accepted.lower()))
    _of_request.set(next((wish for wish in wishes if wish in LANGUAGES), ENGLISH))


def timezone() -> str | None:
    """Return the name of the time zone of the person whose page is being drawn, None if unknown."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return _zone_of_request.get()
    return st.context.timezone


@dataclass(frozen=True)
class Speech:
    """How a person is spoken to, taken along to where no page is being drawn.

    As a context manager it makes `language` and `timezone` theirs, in this thread or task.
    """

    language: str
    timezone: str | None

    @classmethod
    def here(cls) -> Speech:
        """Return how the person is spoken to whose page is being drawn."""
        return cls(language(), timezone())

    def __enter__(self) -> None:
        _of_request.set(self.language)
        _zone_of_request.set(self.timezone)

    def __exit__(self, *_error: object) -> None:
        _of_request.set(ENGLISH)
        _zone_of_request.set(None)


def _found_out() -> str:
    for asked in (st.session_state.get(_CHOSEN), st.context.cookies.get(COOKIE), _of_browser()):
        if asked in LANGUAGES:
            return str(asked)
    return ENGLISH


def _of_browser() -> str:
    return (st.context.locale or "").replace("_", "-").partition("-")[0].lower()


def is_chosen() -> bool:
    """Whether the person chose a language in this session."""
    return st.session_state.get(_CHOSEN) in LANGUAGES


def choose(wanted: str) -> None:
    """Make this session speak a language, whatever the browser's is."""
    st.session_state[_CHOSEN] = wanted
    _run.context = None


@cache
def messages(wanted: str) -> Catalog:
    """Return all messages of a language; English, in which the texts are written, has none."""
    if wanted == ENGLISH:
        return Catalog(locale=ENGLISH)
    with (_FOLDER / f"{wanted}.po").open("rb") as file:
        return read_po(file, locale=wanted)


@cache
def catalogue(wanted: str) -> gettext.NullTranslations:
    """Return the texts of a language as gettext looks them up."""
    if wanted == ENGLISH:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, messages(wanted))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def in_language(message: Message, wanted: str) -> str:
    """Return a message of the core in a language; in English where nobody has translated it."""
    if wanted == ENGLISH:
        return str.__str__(message)
    known = catalogue(wanted)
    return message.said(lambda each: _template(known, each), lambda n: localized(n, wanted))


def _template(known: gettext.NullTranslations, message: Message) -> str:
    one, many = message.template, message.many
    if many is not None:
        n = int(message.values["n"])
        own = known.npgettext(_OBJECT, one, many, n) if _is_about_objects(message) else one
        return own if own not in (one, many) else known.ngettext(one, many, n)
    own = known.pgettext(_OBJECT, one) if _is_about_objects(message) else one
    return own if own != one else known.gettext(one)


def _is_about_objects(message: Message) -> bool:
    nouns = (value.template for value in message.values.values() if isinstance(value, Message))
    return any(noun.removesuffix("s").endswith(_OBJECT) for noun in nouns)
