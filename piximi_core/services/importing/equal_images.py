"""Copies in another file: images of equal pixels, found while adding or later, kept or left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from piximi_core.messages import Message
from piximi_core.project.contents.adding import NewImage
from piximi_core.project.contents.equal_pixels import find_equal, hashes_of_images
from piximi_core.project.contents.labelling import remove_things
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.schema import categories, images, objects, things
from piximi_core.project.database.store import Store, current_user
from piximi_core.services.importing.there_already import ThereAlready, give_labels
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["CopiesLeftOut", "Twin", "find_twins", "leave_out_copies"]


@dataclass(frozen=True)
class Twin:
    """The image that a new one has the pixels of."""

    name: str
    sha256: str


def find_twins(db: Connection, new: Sequence[NewImage]) -> dict[str, Twin]:
    """Return which of new images have the pixels of one in the project or of an earlier new one.

    Returns
    -------
    dict
        The twin of each image that has one, by the image's SHA-256.
    """
    query = select(images.c.id, images.c.sha256, things.c.name)
    rows = db.execute(query.join(things, things.c.id == images.c.id))
    present = {row.id: Twin(row.name, row.sha256) for row in rows}
    known: dict[str, Twin] = {}
    for image_id, pixels in hashes_of_images(db).items():
        known.setdefault(pixels, present[image_id])
    found = {}
    for image in new:
        twin = Twin(image.name, image.sha256)
        if image.pixel_hash and known.setdefault(image.pixel_hash, twin) is not twin:
            found[image.sha256] = known[image.pixel_hash]
    return found


@dataclass
class CopiesLeftOut:
    """What came of leaving out copies.

    Attributes
    ----------
    left_out
        Names of the images that are gone from the project; Undo brings them back.
    labels_given
        How many of those that stay got the label of a copy.
    conflicts
        Name and reason where a copy had another label.
    kept
        Copies that stay, because objects were drawn in them.
    """

    left_out: list[str] = field(default_factory=list)
    labels_given: int = 0
    conflicts: list[list[str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def leave_out_copies(
    store: Store, ids: Collection[str] | None = None, *, who: str | None = None
) -> CopiesLeftOut:
    """Take images out that have the pixels of one that was added before, as one undoable step.

    Their labels go to the one that stays, if it has none.

    Parameters
    ----------
    ids
        Only these, None for all copies.
    """
    outcome = CopiesLeftOut()
    first_of = {copy: equal.ids[0] for equal in find_equal(store) for copy in equal.ids[1:]}
    wanted = [copy for copy in first_of if ids is None or copy in set(ids)]
    found = {thing.id: thing for thing in get_things(store, [*wanted, *first_of.values()])}
    label = Message(
        "Leave out {images} of equal pixels",
        images=Message.plural("{n} image", "{n} images", n=len(wanted)),
    )
    with store.step(label, who=who) as db:
        drawn_in = set(db.execute(select(objects.c.image_id).distinct()).scalars())
        names = _category_names(db)
        there = []
        gone = []
        for copy_id in wanted:
            copy, first = found[copy_id], found[first_of[copy_id]]
            if copy_id in drawn_in:
                outcome.kept.append(copy.name)
                continue
            category = names[copy.category_id] if copy.is_labelled else None
            there.append(ThereAlready(copy.name, first.sha256, category, metadata=copy.metadata))
            gone.append(copy_id)
            outcome.left_out.append(copy.name)
        given = give_labels(db, there, kind_id=IMAGE_KIND, who=who or current_user())
        remove_things(db, gone)
    outcome.labels_given, outcome.conflicts = given.given, given.conflicts
    return outcome


def _category_names(db: Connection) -> dict[str, str]:
    return {row.id: row.name for row in db.execute(select(categories.c.id, categories.c.name))}
