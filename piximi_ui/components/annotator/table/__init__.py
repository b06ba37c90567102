"""The table of an image's objects, beside the drawing: asked for page by page, never pushed."""

from __future__ import annotations

from piximi_ui.components.annotator.table.desk import Listed, TableDesk, TableQuestion
from piximi_ui.components.annotator.table.texts import source_words, table_shortcuts, table_texts

__all__ = [
    "Listed",
    "TableDesk",
    "TableQuestion",
    "source_words",
    "table_shortcuts",
    "table_texts",
]
