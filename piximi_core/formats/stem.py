"""A file name without surprises, made from whatever a person called a run."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["safe_stem"]

MAX_STEM = 80
# Windows refuses these as names, whatever their ending.
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"]
)
# Dots end the name Piximi sees inside a zip; the others are separators or refused by Windows.
_FORBIDDEN = re.compile(r'[.<>:"/\\|?*%#\s]+')


def safe_stem(name: str, fallback: str = "classifier") -> str:
    """Turn a name into a stem that every file system, browser and Piximi accept.

    Dots, slashes, white space, control characters and what Windows forbids become underscores;
    letters of all scripts and emoji stay.

    Parameters
    ----------
    name : str
        Any text.
    fallback : str
        What to return when nothing is left of the name.

    Returns
    -------
    str
        1 to 80 characters and at most 200 bytes of UTF-8, no name that Windows reserves.

    Examples
    --------
    >>> safe_stem("cells v1.2 / final")
    'cells_v1_2_final'
    """
    text = unicodedata.normalize("NFC", name)
    # Control, format (direction overrides, zero width) and lone surrogate characters.
    # The joiner inside emoji sequences is a format character as well: the parts stay.
    text = "".join("_" if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cn", "Co"))
    text = re.sub("_{2,}", "_", _FORBIDDEN.sub("_", text)).strip("_-~ ")
    text = text[:MAX_STEM]
    # File systems count bytes: 255 for a whole name, and ".weights.bin" needs its share.
    text = text.encode("utf-8")[:200].decode("utf-8", errors="ignore").rstrip("_-~ ")
    if text.casefold() in _RESERVED:
        text = f"{text}_"
    return text or fallback
