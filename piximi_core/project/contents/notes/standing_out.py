"""Which objects of an image stand out, by what is seen of their pixels and labels."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from sqlalchemy import select

from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools.quality import look_at
from piximi_core.project.contents.objects import ObjectMask, masks_in, read_runs
from piximi_core.project.database.schema import images
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import is_unknown

__all__ = ["FINDINGS", "Finding", "standing_out"]

Finding = Literal["border", "overlapping", "small", "parts", "unlabelled"]
FINDINGS: tuple[Finding, ...] = ("border", "overlapping", "small", "parts", "unlabelled")


@lru_cache(maxsize=8)
def standing_out(
    store: Store, image_id: str, plane: int, revision: int
) -> dict[Finding, tuple[str, ...]]:
    """Return the ids of the objects of a plane that stand out, by what is found of them.

    Objects overlap with those of their own kind alone: a nucleus lies in its cell. Those of hidden
    kinds are left out. What was found is remembered for a revision.

    Parameters
    ----------
    revision
        The project's present one.
    """
    found: dict[Finding, list[str]] = {finding: [] for finding in FINDINGS}
    with store.read() as db:
        query = select(images.c.height, images.c.width).where(images.c.id == image_id)
        size = db.execute(query).first()
    if size is None:
        return dict.fromkeys(FINDINGS, ())
    kinds: dict[str, list[ObjectMask]] = {}
    for mask in masks_in(store, image_id):
        if mask.plane == plane:
            kinds.setdefault(mask.kind_id, []).append(mask)
    for masks in kinds.values():
        regions = [Region((m.x1, m.y1, m.x2, m.y2), read_runs(m.mask)) for m in masks]
        seen = look_at(regions, size.height, size.width)
        found["border"] += [masks[at].id for at in seen.border]
        found["overlapping"] += [masks[at].id for at in seen.overlapping]
        found["small"] += [masks[at].id for at in seen.small]
        found["parts"] += [masks[at].id for at in seen.parts]
        found["unlabelled"] += [mask.id for mask in masks if is_unknown(mask.category_id)]
    return {finding: tuple(ids) for finding, ids in found.items()}
