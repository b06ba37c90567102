"""How large the things of a kind are: whole images, or the boxes of objects."""

from __future__ import annotations

from sqlalchemy import func, select

from piximi_core.project.database.schema import images, objects, things
from piximi_core.project.database.store import Store

__all__ = ["thing_sizes"]


def thing_sizes(store: Store, kind_id: str, limit: int | None = None) -> list[tuple[int, int]]:
    """Return (height, width) in pixels of each thing of a kind, in the project's order.

    Parameters
    ----------
    limit
        Only the first so many; None for all.
    """
    query = (
        select(
            func.coalesce(objects.c.y2 - objects.c.y1, images.c.height),
            func.coalesce(objects.c.x2 - objects.c.x1, images.c.width),
        )
        .select_from(things)
        .outerjoin(objects, objects.c.id == things.c.id)
        .outerjoin(images, images.c.id == things.c.id)
        .where(things.c.kind_id == kind_id)
        .order_by(things.c.position)
        .limit(limit)
    )
    with store.read() as db:
        return [(height, width) for height, width in db.execute(query)]
