"""A project's objects as the neutral set that annotation files are written from."""

from __future__ import annotations

from piximi_core.annotation.regions import Region
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    ObjectCategory,
    ObjectKind,
    SetObject,
)
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import find_kind, list_kinds
from piximi_core.project.contents.objects import ObjectRow, list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import project_name
from piximi_core.vocabulary import is_unknown

__all__ = ["CROWD", "gather_annotations"]

# The free column that says that an object stands for many (COCO's iscrowd).
CROWD = "iscrowd"


def gather_annotations(store: Store, kind: str | None = None) -> AnnotationSet:
    """Return all images of a project with their objects, of one kind or of all.

    Parameters
    ----------
    kind
        Name or id of a kind; None for every kind of objects.

    Raises
    ------
    NotFound
        There is no such kind.
    """
    kinds = [find_kind(store, kind)] if kind else list_kinds(store)
    kinds = [one for one in kinds if not one.is_image]
    wanted = {one.id for one in kinds}
    rows = list_objects(store, kind_id=kinds[0].id if len(kinds) == 1 else None)
    categories = [
        ObjectCategory(category.name, one.name, category.color, category.id)
        for one in kinds
        for category in list_categories(store, one.id)
    ]
    return AnnotationSet(
        images=[
            AnnotatedImage(i.name, i.width, i.height, i.planes, i.channels, i.id)
            for i in list_things(store, ThingFilter())
        ],
        objects=[_object(row) for row in rows if row.kind_id in wanted],
        kinds=[ObjectKind(one.name, one.id, one.unknown_category_id) for one in kinds],
        categories=categories,
        project=project_name(store),
    )


def _object(row: ObjectRow) -> SetObject:
    return SetObject(
        image=row.image_name,
        shape=Region(row.box, row.runs),
        kind=row.kind_name,
        category=None if is_unknown(row.category_id) else row.category_name,
        plane=row.plane,
        name=row.name,
        partition=row.partition,
        crowd=str(row.metadata.get(CROWD)) == "1",
        id=row.id,
    )
