"""What the keyboard and the mouse do in the annotator, for the list of shortcuts."""

from __future__ import annotations

from piximi_ui.components.annotator.notes.texts import notes_shortcuts
from piximi_ui.components.annotator.table.texts import table_shortcuts
from piximi_ui.components.gallery import Shortcut
from piximi_ui.components.proposals import proposal_shortcuts
from piximi_ui.language.texts import _

__all__ = ["annotator_shortcuts"]


def annotator_shortcuts() -> tuple[Shortcut, ...]:
    """Return every key and gesture of the annotator, the most used first."""
    return (
        Shortcut(("B", "S"), _("Smart box, smart click")),
        Shortcut(("D", "L", "P"), _("Pen, lasso, polygon")),
        Shortcut(("Shift+M", "Shift+Q"), _("Magnetic line, quick patches")),
        Shortcut(("R", "E", "C", "T"), _("Rectangle, ellipse, fill, threshold")),
        Shortcut(("V",), _("Select; again at the same place, the object below")),
        Shortcut((_("Hold Shift"),), _("What is drawn is added to the selected objects")),
        Shortcut((_("Hold Ctrl"),), _("What is drawn is taken from the selected objects")),
        Shortcut(
            ("Shift", "Ctrl"), _("With smart click: click what is missing, or what is too much")
        ),
        Shortcut(("Y",), _("Another proposal of smart box or smart click")),
        Shortcut(("Q",), _("New, add, subtract, intersect in turn")),
        Shortcut(("Enter", "Esc"), _("Close the outline that is being drawn, or give it up")),
        Shortcut(("Backspace", "Ctrl+Z"), _("Take the last corner back; then undo")),
        Shortcut(("0…9", "U", "/"), _("Label the selected objects and those drawn next")),
        Shortcut(("Delete",), _("Delete the selected objects")),
        *proposal_shortcuts(),
        Shortcut(("X", "J", "M"), _("Split by a line, merge, move")),
        Shortcut(("Shift+F", "Shift+K", "Shift+O"), _("Fill holes, keep the largest part, smooth")),
        Shortcut((">", "<"), _("Grow or shrink by a pixel")),
        Shortcut(("[", "]"), _("Smaller or larger pen")),
        Shortcut((_("Hold Space"), _("Middle button")), _("Move the image with the mouse")),
        Shortcut(("+", "-", _("Mouse wheel"), "F", "Z"), _("Zoom; fit; one pixel for each")),
        Shortcut(("←", "→"), _("Previous or next image")),
        Shortcut(("Page Up", "Page Down"), _("Previous or next plane")),
        Shortcut(("Shift+Page Up", "Shift+Page Down"), _("Copy to the previous or next plane")),
        Shortcut(("I",), _("Draw between two planes: press in the one, then in the other")),
        Shortcut(("O",), _("Show or hide the outlines of the objects")),
        Shortcut((_("Hold ."),), _("See one channel alone; again, the next one")),
        Shortcut((_("Hold H"),), _("See the image without outlines for a moment")),
        *notes_shortcuts(),
        *table_shortcuts(),
    )
