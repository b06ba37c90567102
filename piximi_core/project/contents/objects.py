"""Objects inside images: put them into the project, and list them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from piximi_core.annotation.regions import Region
from piximi_core.annotation.run_lengths import check_runs
from piximi_core.errors import BadInput, NotFound, PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.adding import thing_row
from piximi_core.project.contents.categories import (
    clean_name,
    ensure_categories,
    unknown_category_id,
)
from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import (
    categories,
    images,
    kinds,
    objects,
    predictions,
    things,
)
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, UniqueNames, is_unknown, new_id, require_partition

__all__ = [
    "Box",
    "NewObject",
    "ObjectMask",
    "ObjectRow",
    "add_objects",
    "change_kind",
    "count_objects",
    "ids_inside",
    "list_objects",
    "masks_in",
    "read_runs",
    "region_of_row",
]

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class NewObject:
    """An annotated region that is to come into the project.

    Attributes
    ----------
    box
        ``(x1, y1, x2, y2)`` in pixels of the image, the end exclusive.
    runs
        The mask inside the box as run lengths; see `annotation.run_lengths`.
    name
        None to name it ``<image stem>-<kind>_<n>``; a name that is taken gets a number.
    category
        Name of a category of the kind, created if there is none; Unknown if None.
    partition
        None for Unassigned, or Inference without a label, as labelling by hand gives.
    id
        None for a new one.
    """

    image_id: str
    kind_id: str
    box: Box
    runs: tuple[int, ...]
    plane: int = 0
    name: str | None = None
    category: str | None = None
    partition: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    labelled_by: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class ObjectRow:
    """An object as it is in the project; box and runs are as in `NewObject`."""

    id: str
    image_id: str
    image_name: str
    kind_id: str
    kind_name: str
    name: str
    category_id: str
    category_name: str
    partition: str
    plane: int
    box: Box
    runs: tuple[int, ...]
    metadata: dict[str, Any]
    labelled_by: str | None

    @property
    def area(self) -> int:
        """The mask's pixels."""
        return sum(self.runs[1::2])


class ObjectMask(NamedTuple):
    """An object as it is drawn over its image; the mask is run lengths by spaces."""

    id: str
    name: str
    kind_id: str
    category_id: str
    predicted: bool
    plane: int
    x1: int
    y1: int
    x2: int
    y2: int
    mask: str


def masks_in(store: Store, image_id: str, ids: Collection[str] | None = None) -> list[ObjectMask]:
    """Return the objects of an image as they were added, those of hidden kinds left out.

    Parameters
    ----------
    ids
        The only ones that are asked for; None for all.
    """
    query = (
        select(things.c.id, things.c.name, things.c.kind_id, things.c.category_id)
        .add_columns(predictions.c.id.is_not(None), objects.c.plane)
        .add_columns(objects.c.x1, objects.c.y1, objects.c.x2, objects.c.y2, objects.c.mask)
        .select_from(objects)
        .join(things, things.c.id == objects.c.id)
        .join(kinds, kinds.c.id == things.c.kind_id)
        .outerjoin(predictions, predictions.c.id == things.c.id)
        .where(objects.c.image_id == image_id, ~kinds.c.hidden)
        .order_by(things.c.position)
    )
    if ids is not None:
        query = query.where(among(objects.c.id, ids))
    with store.read() as db:
        return [ObjectMask(*row) for row in db.execute(query)]


def read_runs(mask: str) -> tuple[int, ...]:
    """Return the run lengths from the text they are stored as."""
    return tuple(map(int, mask.split()))


def region_of_row(row: Any) -> Region:
    """Return the pixels of a row that has a box and a mask: of objects, proposals or regions."""
    return Region((row.x1, row.y1, row.x2, row.y2), read_runs(row.mask))


