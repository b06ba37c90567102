"""The model settings a person is editing, kept at every change, one set per kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from piximi_core.messages import Message
from piximi_core.project.database.schema import drafts
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["load_draft", "save_draft"]


def load_draft(store: Store, kind_id: str = IMAGE_KIND) -> dict[str, Any]:
    """Return the settings as last edited; empty if nobody edited any."""
    with store.read() as db:
        found = db.execute(select(drafts.c.settings).where(drafts.c.id == kind_id)).scalar()
    return dict(json.loads(found)) if found else {}


def save_draft(
    store: Store,
    settings: Mapping[str, Any],
    *,
    what: str | Sequence[str] = Message("settings"),
    kind_id: str = IMAGE_KIND,
    who: str | None = None,
) -> None:
    """Keep edited settings, as one undoable step named after ``what`` changed."""
    text = json.dumps(dict(settings), sort_keys=True)
    with store.step(Message("Change {what}", what=what), who=who) as db:
        changed = db.execute(
            drafts.update().where(drafts.c.id == kind_id).values(settings=text)
        ).rowcount
        if not changed:
            db.execute(drafts.insert().values(id=kind_id, settings=text))
