"""The annotator's keys in the list of shortcuts, each of which can be changed there.

The browser keeps what was changed, as it keeps language and theme; Python never hears of it.
"""

from __future__ import annotations

from typing import Any

from piximi_ui.components.annotator import changeable_words, fixed_shortcuts
from piximi_ui.components.shortcuts.texts import shortcuts_texts
from piximi_ui.server.assets import component

__all__ = ["changeable_shortcuts"]


def changeable_shortcuts() -> None:
    """Draw the list."""
    data: dict[str, Any] = {
        "words": changeable_words(),
        "fixed": [[list(shortcut.keys), shortcut.does] for shortcut in fixed_shortcuts()],
        "texts": shortcuts_texts(),
    }
    component("shortcuts")(key="changeable-shortcuts", data=data)
