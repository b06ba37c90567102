"""Actions that are done once, however often they arrive.

A browser that lost its connection repeats what was not acknowledged, even after the server was
killed between the saving and the answer. So the name of an action is kept in the transaction that
carries it out.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from piximi_core.errors import AlreadyDone
from piximi_core.project.database.schema import applied_actions
from piximi_core.vocabulary import now

__all__ = ["take_once"]

# More than browsers repeat; by number, since a clock that jumps must let none happen twice.
_KEPT = 5_000


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
    if db.execute(select(applied_actions.c.id).where(applied_actions.c.id == action)).first():
        raise AlreadyDone("This action was carried out before; nothing more is to be done.")
    newest = select(text("rowid")).select_from(applied_actions).order_by(text("rowid DESC"))
    oldest = db.execute(newest.offset(_KEPT).limit(1)).scalar()
    if oldest is not None:
        db.execute(applied_actions.delete().where(text("rowid <= :oldest")), {"oldest": oldest})
    db.execute(applied_actions.insert().values(id=action, at=now()))
