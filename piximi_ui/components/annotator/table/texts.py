"""The words and keys of the table of objects."""

from __future__ import annotations

from piximi_core.project.contents.notes.on_objects import FROM_FILE, NOT_DRAWN
from piximi_ui.components.gallery import Shortcut
from piximi_ui.language.texts import _

__all__ = ["source_words", "table_shortcuts", "table_texts"]


def table_texts() -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {
        "table": _("Table"),
        "table_tip": _("All objects of this image as a table, to sort and to search (Shift+V)"),
        "table_label": _("All objects of this image"),
        "table_close": _("Close the table"),
        "table_search": _("Search by name or id"),
        "table_any_kind": _("All kinds"),
        "table_any_category": _("All categories"),
        "table_unlabelled": _("Without a category"),
        "table_any_plane": _("All planes"),
        "table_plane": _("Plane {n}"),
        "table_range": _("{first} to {last} of {total}"),
        "table_none": _("No object passes the filter."),
        "table_outside": _("The selected object does not pass the filter."),
        "table_first": _("First page"),
        "table_previous": _("Previous page"),
        "table_next": _("Next page"),
        "table_last": _("Last page"),
        "column_name": _("Object"),
        "column_id": _("Id"),
        "column_kind": _("Kind"),
        "column_category": _("Category"),
        "column_area": _("Area (px)"),
        "column_size": _("Area ({unit}²)"),
        "column_box": _("Box"),
        "column_box_tip": _("x and y of its upper left corner, then width × height, in pixels"),
        "column_plane": _("Plane"),
        "column_source": _("Source"),
        "column_author": _("Author"),
        "sort_tip": _("Sort by this; again, the other way round"),
    }


def source_words(source: str) -> str:
    """Return in words where an object came from, as `object_notes` keeps it."""
    if source.startswith(FROM_FILE):
        return source.removeprefix(FROM_FILE)
    words = {
        "": _("Import"),
        NOT_DRAWN: _("Import"),
        "proposal": _("Proposal"),
        "rectangle": _("Rectangle"),
        "ellipse": _("Ellipse"),
        "polygon": _("Polygon"),
        "point": _("Point"),
        "lasso": _("Lasso"),
        "magnetic": _("Magnetic"),
        "quick": _("Quick"),
        "pen": _("Pen"),
        "color": _("Fill"),
        "threshold": _("Threshold"),
        "smart_box": _("Smart box"),
        "smart_click": _("Smart click"),
        "fill": _("Fill holes"),
        "largest": _("Largest part"),
        "smooth": _("Smooth"),
        "grow": _("Grow"),
        "shrink": _("Shrink"),
        "move": _("Move"),
        "split": _("Split"),
        "merge": _("Merge"),
        "copy": _("Copy"),
        "interpolate": _("Draw between planes"),
        "invert": _("Invert"),
        "hand": _("By hand"),
    }
    return words.get(source, source)


def table_shortcuts() -> tuple[Shortcut, ...]:
    """Return the keys, the most used first."""
    return (
        Shortcut(("Shift+V",), _("Open the table of the objects, or close it")),
        Shortcut(("↑", "↓", "Home", "End"), _("In the table: select another object and see it")),
        Shortcut(("Page Up", "Page Down"), _("In the table: previous or next page")),
    )
