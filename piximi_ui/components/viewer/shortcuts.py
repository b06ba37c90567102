"""What the keyboard and the mouse do in the viewer, for the list of shortcuts."""

from __future__ import annotations

from piximi_ui.components.gallery import Shortcut
from piximi_ui.texts import _

__all__ = ["viewer_shortcuts"]


def viewer_shortcuts() -> tuple[Shortcut, ...]:
    """Return every key and gesture of the viewer, the most used first."""
    return (
        Shortcut(("←", "→"), _("Previous or next image")),
        Shortcut(("+", "-", _("Mouse wheel")), _("Zoom in or out")),
        Shortcut((_("Drag the mouse"),), _("Move an enlarged image")),
        Shortcut(("0",), _("Fit the image into the window")),
        Shortcut(("1", _("Double-click")), _("One pixel of the image for each of the screen")),
        Shortcut(("Page Up", "Page Down"), _("Previous or next plane")),
    )
