"""Labels from a table onto the things of a project, as one undoable step."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.matching import KnownImage
from piximi_core.formats.tables.label_table import LabelRow, LabelTable
from piximi_core.messages import Message
from piximi_core.project.contents.categories import ensure_categories
from piximi_core.project.contents.columns import add_columns
from piximi_core.project.contents.labelling import counted, set_label
from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import things
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.naming.image_names import Origin, origins_of
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["LabelOutcome", "label_from_table", "match_labels", "require_match"]


@dataclass(frozen=True)
class LabelOutcome:
    """How many things got a label, the names that no thing has, and those that fit several."""

    labelled: int
    unmatched: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()


def match_labels(store: Store, table: LabelTable, *, kind_id: str = IMAGE_KIND) -> LabelOutcome:
    """Return what `label_from_table` would do, and change nothing."""
    with store.read() as db:
        return _matches(db, table, kind_id)[1]


def _matches(
    db: Connection, table: LabelTable, kind_id: str
) -> tuple[dict[str, LabelRow], LabelOutcome]:
    """Return the row of each thing that the table names, and what that comes to."""
    query = select(things.c.id, things.c.name).where(things.c.kind_id == kind_id)
    ids = {row.name: row.id for row in db.execute(query)}
    origins = origins_of(db, kind_id)
    matches = table.match(_known(name, origins.get(thing_id)) for name, thing_id in ids.items())
    found = {ids[name]: row for name, row in matches.found.items()}
    return found, LabelOutcome(
        len(found),
        tuple(row.name for row in matches.missing),
        tuple(sorted(row.name for row in matches.ambiguous)),
    )


def _known(name: str, origin: Origin | None) -> KnownImage:
    return KnownImage(name) if origin is None else KnownImage(name, origin.path, origin.within)


def require_match(outcome: LabelOutcome, kind_id: str) -> None:
    """Refuse a table that labels nothing.

    Raises
    ------
    BadInput
        No line of the table fits any thing.
    """
    if not outcome.labelled:
        raise BadInput(
            "No line of the table names an image of this project, so nothing was changed; "
            "the names must be those of the images."
            if kind_id == IMAGE_KIND
            else "No line of the table names an object of this kind, so nothing was changed; "
            "the names must be those of the objects."
        )


def label_from_table(
    store: Store, table: LabelTable, *, kind_id: str = IMAGE_KIND, who: str | None = None
) -> LabelOutcome:
    """Label things by name: the whole name first, then a base name that one row and one thing have.

    Raises
    ------
    BadInput
        No line of the table fits any thing, so nothing was changed.
    """
    who = who or current_user()
    with store.step(
        Message("Label {things} from a table", things=counted(len(table.rows), kind_id)), who=who
    ) as db:
        found, outcome = _matches(db, table, kind_id)
        require_match(outcome, kind_id)
        named = [row.category for row in found.values() if row.category]
        category_ids = ensure_categories(db, kind_id, list(dict.fromkeys(named)))
        for category, category_id in category_ids.items():
            ids = [thing_id for thing_id, row in found.items() if row.category == category]
            set_label(db, ids, category_id, who)
        for partition in {row.partition for row in found.values() if row.partition}:
            ids = [thing_id for thing_id, row in found.items() if row.partition == partition]
            db.execute(things.update().where(among(things.c.id, ids)).values(partition=partition))
        told = {thing_id: dict(row.columns) for thing_id, row in found.items() if row.columns}
        add_columns(db, told, replacing=True)
    return outcome
