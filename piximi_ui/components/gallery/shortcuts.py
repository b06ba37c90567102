"""The gallery's keys and gestures, as data for whoever explains them."""

from __future__ import annotations

from typing import NamedTuple

from piximi_ui.language.texts import _

__all__ = ["Shortcut", "gallery_shortcuts"]


class Shortcut(NamedTuple):
    """Keys, each way to press them apart, and what they do in a few words."""

    keys: tuple[str, ...]
    does: str


def gallery_shortcuts() -> tuple[Shortcut, ...]:
    """Return every key and gesture of the gallery, the most used first."""
    return (
        Shortcut((_("Click"),), _("Select an image alone")),
        Shortcut((_("Ctrl+Click"), _("Space")), _("Select an image too, or take it out again")),
        Shortcut((_("Shift+Click"),), _("Select everything up to an image")),
        Shortcut((_("Drag the mouse"),), _("Select what the box touches (Ctrl or Shift: add it)")),
        Shortcut((_("Hold a finger"),), _("Pick several: drag over them, or tap them")),
        Shortcut(("0…9",), _("Label, and go on to the next; above 9, two digits quickly")),
        Shortcut(("Shift+0…9",), _("Type a number slowly; it labels when Shift is let go")),
        Shortcut(("U",), _("Remove the label")),
        Shortcut(("Backspace",), _("Go back to the image before (it deletes nothing)")),
        Shortcut(("N",), _("Go on to the next image without a label")),
        Shortcut(("C", "/"), _("Find or create a category by its name, then label")),
        Shortcut(("A", "R"), _("Accept or reject predictions, on the Predict page")),
        Shortcut(("Ctrl+A",), _("Select the page; once more: all pages")),
        Shortcut(("Esc",), _("Deselect everything")),
        Shortcut((_("Arrow keys"), "Home", "End"), _("Move from image to image")),
        Shortcut((_("Shift+Arrow keys"),), _("Move and select")),
        Shortcut(("Page Down", "Page Up"), _("Next or previous page")),
        Shortcut(("Enter", _("Double-click")), _("Open an image in full size")),
        Shortcut(("Delete", "⌘+Backspace"), _("Delete the selected images")),
        Shortcut(("Ctrl+Z",), _("Undo")),
        Shortcut(("Ctrl+Shift+Z", "Ctrl+Y"), _("Redo")),
    )
