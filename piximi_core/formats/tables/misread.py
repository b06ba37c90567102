"""Text that was written in UTF-8 and then read in another code: "GrÃ¶ÃŸe" was "Größe"."""

from __future__ import annotations

__all__ = ["before_misreading"]

_LOST = "\ufffd"


def before_misreading(text: str) -> str | None:
    """Return what a text was before it was read in a wrong code, None if it is as it was written.

    Text is taken for misread only if every sign of it that is not ASCII comes from a whole UTF-8
    sequence, which people's words do not happen to be.

    Examples
    --------
    >>> before_misreading("GrÃ¶ÃŸe")
    'Größe'
    >>> before_misreading("Größe") is None
    True
    """
    if text.isascii():
        return None
    if _LOST in text:
        return text.replace(_LOST, "?")
    for code in ("cp1252", "mac_roman"):
        try:
            before = b"".join(_byte(sign, code) for sign in text).decode("utf-8")
        except UnicodeError:
            continue
        # Syriac, Thaana and N'Ko come from signs that stand side by side in other words too.
        if before != text and not any("\u0700" <= sign < "\u0800" for sign in before):
            return before
    return None


def _byte(sign: str, code: str) -> bytes:
    # Windows leaves five bytes of its code free, which programs show as the control of that number.
    if code == "cp1252" and 0x80 <= ord(sign) < 0xA0:
        return bytes([ord(sign)])
    return sign.encode(code)
