"""What the keyboard and the mouse do in the viewer, for the list of shortcuts."""

from __future__ import annotations

from piximi_ui.components.gallery import Shortcut
from piximi_ui.language.texts import _

__all__ = ["viewer_shortcuts"]


def viewer_shortcuts() -> tuple[Shortcut, ...]:
    """Return every key and gesture of the viewer, the most used first."""
    return (
        Shortcut(("←", "→"), _("Previous or next image")),
        Shortcut(("+", "-", _("Mouse wheel")), _("Zoom in or out")),
        Shortcut((_("Drag the mouse"),), _("Move an enlarged image")),
        Shortcut(("0…9", "U"), _("Label with a category's number; take the label away")),
        Shortcut(("A", "R"), _("Accept or reject the prediction")),
        Shortcut(("N", "Backspace"), _("Next or previous image")),
        Shortcut((_("Click"),), _("Select the object under the mouse, to label it")),
        Shortcut(("O",), _("Show or hide the outlines of the objects")),
        Shortcut(("D",), _("Draw the objects in it, on the Annotate page")),
        Shortcut(("F",), _("Fit the image into the window")),
        Shortcut(("Z", _("Double-click")), _("One pixel of the image for each of the screen")),
        Shortcut(("Page Up", "Page Down"), _("Previous or next plane")),
    )