def add_objects(db: Connection, found: Iterable[NewObject], *, who: str) -> list[str]:
    """Put objects into the project inside an open step; return their ids in order.

    Raises
    ------
    BadInput
        A box leaves its image, a plane is not there, runs do not fill their box, or an id is
        taken; nothing was added.
    NotFound
        An image or a kind is not in the project.
    """
    new = list(found)
    parents = _parents(db, {item.image_id for item in new})
    for item in new:
        _check(item, parents)
    ids = _ids(db, new)
    position = int(db.execute(select(func.max(things.c.position))).scalar() or 0)
    rows: dict[str, dict[str, Any]] = {}
    for kind_id in dict.fromkeys(item.kind_id for item in new):
        kind_name = _kind_name(db, kind_id)
        wanted = [item.category for item in new if item.kind_id == kind_id and item.category]
        category_ids = ensure_categories(db, kind_id, list(dict.fromkeys(wanted)))
        unknown = unknown_category_id(db, kind_id)
        named = [item.name for item in new if item.kind_id == kind_id]
        # One that is drawn need not wait until the names of all others are read.
        names = None if named == [None] else _all_names(db, kind_id)
        for number, (item, object_id) in enumerate(zip(new, ids, strict=True), position + 1):
            if item.kind_id == kind_id:
                image_stem = PurePosixPath(parents[item.image_id].name).stem
                stem = f"{image_stem}-{kind_name}"
                if names is None:
                    name = _next_name(db, kind_id, stem)
                elif item.name:
                    name = names.take(clean_name(item.name, "object"))
                else:
                    name = names.take_numbered(stem)
                category_id = category_ids[item.category] if item.category else unknown
                rows[object_id] = thing_row(
                    object_id,
                    item.kind_id,
                    name,
                    category_id=category_id,
                    partition=item.partition,
                    position=number,
                    who=item.labelled_by or who,
                    metadata=json.dumps(dict(item.metadata), ensure_ascii=False),
                )
    if new:
        db.execute(things.insert(), [rows[object_id] for object_id in ids])
        db.execute(objects.insert(), list(map(_object_row, new, ids)))
    return ids


def _all_names(db: Connection, kind_id: str) -> UniqueNames:
    taken = select(things.c.name).where(things.c.kind_id == kind_id)
    return UniqueNames(db.execute(taken).scalars())


def _next_name(db: Connection, kind_id: str, stem: str) -> str:
    """Return the stem with a free number, counted on from the object that was added last."""
    start, mine = f"{stem}_", things.c.kind_id == kind_id
    query = select(things.c.name).where(mine, func.substr(things.c.name, 1, len(start)) == start)
    last = db.execute(query.order_by(things.c.position.desc()).limit(1)).scalar() or ""
    text = last.removeprefix(start)
    number = int(text) if text.isdecimal() and len(text) < 10 else 0
    while True:
        number += 1
        same = select(things.c.id).where(mine, things.c.name == f"{start}{number}")
        if db.execute(same.limit(1)).first() is None:
            return f"{start}{number}"


def _parents(db: Connection, image_ids: Collection[str]) -> dict[str, Any]:
    query = (
        select(images.c.id, things.c.name, images.c.planes, images.c.height, images.c.width)
        .join(things, things.c.id == images.c.id)
        .where(among(images.c.id, image_ids))
    )
    return {str(row.id): row for row in db.execute(query).all()}


def _check(item: NewObject, parents: Mapping[str, Any]) -> None:
    image = parents.get(item.image_id)
    if image is None:
        raise NotFound("An object's image is not in this project; add the image first.")
    x1, y1, x2, y2 = item.box
    try:
        if not (0 <= x1 < x2 <= image.width and 0 <= y1 < y2 <= image.height):
            raise BadInput(
                "A box from ({x1}, {y1}) to ({x2}, {y2}) does not lie within the image, which "
                "has {width} x {height} pixels.",
                x1=x1,
                y1=y1,
                x2=x2,
                y2=y2,
                width=image.width,
                height=image.height,
            )
        if not 0 <= item.plane < image.planes:
            raise BadInput(
                "An object lies in plane {plane} of {planes}.",
                plane=item.plane,
                planes=image.planes,
            )
        check_runs(item.runs, y2 - y1, x2 - x1)
        if item.partition is not None:
            require_partition(item.partition)
    except PiximiError as error:
        raise BadInput("{name}: {error}", name=image.name[:80], error=error) from error


def _ids(db: Connection, new: Sequence[NewObject]) -> list[str]:
    ids = [item.id or new_id() for item in new]
    taken = db.execute(select(things.c.id).where(among(things.c.id, ids)).limit(1)).first()
    if taken is not None or len(set(ids)) < len(ids):
        raise BadInput("Two objects have the same id; give each its own, or none.")
    return ids


def _kind_name(db: Connection, kind_id: str) -> str:
    name = db.execute(select(kinds.c.name).where(kinds.c.id == kind_id)).scalar_one_or_none()
    if name is None:
        raise NotFound("There is no kind {kind!r} in this project; create it first.", kind=kind_id)
    if kind_id == IMAGE_KIND:
        raise BadInput("The kind Image holds the images themselves; choose a kind of objects.")
    return str(name)


