"""The table of an image's objects, as the annotator asks for it."""

from __future__ import annotations

from typing import Any

from piximi_core.project.contents.notes.object_table import TableRow, TableView, table_page
from piximi_core.project.database.store import Store
from piximi_ui.components.annotator.table import TableQuestion, source_words

__all__ = ["listed"]


def listed(store: Store, asked: TableQuestion) -> dict[str, Any]:
    """Return a page of the table as JSON, in any thread."""
    view = TableView(
        sort=asked.sort,
        descending=asked.descending,
        kind_id=asked.kind,
        category_id=asked.category,
        unlabelled=asked.unlabelled,
        plane=asked.plane,
        search=asked.search,
    )
    found = table_page(store, asked.image, view, asked.page, asked.at)
    return {**found._asdict(), "rows": [_row(row) for row in found.rows]}


def _row(row: TableRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "category": row.category_id,
        "plane": row.plane,
        "box": row.box,
        "area": row.area,
        "source": source_words(row.source),
        "author": row.author,
    }
