"""Every word a person reads passes through here, so that it can be translated."""

from __future__ import annotations

import gettext

__all__ = ["_", "plain", "plural"]

_catalogue = gettext.NullTranslations()


def _(text: str) -> str:
    """Return a text in the language of the interface."""
    return _catalogue.gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """Return the form that fits the count, with the count in place of ``{n}``."""
    return _catalogue.ngettext(one, many, count).format(n=f"{count:,}")


def plain(name: str, longest: int = 80) -> str:
    """Return a person's own word so that Markdown shows it as it is, shortened if need be."""
    special = "\\`*_{}[]()<>#+-.!|$~:&"
    shown = name if len(name) <= longest else f"{name[: longest - 1]}…"
    return "".join(f"\\{char}" if char in special else char for char in shown)
