"""Free columns of things, such as the patient that an image is of."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import things

__all__ = ["add_columns"]


def add_columns(
    db: Connection, told: Mapping[str, Mapping[str, str]], *, replacing: bool = False
) -> None:
    """Add free columns to things, inside an open step.

    Parameters
    ----------
    told
        Columns and their values by thing id.
    replacing
        Whether a value takes the place of another one; else what is there stays.
    """
    query = select(things.c.id, things.c.metadata).where(among(things.c.id, list(told)))
    changed = []
    for row in db.execute(query).all():
        has, new = json.loads(row.metadata), told[row.id]
        both = {**has, **new} if replacing else {**new, **has}
        if both != has:
            changed.append({"key": row.id, "text": json.dumps(both, ensure_ascii=False)})
    if changed:
        given = things.update().where(things.c.id == bindparam("key"))
        db.execute(given.values(metadata=bindparam("text")), changed)
