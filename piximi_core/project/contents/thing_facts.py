"""How large the things of a kind are, and which images Piximi reads otherwise, or not at all."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import func, select

from piximi_core.project.database.schema import images, objects, things
from piximi_core.project.database.store import Store

__all__ = ["ImageSort", "image_sorts", "thing_sizes"]

ImageSort = Literal["plain", "signed", "dicom", "deep", "decimal"]


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


def image_sorts(store: Store) -> set[ImageSort]:
    """Return the sorts of the images that a project holds.

    ===========  ==========================================================
    ``plain``    8 or 16 bit without a sign, which Piximi reads as we do
    ``signed``   8 or 16 bit with a sign
    ``deep``     whole numbers of 32 bit
    ``decimal``  decimal numbers
    ``dicom``    DICOM, whatever its numbers
    ===========  ==========================================================
    """
    with store.read() as db:
        rows = db.execute(select(images.c.extension, images.c.dtype).distinct()).all()
    return {_sort(extension, dtype) for extension, dtype in rows}


def _sort(extension: str, dtype: str) -> ImageSort:
    if extension == "dcm":
        return "dicom"
    if dtype.startswith("float"):
        return "decimal"
    if dtype.endswith("32"):
        return "deep"
    return "plain" if dtype.startswith("u") else "signed"
