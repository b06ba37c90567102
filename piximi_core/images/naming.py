"""A file's own name, made safe to stand in a sentence."""

from __future__ import annotations

import unicodedata

__all__ = ["safe_name"]

_LONGEST = 80


def safe_name(name: str, longest: int = _LONGEST) -> str:
    """Return ``name`` without control characters, in at most ``longest`` characters.

    Names come from uploads and archives, so they may hold line breaks, terminal escapes, marks
    that turn the reading direction, or half of a surrogate pair. The middle of a long name is
    left out, because its beginning and its suffix are what people recognise.

    Examples
    --------
    >>> safe_name("a\\nb.png")
    'ab.png'
    """
    kept = name
    if not name.isprintable():
        kept = "".join(sign for sign in name if not unicodedata.category(sign).startswith("C"))
    kept = " ".join(kept.split()) or "unnamed"
    if len(kept) <= longest:
        return kept
    tail = longest // 3
    return f"{kept[: longest - tail - 1]}…{kept[-tail:]}"