def _object_row(item: NewObject, object_id: str) -> dict[str, Any]:
    return {
        "id": object_id,
        "image_id": item.image_id,
        "plane": item.plane,
        **dict(zip(("x1", "y1", "x2", "y2"), item.box, strict=True)),
        "mask": " ".join(map(str, item.runs)),
    }


def change_kind(store: Store, ids: Sequence[str], kind_id: str, *, who: str | None = None) -> int:
    """Move objects to another kind, in one step; return how many there were.

    An object keeps its label where the other kind has a category of that name; else it becomes
    Unknown. Predictions are taken away, because they are a classifier's of the former kind. A name
    that is taken in the other kind gets a number.

    Raises
    ------
    BadInput
        One of them is an image, or the kind is that of the images.
    NotFound
        The kind is gone.
    """
    with store.step(
        Message(
            "Change the kind of {objects}",
            objects=Message.plural("{n} object", "{n} objects", n=len(ids)),
        ),
        who=who,
    ) as db:
        _kind_name(db, kind_id)
        query = (
            select(things.c.id, things.c.name, categories.c.name.label("category"))
            .add_columns(things.c.kind_id)
            .join(categories, categories.c.id == things.c.category_id)
            .where(among(things.c.id, ids), things.c.kind_id != kind_id)
            .order_by(things.c.position)
        )
        moved = db.execute(query).all()
        if any(row.kind_id == IMAGE_KIND for row in moved):
            raise BadInput("Images keep their kind; choose objects to move to another one.")
        known = select(categories.c.name, categories.c.id).where(categories.c.kind_id == kind_id)
        labels = {row.name: row.id for row in db.execute(known)}
        unknown = unknown_category_id(db, kind_id)
        taken = select(things.c.name).where(things.c.kind_id == kind_id)
        names = UniqueNames(db.execute(taken).scalars())
        db.execute(predictions.delete().where(among(predictions.c.id, [row.id for row in moved])))
        for row in moved:
            values: dict[str, Any] = {"kind_id": kind_id, "name": names.take(row.name)}
            values["category_id"] = category_id = labels.get(row.category, unknown)
            if is_unknown(category_id):
                values |= {"partition": "Inference", "labelled_by": None, "labelled_at": None}
            db.execute(things.update().where(things.c.id == row.id).values(**values))
        return len(moved)


def count_objects(store: Store, image_ids: Collection[str]) -> int:
    """Return how many objects lie in these images, of any kind."""
    query = select(func.count()).where(among(objects.c.image_id, image_ids))
    with store.read() as db:
        return int(db.execute(query).scalar_one())


def ids_inside(store: Store, image_id: str) -> dict[str, list[str]]:
    """Return the objects of an image, in the order they were added, by their kinds."""
    query = (
        select(things.c.kind_id, things.c.id)
        .join(objects, objects.c.id == things.c.id)
        .where(objects.c.image_id == image_id)
        .order_by(things.c.position)
    )
    found: dict[str, list[str]] = {}
    with store.read() as db:
        for kind_id, object_id in db.execute(query):
            found.setdefault(kind_id, []).append(object_id)
    return found


def list_objects(
    store: Store, *, kind_id: str | None = None, image_ids: Collection[str] | None = None
) -> list[ObjectRow]:
    """Return objects in the order they were added, of one kind and of some images if asked."""
    image = things.alias("image")
    query = (
        select(things, objects, image.c.name.label("image_name"))
        .add_columns(kinds.c.name.label("kind_name"), categories.c.name.label("category_name"))
        .join(things, things.c.id == objects.c.id)
        .join(image, image.c.id == objects.c.image_id)
        .join(kinds, kinds.c.id == things.c.kind_id)
        .join(categories, categories.c.id == things.c.category_id)
        .order_by(things.c.position)
    )
    if kind_id is not None:
        query = query.where(things.c.kind_id == kind_id)
    if image_ids is not None:
        query = query.where(among(objects.c.image_id, image_ids))
    with store.read() as db:
        return [_row(row._mapping) for row in db.execute(query)]


def _row(row: Any) -> ObjectRow:
    plain = {name: row[name] for name in ObjectRow.__dataclass_fields__ if name in row}
    return ObjectRow(
        **{
            **plain,
            "box": (row["x1"], row["y1"], row["x2"], row["y2"]),
            "runs": read_runs(row["mask"]),
            "metadata": json.loads(row["metadata"]),
        }
    )
