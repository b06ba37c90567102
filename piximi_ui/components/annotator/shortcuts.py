"""What the keyboard and the mouse do in the annotator, for the list of shortcuts."""

from __future__ import annotations

from piximi_ui.components.annotator.notes.texts import notes_shortcuts
from piximi_ui.components.annotator.table.texts import table_shortcuts
from piximi_ui.components.gallery import Shortcut
from piximi_ui.components.proposals import proposal_shortcuts
from piximi_ui.language.texts import _

__all__ = ["annotator_shortcuts", "changeable_words", "fixed_shortcuts"]


def annotator_shortcuts() -> tuple[Shortcut, ...]:
    """Return every key and gesture of the annotator as at first, the most used first."""
    return (
        Shortcut(("B", "S"), _("Smart box, smart click")),
        Shortcut(("D", "L", "P"), _("Pen, lasso, polygon")),
        Shortcut(("Shift+M", "Shift+Q"), _("Magnetic line, quick patches")),
        Shortcut(("R", "E", "C", "T"), _("Rectangle, ellipse, fill, threshold")),
        Shortcut((",",), _("Points: each click counts one")),
        Shortcut(("V",), _("Select; again at the same place, the object below")),
        *_while_drawing(),
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
        Shortcut(("I",), _("Draw between two planes: press in the one, in the other, to accept")),
        Shortcut(("O",), _("Show or hide the outlines of the objects")),
        Shortcut(("Shift+H",), _("See the objects of the planes before and after, faintly")),
        Shortcut((_("Hold ."),), _("See one channel alone; again, the next one")),
        Shortcut((_("Hold H"),), _("See the image without outlines for a moment")),
        *notes_shortcuts(),
        *table_shortcuts(),
    )


def _while_drawing() -> tuple[Shortcut, ...]:
    return (
        Shortcut((_("Hold Shift"),), _("What is drawn is added to the selected objects")),
        Shortcut((_("Hold Ctrl"),), _("What is drawn is taken from the selected objects")),
        Shortcut(
            ("Shift", "Ctrl"), _("With smart click: click what is missing, or what is too much")
        ),
    )


def fixed_shortcuts() -> tuple[Shortcut, ...]:
    """Return the keys and gestures that stay as they are."""
    return (
        Shortcut(("0…9",), _("Label the selected objects and those drawn next")),
        Shortcut(("Enter", "Esc"), _("Close the outline that is being drawn, or give it up")),
        Shortcut(("Ctrl+Z", "Ctrl+Y", "Ctrl+A"), _("Undo, redo, select all")),
        *_while_drawing(),
        Shortcut((_("Hold Space"), _("Middle button")), _("Move the image with the mouse")),
        Shortcut((_("Mouse wheel"),), _("Zoom in or out")),
        *table_shortcuts()[1:],
    )


def changeable_words() -> dict[str, str]:
    """Return what each key that can be changed does, by the names of ``bindings.js``."""
    return {
        "tool_select": _("Select; again at the same place, the object below"),
        "tool_smart_box": _("Smart box"),
        "tool_smart_click": _("Smart click"),
        "tool_pen": _("Pen"),
        "tool_lasso": _("Lasso"),
        "tool_polygon": _("Polygon"),
        "tool_magnetic": _("Magnetic"),
        "tool_quick": _("Quick"),
        "tool_rectangle": _("Rectangle"),
        "tool_ellipse": _("Ellipse"),
        "tool_color": _("Fill"),
        "tool_threshold": _("Threshold"),
        "tool_point": _("Points: each click counts one"),
        "next_choice": _("Another proposal of smart box or smart click"),
        "next_mode": _("New, add, subtract, intersect in turn"),
        "smaller": _("Smaller pen"),
        "larger": _("Larger pen"),
        "take_back": _("Take the last corner back"),
        "remove": _("Delete the selected objects"),
        "find": _("Find or create a category by its name, then label"),
        "unlabel": _("Remove the label"),
        "propose": _("Look for objects"),
        "tool_review": _("Paint over proposals to accept them; with Ctrl held, reject"),
        "accept_view": _("Accept in view"),
        "reject_view": _("Reject in view"),
        "tool_split": _("Split"),
        "edit_merge": _("Merge"),
        "tool_move": _("Move"),
        "edit_fill": _("Fill holes"),
        "edit_largest": _("Largest part"),
        "edit_smooth": _("Smooth"),
        "edit_grow": _("Grow"),
        "edit_shrink": _("Shrink"),
        "edit_copy_back": _("Copy to previous plane"),
        "edit_copy_on": _("Copy to next plane"),
        "edit_interpolate": _("Draw between planes"),
        "previous": _("Previous image"),
        "next": _("Next image"),
        "plane_before": _("Previous plane"),
        "plane_after": _("Next plane"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "fit": _("Fit the image into the window"),
        "one_to_one": _("One pixel of the image for each of the screen"),
        "outlines": _("Show or hide the outlines of the objects"),
        "neighbours": _("See the objects of the planes before and after, faintly"),
        "hide": _("Held: see the image without outlines for a moment"),
        "one_channel": _("Held: see one channel alone; again, the next one"),
        "lock": _("Lock or unlock the selected objects"),
        "comment": _("Comment on the selected object"),
        "done": _("This image is done, or is not"),
        "next_not_done": _("The next image that is not done"),
        "next_empty": _("The next image without objects"),
        "tool_complete": _("Mark a region in which every object is drawn"),
        "table": _("Open the table of the objects, or close it"),
    }
