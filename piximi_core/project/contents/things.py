"""Find and count things: what the gallery, the filters and the counters ask."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, case, func, literal_column, select

from piximi_core.errors import NotFound
from piximi_core.messages import from_json
from piximi_core.project.database.schema import (
    answers,
    categories,
    images,
    objects,
    predictions,
    things,
)
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, PARTITIONS, is_unknown

__all__ = [
    "Prediction",
    "SortKey",
    "Thing",
    "ThingFilter",
    "among",
    "count_things",
    "find_ids",
    "follows_labels",
    "get_things",
    "image_gone",
    "kind_of_thing",
    "list_things",
    "rejected_ids",
]

_PRIME = 1_073_741_789  # the largest below 2^30, so that products stay in SQLite's integers
SortKey = Literal["added", "name", "category", "confidence", "partition", "random"]


@dataclass(frozen=True)
class Prediction:
    """What a run says a thing is; a confidence of 0 where Piximi's file did not tell one."""

    run_id: str
    category_id: str | None
    class_name: str
    confidence: float
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Thing:
    """An image or an object with its label and, beside it, its prediction.

    What is said of an object's file and numbers is said of its image's; its height and width are
    those of its box, and its only plane is the active one.

    Attributes
    ----------
    image_id, image_name
        The image that an object lies in; None and empty for an image.
    box
        An object's ``(x1, y1, x2, y2)``, the end exclusive.
    mask
        An object's mask as the run lengths of `annotation.run_lengths`, by spaces.
    """

    id: str
    name: str
    kind_id: str
    category_id: str
    partition: str
    labelled_by: str | None
    labelled_at: str | None
    metadata: dict[str, Any]
    sha256: str
    file_sha256: str
    extension: str
    planes: int
    height: int
    width: int
    channels: int
    bit_depth: int
    dtype: str
    active_plane: int
    read_channels: int | None
    pixel_size: dict[str, Any] | None
    display: dict[str, Any]
    notes: list[str]
    prediction: Prediction | None
    image_id: str | None = None
    image_name: str = ""
    box: tuple[int, int, int, int] | None = None
    mask: str = ""

    @property
    def view(self) -> str:
        """What is looked at of the file: a plane, and in it the object's very outline."""
        plane = str(self.active_plane)
        if self.box is None:
            return plane
        outline = f"{self.box} {self.mask}".encode()
        return f"{plane}-{hashlib.sha256(outline).hexdigest()[:16]}"

    @property
    def key(self) -> str:
        """What tells this thing, looked at so, from all others of the project."""
        return f"{self.id}:{self.view}"

    @property
    def is_labelled(self) -> bool:
        """Whether a person gave it a category."""
        return not is_unknown(self.category_id)


@dataclass(frozen=True)
class ThingFilter:
    """Which things, and in which order; None means "any".

    Attributes
    ----------
    run_id
        Whose predictions, those that wait for an answer.
    rejected_of, not_rejected_of
        A run: only what it predicted and was rejected, or all but that.
    """

    kind_id: str | None = IMAGE_KIND
    category_ids: Collection[str] | None = None
    partitions: Collection[str] | None = None
    predicted_ids: Collection[str] | None = None
    labelled: bool | None = None
    predicted: bool | None = None
    run_id: str | None = None
    rejected_of: str | None = None
    not_rejected_of: str | None = None
    least_confidence: float = 0.0
    name_contains: str = ""
    ids: Collection[str] | None = None
    sort: SortKey = "added"
    descending: bool = False
    seed: int = 0

    @property
    def is_open(self) -> bool:
        """Whether all things of the kind pass."""
        return self == ThingFilter(
            self.kind_id, sort=self.sort, descending=self.descending, seed=self.seed
        )


def follows_labels(wanted: ThingFilter) -> bool:
    """Tell whether labels and answers to predictions change what passes a filter, or its order."""
    asked = (wanted.category_ids, wanted.partitions, wanted.predicted_ids, wanted.labelled)
    answered = (wanted.predicted, wanted.run_id, wanted.rejected_of, wanted.not_rejected_of)
    return (
        any(value is not None for value in (*asked, *answered))
        or wanted.least_confidence > 0
        or wanted.sort in ("category", "confidence", "partition")
    )


