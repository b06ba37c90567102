"""Every word and number a person reads passes through here, in the language that they read."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from piximi_core.messages import Message, word
from piximi_core.percent import percent_number
from piximi_ui.language.languages import catalogue, in_language, language, timezone
from piximi_ui.language.numerals import (
    localized,
    written_moment,
    written_number,
    written_size,
    zone,
)

__all__ = [
    "_",
    "number",
    "percent",
    "percent_figure",
    "plain",
    "plural",
    "separators",
    "size",
    "told",
    "told_word",
    "when",
]

# Unicode's bidirectional classes: letters from right to left, and marks that turn what follows.
_MARKS = frozenset({"RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"})
_TURNING = frozenset({"R", "AL"}) | _MARKS


def _(text: str, sense: str = "") -> str:
    """Return a text in the language of the interface.

    Parameters
    ----------
    sense
        What is meant, where English has one word for what others have two ("to label", "a label").
    """
    known = catalogue(language())
    return known.pgettext(sense, text) if sense else known.gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """Return the form that fits the count, with the count in place of ``{n}``."""
    return catalogue(language()).ngettext(one, many, count).replace("{n}", number(count))


def told(text: str) -> str:
    """Return what the core says (an error, a step, a note) in the language of the interface.

    What is kept as plain text (by an earlier program, or typed by a person) is shown as it is.
    """
    return in_language(text, language()) if isinstance(text, Message) else text


def told_word(text: str) -> str:
    """Return a word of the program that is kept as plain text, such as the value of a setting."""
    return told(word(text))


def number(value: float, digits: int = 0) -> str:
    """Return a number as people write it, with so many digits after the point."""
    return written_number(value, digits, language())


def percent(share: float) -> str:
    """Return a share, 0 to 1, in percent, as every page writes it: "86.7 %"."""
    return f"{percent_figure(share)} %"


def percent_figure(share: float) -> str:
    """Return the same without the sign, for where the sign stands beside many of them."""
    return localized(percent_number(share), language())


def separators() -> str:
    """Return the decimal sign and that of thousands, as Plotly wants them."""
    return localized(".,", language())


def size(count: int) -> str:
    """Return a number of bytes in the unit that fits."""
    if count < 1000:
        return plural("{n} byte", "{n} bytes", count)
    return written_size(count, language())


def when(moment: float | str | datetime, *, time: bool = True) -> str:
    """Return a moment (seconds since the epoch, ISO 8601, or itself) by the clock of the person."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    elif not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return written_moment(moment, zone(timezone()), language(), time=time)


_JOINER = "\u2060"
# Inside "https://", "www.", "@", ":emoji:", ":material/icon:", "->", "<-", "--", ">=", "<=", "~=".
_FOUND_IN_TEXT = re.compile(
    r"(?<=:)(?=[\w/+-])|(?<=www)(?=\.)|(?<=@)(?=[\w-])|(?<=-)(?=[->])|(?<=<)(?=[-=])|(?<=[>~])(?==)",
    re.IGNORECASE,
)


def plain(name: str, longest: int = 80) -> str:
    """Return a person's own word so that Markdown shows it as it is, shortened if need be.

    What Markdown reads as marks is escaped. Addresses, emoji, icons and arrows are found in the
    text that is left, escaped or not: an invisible joiner breaks those, so that no name is a link.
    """
    special = "\\`*_{}[]()<>#+-.!|$~:&"
    shown = name if len(name) <= longest else f"{name[: longest - 1]}…"
    shown = _FOUND_IN_TEXT.sub(_JOINER, shown)
    return apart("".join(f"\\{char}" if char in special else char for char in shown))


def apart(name: str) -> str:
    """Return a name isolated from its neighbours where it may be written from right to left.

    Otherwise it would take a number beside it along: "(RBC) 12 60". The marks are Unicode's own
    (first strong isolate and its end), so they work in toasts, tips and options alike; those that
    a name brings are left out, since they could end them early.
    """
    if not any(unicodedata.bidirectional(char) in _TURNING for char in name):
        return name
    inner = "".join(char for char in name if unicodedata.bidirectional(char) not in _MARKS)
    return f"\u2068{inner}\u2069"
