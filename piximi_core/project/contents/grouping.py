"""Which images come from one source, and so are never on both sides of the split."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Connection, select

from piximi_core.errors import BadInput
from piximi_core.messages import Message
from piximi_core.project.contents.equal_pixels import hashes_of_images
from piximi_core.project.database.schema import (
    groupings,
    images,
    objects,
    project,
    recording,
    sources,
    things,
)
from piximi_core.project.database.store import Store, open_store
from piximi_core.project.naming.image_names import Origin, file_name, folder_of
from piximi_core.project.naming.name_sources import (
    check_pattern,
    is_clear,
    sources_by_name,
    sources_by_pattern,
)
from piximi_core.source_columns import SOURCE_COLUMNS
from piximi_core.vocabulary import IMAGE_KIND

__all__ = [
    "By",
    "Group",
    "Grouping",
    "ImageGroups",
    "choose_grouping",
    "find_groups",
    "load_grouping",
    "metadata_columns",
    "thing_groups",
]

By = Literal["auto", "names", "folders", "column", "pattern", "none"]
_ONE = "project"
_EXAMPLES = 5


@dataclass(frozen=True)
class Grouping:
    """What tells which images belong together.

    Attributes
    ----------
    by
        ``"auto"`` takes a column of `SOURCE_COLUMNS` if there is one, else the names where they
        are clear, else nothing. ``"folders"`` are those that the files came from.
    value
        The column's name, or the pattern.
    """

    by: By = "auto"
    value: str = ""


@dataclass(frozen=True)
class Group:
    """Images of one source."""

    name: str
    members: tuple[str, ...]  # names of images, sorted


@dataclass(frozen=True)
class ImageGroups:
    """The groups in force.

    Attributes
    ----------
    chosen
        What a person chose, or "auto".
    in_force
        What "auto" comes to; else as chosen.
    of
        The group's name of each image, by id; one that shares its source with none has its own id.
    names
        The name of each image, by id.
    equal
        How many images have the pixels of another one; those are always together.
    """

    chosen: Grouping
    in_force: Grouping
    of: Mapping[str, str]
    names: Mapping[str, str]
    equal: int

    @cached_property
    def shared(self) -> list[Group]:
        """The groups of several images, the largest first."""
        members: dict[str, list[str]] = defaultdict(list)
        for image_id, group in self.of.items():
            members[group].append(self.names[image_id])
        several = [Group(name, tuple(sorted(m))) for name, m in members.items() if len(m) > 1]
        return sorted(several, key=lambda group: (-len(group.members), group.name))

    def label(self, image_id: str) -> str | None:
        """Return the name of an image's group; None if it shares its source with no other."""
        group = self.of.get(image_id)
        return group if group in self._shared_names else None

    @cached_property
    def _shared_names(self) -> frozenset[str]:
        return frozenset(group.name for group in self.shared)

    @property
    def count(self) -> int:
        """How many groups there are, those of one image included."""
        return len(set(self.of.values()))

    @property
    def examples(self) -> list[Group]:
        """Some groups of several images, to be shown."""
        return self.shared[:_EXAMPLES]


def load_grouping(db: Connection) -> Grouping:
    """Return what is chosen; "auto" while nobody has."""
    row = db.execute(select(groupings.c.by, groupings.c.value)).first()
    # What nobody could have chosen here comes from a newer program, or from outside.
    if row is None or row.by not in get_args(By) or not isinstance(row.value, str):
        return Grouping()
    if row.by == "pattern":
        try:
            return Grouping(row.by, check_pattern(row.value))
        except BadInput:
            return Grouping()
    return Grouping(row.by, row.value)


def choose_grouping(store: Store, wanted: Grouping, *, who: str | None = None) -> ImageGroups:
    """Keep what tells which images belong together, as one undoable step; return the groups.

    Things that are dealt already stay where they are: "Split again" deals them by groups.

    Raises
    ------
    BadInput
        There is no such column, or the pattern says nothing of a source.
    """
    if wanted.by == "pattern":
        wanted = replace(wanted, value=check_pattern(wanted.value))
    elif wanted.by == "column":
        known = metadata_columns(store)
        if wanted.value not in known:
            listed = ", ".join(name[:40] for name in known[:10]) or "none"
            raise BadInput(
                "No image has a column {column!r}; there are: {listed}. A table of "
                "labels brings columns such as group, patient or slide.",
                column=wanted.value[:60],
                listed=listed,
            )
    else:
        wanted = replace(wanted, value="")
    words = {
        "auto": Message("Group images as proposed"),
        "names": Message("Group images by their names"),
        "folders": Message("Group images by their folders"),
        "column": Message("Group images by {column}", column=wanted.value[:60]),
        "pattern": Message("Group images by a pattern"),
        "none": Message("Do not group images"),
    }
    with store.step(words[wanted.by], who=who) as db:
        db.execute(groupings.delete())
        db.execute(groupings.insert().values(id=_ONE, by=wanted.by, value=wanted.value))
    return find_groups(store)


def metadata_columns(store: Store) -> list[str]:
    """Return the free columns that images have, those that tell of a source first."""
    with store.read() as db:
        rows = db.execute(
            select(things.c.metadata).join(images, images.c.id == things.c.id).distinct()
        )
        counts = Counter(column for row in rows for column in json.loads(row.metadata))
    order = {name: place for place, name in enumerate(SOURCE_COLUMNS)}
    return sorted(counts, key=lambda name: (order.get(name.lower(), len(order)), name))


