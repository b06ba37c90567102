"""A picture pasted from the clipboard, which Streamlit's own upload does not take."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from piximi_ui.language.texts import _, size
from piximi_ui.server.assets import component

__all__ = ["MOST_BYTES", "paste_target", "pasted"]

MOST_BYTES = 50_000_000
"""How large a pasted picture may be: it travels as text, in one piece."""


def paste_target(*, key: str) -> tuple[str, bytes] | None:
    """Draw the place to paste at; return name and content of what was pasted just now."""
    found = component("paste")(
        key=key,
        data={
            "most": MOST_BYTES,
            "texts": {
                "button": _("Paste from the clipboard"),
                "hint": _("or press Ctrl+V (⌘V) anywhere on this page"),
                "empty": _("There is no picture in the clipboard; copy one first."),
                "refused": _("The browser did not allow it; press Ctrl+V instead."),
                "large": _("This picture is larger than {most}; choose it as a file.").format(
                    most=size(MOST_BYTES)
                ),
                "sending": _("Sending…"),
            },
        },
        on_picture_change=lambda: None,
    )
    return pasted(found.picture)


def pasted(value: Any) -> tuple[str, bytes] | None:
    """Return name and content of what the browser sent; None for anything that is no picture."""
    if not isinstance(value, dict):
        return None
    name, content = value.get("name"), value.get("content")
    if not isinstance(name, str) or not isinstance(content, str):
        return None
    try:
        decoded = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not 0 < len(decoded) <= MOST_BYTES:
        return None
    return name[:300] or _("pasted picture"), decoded
