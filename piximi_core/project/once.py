"""Actions that are done once, however often they arrive.

A browser that lost its connection repeats what was not acknowledged, even after the server was
killed between the saving and the answer. So the name of an action is kept in the transaction that
carries it out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from piximi_core.errors import AlreadyDone
from piximi_core.project.ids import now
from piximi_core.project.schema import applied_actions

__all__ = ["take_once"]

# Longer than any browser goes on repeating an action.
_KEPT = timedelta(days=2)


def take_once(db: Connection, action: str | None) -> None:
    """Keep an action's name inside the transaction that carries the action out.

    Parameters
    ----------
    db
        The transaction.
    action
        A name that no other action has; None for an action that nobody repeats.

    Raises
    ------
    AlreadyDone
        It was carried out before; the transaction ends without a change.
    """
    if action is None:
        return
    applied_actions.create(db, checkfirst=True)  # projects of earlier versions have no such table
    if db.execute(select(applied_actions.c.id).where(applied_actions.c.id == action)).first():
        raise AlreadyDone("This action was carried out before; nothing more is to be done.")
    oldest = (datetime.now(UTC) - _KEPT).isoformat(timespec="milliseconds")
    db.execute(applied_actions.delete().where(applied_actions.c.at < oldest))
    db.execute(applied_actions.insert().values(id=action, at=now()))