def find_groups(store: Store, chosen: Grouping | None = None) -> ImageGroups:
    """Return the groups that are in force, or those that a choice would give."""
    with store.read() as db:
        revision = db.execute(select(recording.c.revision)).scalar_one()
        project_id = db.execute(select(project.c.id)).scalar_one()
        wanted = chosen or load_grouping(db)
    return _groups(store.folder, project_id, revision, wanted)


@lru_cache(maxsize=16)
def _groups(folder: Path, _project_id: str, _revision: int, chosen: Grouping) -> ImageGroups:
    # Pages ask for the same again at each drawing; a revision is one state of the project.
    inside = select(things.c.id, things.c.name, things.c.metadata)
    with open_store(folder).read() as db:
        rows = db.execute(inside.where(things.c.kind_id == IMAGE_KIND)).all()
        # Apart from the images: to look up 100,000 of them one by one takes twice as long.
        origins = db.execute(select(sources.c.id, sources.c.path, sources.c.within)).all()
        pixels = hashes_of_images(db)
    names = {image_id: name for image_id, name, _ in rows}
    columns = {image_id: json.loads(kept) for image_id, _, kept in rows if kept != "{}"}
    told = _Told(names, columns, {key: (path, within) for key, path, within in origins})
    in_force, source_of = _resolved(chosen, told)
    counts = Counter(pixels.values())
    equal = {image_id: value for image_id, value in pixels.items() if counts[value] > 1}

    def own(image_id: str) -> Hashable:
        source = source_of.get(image_id)
        return ("image", image_id) if source is None else ("source", source)

    in_order = sorted(names, key=names.__getitem__)
    if not equal and names.keys().isdisjoint(source_of.values()):
        # No two groups are joined or share a name: of 100,000 images that is soon known.
        of = {image_id: source_of.get(image_id, image_id) for image_id in in_order}
        return ImageGroups(chosen, in_force, of, names, 0)
    same = _Joined()
    for image_id, value in equal.items():
        same.join(own(image_id), ("pixels", value))
    of = {}
    called: dict[Hashable, str] = {}
    given: set[str] = set()
    for image_id in in_order:
        top = same.top(own(image_id)) if equal else own(image_id)
        group = called.get(top)
        if group is None:
            # A group of equal pixels alone is called by the first of them.
            group = source_of.get(image_id, names[image_id] if image_id in equal else image_id)
            group = f"{group} ({image_id[:8]})" if group in given else group
            called[top] = group
            given.add(group)
        of[image_id] = group
    return ImageGroups(chosen, in_force, of, names, len(equal))


@dataclass(frozen=True)
class _Told:
    """What is known of images, by id: names, free columns, and where their files came from."""

    called: Mapping[str, str]
    columns: Mapping[str, Mapping[str, Any]]
    origins: Mapping[str, tuple[str, str]]

    def names(self) -> dict[str, str]:
        """Return the names of the images' files."""
        unknown = ("", "")
        return {
            image_id: file_name(name, self.origins.get(image_id, unknown)[0])
            for image_id, name in self.called.items()
        }

    def folders(self) -> dict[str, str]:
        """Return the folders of the images' files, where they are known."""
        known = {
            image_id: folder_of(Origin(*origin))
            for image_id, origin in self.origins.items()
            if image_id in self.called
        }
        return {image_id: folder for image_id, folder in known.items() if folder}


def _resolved(chosen: Grouping, told: _Told) -> tuple[Grouping, dict[str, str]]:
    """Return what a choice comes to, and the source of each image that has one."""
    if chosen.by == "auto":
        for column in _group_columns(told.columns.values()):
            return Grouping("column", column), _by_column(column, told.columns)
        found = sources_by_name(told.names())
        clear = is_clear(found, len(told.called))
        return (Grouping("names"), found) if clear else (Grouping("none"), {})
    if chosen.by == "names":
        return chosen, sources_by_name(told.names())
    if chosen.by == "folders":
        return chosen, told.folders()
    if chosen.by == "pattern":
        return chosen, sources_by_pattern(chosen.value, told.names())
    return chosen, _by_column(chosen.value, told.columns) if chosen.by == "column" else {}


def _group_columns(columns: Any) -> Sequence[str]:
    """Return the columns that tell of a source, as they are written, the plainest first."""
    present = sorted({name for row in columns for name, value in row.items() if value})
    return [name for known in SOURCE_COLUMNS for name in present if name.lower() == known]


def _by_column(column: str, columns: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    values = ((key, str(row.get(column, "")).strip()) for key, row in columns.items())
    return {key: value for key, value in values if value}


class _Joined:
    """Sets that are joined where they have a member in common (union-find)."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def top(self, member: Hashable) -> Hashable:
        """Return what stands for the set of a member."""
        path = []
        while (above := self._above.get(member, member)) != member:
            path.append(member)
            member = above
        for passed in path:
            self._above[passed] = member
        return member

    def join(self, one: Hashable, other: Hashable) -> None:
        """Make one set of two."""
        self._above[self.top(one)] = self.top(other)


def thing_groups(store: Store, kind_id: str, found: ImageGroups) -> dict[str, str]:
    """Return the group of each thing of a kind by id; objects of one image are always together."""
    query = (
        select(things.c.id, objects.c.image_id)
        .outerjoin(objects, objects.c.id == things.c.id)
        .where(things.c.kind_id == kind_id)
    )
    with store.read() as db:
        rows = db.execute(query).all()
    owners = {row.id: row.image_id or row.id for row in rows}
    # What was added between the two readings has no group yet.
    return {thing: found.of.get(image, image) for thing, image in owners.items()}
