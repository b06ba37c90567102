"""Put decoded images into the project: names made unique, labels and partitions given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from piximi_core.messages import to_json
from piximi_core.project.contents.categories import ensure_categories, unknown_category_id
from piximi_core.project.contents.equal_pixels import hash_key, store_hashes
from piximi_core.project.database import schema
from piximi_core.project.naming.image_names import ImageNames, Origin
from piximi_core.vocabulary import IMAGE_KIND, is_unknown, new_id, now

__all__ = ["NewImage", "Renaming", "add_images", "thing_row"]


@dataclass(frozen=True)
class NewImage:
    """One stored file that is to become an image of the project.

    Attributes
    ----------
    name
        The base name of its file.
    path, within
        Where it came from; see `image_names.Origin`.
    pixel_hash
        See `images.pixel_hash`; empty if it is not known yet.
    metadata
        Free columns, such as a patient.
    """

    name: str
    sha256: str
    file_sha256: str
    extension: str
    planes: int
    height: int
    width: int
    channels: int
    bit_depth: int
    dtype: str
    read_channels: int | None = None
    pixel_size: dict[str, Any] | None = None
    display: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    category: str | None = None
    partition: str | None = None
    path: str = ""
    within: str = ""
    pixel_hash: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass
class Renaming:
    """Which images are called otherwise than their files, because others have the same base name.

    Attributes
    ----------
    earlier
        Old and new name of images that were there before.
    new
        Base name and name of new ones.
    """

    earlier: list[tuple[str, str]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)


def add_images(
    db: Connection,
    found: Iterable[NewImage],
    *,
    kind_id: str = IMAGE_KIND,
    who: str,
    renaming: Renaming | None = None,
) -> int:
    """Add images inside an open step; return how many were new.

    Pictures that came into the project meanwhile (same SHA-256) are left out. What has the base
    name of another is called by its folder too, and so is then the other.

    Parameters
    ----------
    renaming
        Collects what is called otherwise than its file.
    """
    present = set(db.execute(select(schema.images.c.sha256)).scalars())
    new: list[NewImage] = []
    for image in found:
        if image.sha256 not in present:
            present.add(image.sha256)
            new.append(image)
    if not new:
        return 0
    names = ImageNames(db, kind_id)
    called = names.take_all([(image.name, Origin(image.path, image.within)) for image in new])
    wanted = list(dict.fromkeys(image.category for image in new if image.category))
    category_ids = ensure_categories(db, kind_id, wanted)
    unknown = unknown_category_id(db, kind_id)
    position = int(db.execute(select(func.max(schema.things.c.position))).scalar() or 0)
    thing_rows: list[dict[str, Any]] = []
    image_rows: list[dict[str, Any]] = []
    source_rows: list[dict[str, Any]] = []
    for image, name in zip(new, called, strict=True):
        position += 1
        category_id = category_ids[image.category] if image.category else unknown
        row = thing_row(
            new_id(),
            kind_id,
            name,
            category_id=category_id,
            partition=image.partition,
            position=position,
            who=who,
            metadata=json.dumps(image.metadata, ensure_ascii=False),
        )
        thing_rows.append(row)
        image_rows.append(_image_row(image, row["id"]))
        source_rows.append(
            {"id": row["id"], "path": image.path or image.name, "within": image.within}
        )
    db.execute(schema.things.insert(), thing_rows)
    db.execute(schema.images.insert(), image_rows)
    db.execute(schema.sources.insert(), source_rows)
    store_hashes(
        db, {hash_key(i.file_sha256, i.read_channels): i.pixel_hash for i in new if i.pixel_hash}
    )
    _fix_channels(db, new)
    if renaming is not None:
        renaming.earlier += names.renamed
        pairs = zip(new, called, strict=True)
        renaming.new += [(image.name, name) for image, name in pairs if image.name != name]
    return len(new)


def thing_row(
    thing_id: str,
    kind_id: str,
    name: str,
    *,
    category_id: str,
    partition: str | None,
    position: int,
    who: str,
    metadata: str = "{}",
) -> dict[str, Any]:
    """Return the row of a new image or object; without a partition, its label decides."""
    labelled = not is_unknown(category_id)
    moment = now()
    return {
        "id": thing_id,
        "kind_id": kind_id,
        "name": name,
        "category_id": category_id,
        "partition": partition or ("Unassigned" if labelled else "Inference"),
        "labelled_by": who if labelled else None,
        "labelled_at": moment if labelled else None,
        "metadata": metadata,
        "position": position,
        "created_at": moment,
    }


def _image_row(image: NewImage, thing_id: str) -> dict[str, Any]:
    return {
        "id": thing_id,
        "sha256": image.sha256,
        "file_sha256": image.file_sha256,
        "extension": image.extension,
        "planes": image.planes,
        "height": image.height,
        "width": image.width,
        "channels": image.channels,
        "bit_depth": image.bit_depth,
        "dtype": image.dtype,
        "active_plane": 0,
        "read_channels": image.read_channels,
        "pixel_size": json.dumps(image.pixel_size) if image.pixel_size else None,
        "display": json.dumps(image.display),
        "notes": json.dumps(to_json(image.notes), ensure_ascii=False),
    }


def _fix_channels(db: Connection, new: list[NewImage]) -> None:
    """The first import decides how many channels the project has."""
    unset = schema.project.c.channels.is_(None)
    db.execute(schema.project.update().where(unset).values(channels=new[0].channels))
