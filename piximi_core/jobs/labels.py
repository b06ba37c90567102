"""Labels from a table onto the things of a project, as one undoable step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlalchemy import Connection, select

from piximi_core.errors import BadInput
from piximi_core.formats.label_table import LabelRow, LabelTable
from piximi_core.project.categories import ensure_categories
from piximi_core.project.labelling import counted, set_label
from piximi_core.project.schema import things
from piximi_core.project.store import IMAGE_KIND, Store, current_user

__all__ = ["LabelOutcome", "label_from_table", "match_labels"]


@dataclass(frozen=True)
class LabelOutcome:
    """How many things got a label, and the names that no thing has."""

    labelled: int
    unmatched: tuple[str, ...]


def match_labels(store: Store, table: LabelTable, *, kind_id: str = IMAGE_KIND) -> LabelOutcome:
    """Return what `label_from_table` would do, and change nothing."""
    with store.read() as db:
        found, unmatched = _matches(db, table, kind_id)
    return LabelOutcome(len(found), tuple(unmatched))


def _matches(
    db: Connection, table: LabelTable, kind_id: str
) -> tuple[dict[str, LabelRow], list[str]]:
    """Return the row of each thing that the table names, and the names that no thing has."""
    query = select(things.c.id, things.c.name).where(things.c.kind_id == kind_id)
    by_name = {row.name: row.id for row in db.execute(query)}
    found: dict[str, LabelRow] = {}
    unmatched = []
    for row in table.rows:
        thing_id = by_name.get(row.name) or by_name.get(PurePosixPath(row.name).name)
        if thing_id is None:
            unmatched.append(row.name)
        else:
            found[thing_id] = row
    return found, unmatched


def label_from_table(
    store: Store, table: LabelTable, *, kind_id: str = IMAGE_KIND, who: str | None = None
) -> LabelOutcome:
    """Label things by name: the whole name first, then a base name that only one thing has.

    Raises
    ------
    BadInput
        No line of the table fits any thing, so nothing was changed.
    """
    who = who or current_user()
    with store.step(f"Label {counted(len(table.rows), kind_id)} from a table", who=who) as db:
        found, unmatched = _matches(db, table, kind_id)
        if not found:
            raise BadInput(
                "No line of the table names an image of this project, so nothing was changed; "
                "the names must be those of the images."
                if kind_id == IMAGE_KIND
                else "No line of the table names an object of this kind, so nothing was changed; "
                "the names must be those of the objects."
            )
        named = [row.category for row in found.values() if row.category]
        category_ids = ensure_categories(db, kind_id, list(dict.fromkeys(named)))
        for category, category_id in category_ids.items():
            ids = [thing_id for thing_id, row in found.items() if row.category == category]
            set_label(db, ids, category_id, who)
        for partition in {row.partition for row in found.values() if row.partition}:
            ids = [thing_id for thing_id, row in found.items() if row.partition == partition]
            db.execute(things.update().where(things.c.id.in_(ids)).values(partition=partition))
    return LabelOutcome(len(found), tuple(unmatched))