def among(column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these values, however many they are."""
    # One JSON parameter instead of one per value: SQLite takes only 32,766 of those.
    listed: Select[Any] = select(literal_column("value"))
    return column.in_(listed.select_from(func.json_each(json.dumps(list(values)))))


def rejected_ids(run_id: str) -> Select[Any]:
    """Return the query of the things whose prediction by a run was rejected."""
    return select(answers.c.thing_id).where(
        answers.c.run_id == run_id, answers.c.answer == "rejected"
    )


def _conditions(wanted: ThingFilter) -> list[ColumnElement[bool]]:
    known = things.c.category_id.not_like("0%")
    listed: tuple[tuple[ColumnElement[Any], Collection[str] | None], ...] = (
        (things.c.id, wanted.ids),
        (things.c.category_id, wanted.category_ids),
        (things.c.partition, wanted.partitions),
        (predictions.c.category_id, wanted.predicted_ids),
    )
    conditions = [among(column, values) for column, values in listed if values is not None]
    if wanted.kind_id is not None:
        conditions.append(things.c.kind_id == wanted.kind_id)
    if wanted.labelled is not None:
        conditions.append(known if wanted.labelled else ~known)
    if wanted.predicted is not None:
        has = predictions.c.id.is_not(None)
        conditions.append(has if wanted.predicted else ~has)
    if wanted.run_id is not None:
        conditions.append(predictions.c.run_id == wanted.run_id)
    if wanted.rejected_of is not None:
        conditions.append(things.c.id.in_(rejected_ids(wanted.rejected_of)))
    if wanted.not_rejected_of is not None:
        conditions.append(things.c.id.not_in(rejected_ids(wanted.not_rejected_of)))
    if wanted.least_confidence > 0:
        conditions.append(predictions.c.confidence >= wanted.least_confidence)
    if wanted.name_contains:
        conditions.append(things.c.name.icontains(wanted.name_contains, autoescape=True))
    return conditions


def _shuffled(seed: int) -> ColumnElement[Any]:
    """Return a hash of the position: the same on every page and machine, another for each seed.

    A polynomial of the third degree modulo a prime, with factors drawn from the seed: one of the
    first degree would order neighbouring seeds alike.
    """
    digest = hashlib.sha256(str(seed).encode()).digest()
    a, b, c = (int.from_bytes(digest[i : i + 8]) % _PRIME for i in (0, 8, 16))
    x = ((things.c.position + 1) * a + b) % _PRIME
    return ((x * x % _PRIME) * ((x + c) % _PRIME)) % _PRIME


def _order(wanted: ThingFilter) -> list[ColumnElement[Any]]:
    keys: dict[SortKey, ColumnElement[Any]] = {
        "added": things.c.position,
        "name": things.c.name.collate("NOCASE"),
        "category": categories.c.position,
        "confidence": func.coalesce(predictions.c.confidence, -1.0),
        "partition": case({p: i for i, p in enumerate(PARTITIONS)}, value=things.c.partition),
        "random": _shuffled(wanted.seed),
    }
    key = keys[wanted.sort]
    return [key.desc() if wanted.descending else key.asc(), things.c.position]


def _sought(wanted: ThingFilter, *, ordered: bool) -> Select[Any]:
    """Return the query of the ids that pass a filter; tables it does not ask are left out."""
    sought: FromClause = things
    by_prediction = (wanted.predicted_ids, wanted.predicted, wanted.run_id)
    if ordered and wanted.sort == "category":
        sought = sought.join(categories, categories.c.id == things.c.category_id)
    if (
        any(value is not None for value in by_prediction)
        or wanted.least_confidence > 0
        or (ordered and wanted.sort == "confidence")
    ):
        sought = sought.outerjoin(predictions, predictions.c.id == things.c.id)
    query = select(things.c.id).select_from(sought).where(*_conditions(wanted))
    return query.order_by(*_order(wanted)) if ordered else query


def count_things(store: Store, wanted: ThingFilter) -> int:
    """Return how many things pass the filter."""
    query = select(func.count()).select_from(_sought(wanted, ordered=False).subquery())
    with store.read() as db:
        return int(db.execute(query).scalar_one())


def find_ids(store: Store, wanted: ThingFilter) -> list[str]:
    """Return the ids that pass the filter, in its order."""
    with store.read() as db:
        return list(db.execute(_sought(wanted, ordered=True)).scalars())


def list_things(
    store: Store, wanted: ThingFilter, *, offset: int = 0, limit: int | None = None
) -> list[Thing]:
    """Return the things that pass the filter, in its order."""
    # The ids first: to sort whole rows of 50,000 objects takes seconds.
    query = _sought(wanted, ordered=True).offset(offset).limit(limit)
    with store.read() as db:
        ids = list(db.execute(query).scalars())
        found = db.execute(_whole().where(among(things.c.id, ids)))
        rows = {row.id: row._asdict() for row in found}
    return [_thing(rows[thing_id]) for thing_id in ids]


@cache  # to write it down takes longer than to ask it of one thing
def _whole() -> Select[Any]:
    """Return the query of all that is known of things, an object's image included."""
    parent = things.alias("parent")
    columns = select(
        things,
        *[column for column in images.columns if column.name != "id"],
        *[column for column in objects.columns if column.name not in ("id", "mask")],
        func.coalesce(objects.c.mask, "").label("mask"),
        func.coalesce(parent.c.name, "").label("image_name"),
        predictions.c.run_id,
        predictions.c.category_id.label("predicted_id"),
        predictions.c.class_name,
        predictions.c.confidence,
        predictions.c.probabilities,
    )
    return columns.select_from(
        things.outerjoin(predictions, predictions.c.id == things.c.id)
        .outerjoin(objects, objects.c.id == things.c.id)
        .outerjoin(parent, parent.c.id == objects.c.image_id)
        .join(images, images.c.id == func.coalesce(objects.c.image_id, things.c.id))
    )


def kind_of_thing(store: Store, thing_id: str) -> str | None:
    """Return the id of a thing's kind, None if the thing is gone."""
    query = select(things.c.kind_id).where(things.c.id == thing_id)
    with store.read() as db:
        found = db.execute(query).scalar_one_or_none()
    return None if found is None else str(found)


def image_gone() -> NotFound:
    """Return the error for an image that is not there any more."""
    return NotFound("The image is gone; somebody has deleted it meanwhile.")


def get_things(store: Store, ids: Collection[str], kind_id: str | None = None) -> list[Thing]:
    """Return these things in the order they were added, only those of a kind if one is given.

    Those that are gone are left out.
    """
    return list_things(store, ThingFilter(kind_id=kind_id, ids=ids))


def _thing(row: Any) -> Thing:
    prediction = None
    if row["run_id"] is not None:
        prediction = Prediction(
            run_id=row["run_id"],
            category_id=row["predicted_id"],
            class_name=row["class_name"],
            confidence=row["confidence"],
            probabilities=tuple(json.loads(row["probabilities"])),
        )
    plain = {name: row[name] for name in Thing.__dataclass_fields__ if name in row}
    parsed = {name: json.loads(row[name]) for name in ("metadata", "display", "notes")}
    parsed["notes"] = from_json(parsed["notes"])
    pixel_size = json.loads(row["pixel_size"]) if row["pixel_size"] else None
    inside = {} if row["image_id"] is None else _inside(row)
    return Thing(
        **{**plain, **parsed, "pixel_size": pixel_size, "prediction": prediction, **inside}
    )


def _inside(row: Any) -> dict[str, Any]:
    """Return what an object has otherwise than its image."""
    x1, y1, x2, y2 = box = tuple(row[side] for side in ("x1", "y1", "x2", "y2"))
    return {
        "box": box,
        "height": y2 - y1,
        "width": x2 - x1,
        "planes": 1,
        "active_plane": row["plane"],
    }
