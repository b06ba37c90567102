"""Images of equal pixels in different files: a PNG packed again, or the same numbers as TIFF."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, Text, cast, func, select
from sqlalchemy.dialects.sqlite import insert

from piximi_core.project.database.schema import images, pixel_hashes, things
from piximi_core.project.database.store import Store

__all__ = [
    "EqualImages",
    "Unhashed",
    "find_equal",
    "hash_key",
    "hashes_of_images",
    "list_unhashed",
    "store_hashes",
]

_MOST_AT_ONCE = 10_000


def hash_key(file_sha256: str, read_channels: int | None) -> str:
    """Return what names the pixels of a stored file: how it is read decides on them too."""
    return f"{file_sha256}:{read_channels or 0}"


_KEY = (
    images.c.file_sha256 + ":" + cast(func.coalesce(images.c.read_channels, 0, type_=Integer), Text)
)


@dataclass(frozen=True)
class EqualImages:
    """Images of equal pixels, by id and name, that which was added first coming first."""

    ids: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Unhashed:
    """A stored file whose pixels were not compared with others yet."""

    file_sha256: str
    extension: str
    read_channels: int | None
    name: str


def store_hashes(db: Connection, hashes: Mapping[str, str]) -> None:
    """Keep the pixel hashes of files.

    Parameters
    ----------
    hashes
        By `hash_key`. An empty hash says that the file could not be read; it equals no other.
    """
    rows = [{"id": key, "hash": value} for key, value in hashes.items()]
    if rows:
        db.execute(insert(pixel_hashes).on_conflict_do_nothing(), rows)


def hashes_of_images(db: Connection) -> dict[str, str]:
    """Return the pixel hash of each image that has one, by image id, first added first."""
    query = (
        select(images.c.id, pixel_hashes.c.hash)
        .join(pixel_hashes, pixel_hashes.c.id == _KEY)
        .join(things, things.c.id == images.c.id)
        .where(pixel_hashes.c.hash != "")
        .order_by(things.c.position)
    )
    return {row.id: row.hash for row in db.execute(query)}


def find_equal(store: Store) -> list[EqualImages]:
    """Return the images that have equal pixels, as far as they were compared already."""
    with store.read() as db:
        same: dict[str, list[str]] = defaultdict(list)
        for image_id, pixels in hashes_of_images(db).items():
            same[pixels].append(image_id)
        several = [ids for ids in same.values() if len(ids) > 1]
        names = {row.id: row.name for row in db.execute(select(things.c.id, things.c.name))}
    return [EqualImages(tuple(ids), tuple(names[i] for i in ids)) for ids in several]


def list_unhashed(store: Store) -> list[Unhashed]:
    """Return the stored files whose pixels are still to be compared, not too many at once."""
    query = (
        select(images.c.file_sha256, images.c.extension, images.c.read_channels, things.c.name)
        .join(things, things.c.id == images.c.id)
        .outerjoin(pixel_hashes, pixel_hashes.c.id == _KEY)
        .where(pixel_hashes.c.id.is_(None))
        .group_by(images.c.file_sha256, images.c.read_channels)
        .order_by(things.c.position)
        .limit(_MOST_AT_ONCE)
    )
    with store.read() as db:
        return [Unhashed(*row) for row in db.execute(query)]
