"""What images are called: by their base names, with as many folders as tell them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlalchemy import Connection, select

from piximi_core.project.database.schema import sources, things
from piximi_core.vocabulary import UniqueNames

__all__ = ["ImageNames", "Origin", "file_name", "folder_of", "origins_of"]


@dataclass(frozen=True)
class Origin:
    """Where an image came from.

    Attributes
    ----------
    path
        Relative to what was given; "" where that is not known.
    within
        The name of the folder or zip that was given, or "".
    """

    path: str = ""
    within: str = ""

    @property
    def whole(self) -> str:
        """The path with what it lay in."""
        return f"{self.within}/{self.path}" if self.within else self.path


def file_name(name: str, path: str) -> str:
    """Return the name of the file that an image came from; its own if a person has renamed it.

    Parameters
    ----------
    name
        What the image is called, which may have a number that its file has not.
    path
        Where it came from, "" if that is not known.
    """
    base = path.rpartition("/")[2]
    called = name.rpartition("/")[2]
    if called == base:
        return base or name
    stem, dot, suffix = base.rpartition(".") if "." in base else (base, "", "")
    number = called.removeprefix(f"{stem}_").removesuffix(f"{dot}{suffix}")
    is_same = number.isdecimal() and called == f"{stem}_{number}{dot}{suffix}"
    return base if base and is_same else name


def folder_of(origin: Origin) -> str:
    """Return the folder, or zip, that an image lay in; "" if that is not known."""
    return origin.whole.rpartition("/")[0]


def origins_of(db: Connection, kind_id: str) -> dict[str, Origin]:
    """Return where the images of a kind came from, by id; old ones have none."""
    query = (
        select(sources.c.id, sources.c.path, sources.c.within)
        .join(things, things.c.id == sources.c.id)
        .where(things.c.kind_id == kind_id)
    )
    return {row.id: Origin(row.path, row.within) for row in db.execute(query)}


class ImageNames:
    """The names of a project's images, to which new ones come.

    Of ``a.png`` in two folders each is called by as much of its path as tells it from the other:
    ``cats/a.png`` and ``dogs/a.png``. Those of one and the same path are numbered.

    Parameters
    ----------
    db
        A step that is open: what has to be called otherwise now is renamed in it.

    Attributes
    ----------
    renamed
        Old and new name of each image that was there before and is called otherwise now.
    """

    def __init__(self, db: Connection, kind_id: str) -> None:
        self.renamed: list[tuple[str, str]] = []
        self._db = db
        origins = origins_of(db, kind_id)
        query = select(things.c.id, things.c.name).where(things.c.kind_id == kind_id)
        self._names = {row.id: row.name for row in db.execute(query)}
        self._by_base: dict[str, dict[str, str]] = defaultdict(dict)  # base -> id -> whole path
        for thing_id, name in self._names.items():
            whole = origins[thing_id].whole if thing_id in origins else name
            # What a person has renamed keeps that name, and takes part in nothing.
            if name in _ends(whole):
                self._by_base[_base(whole)][thing_id] = whole

    def take_all(self, new: Sequence[tuple[str, Origin]]) -> list[str]:
        """Return the names of new images, given with their base names, in their order."""
        wholes = [origin.whole or base for base, origin in new]
        known = {base: set(inside.values()) for base, inside in self._by_base.items()}
        groups: dict[str, set[str]] = defaultdict(set)
        for (base, _), whole in zip(new, wholes, strict=True):
            groups[base].add(whole)
        shortest: dict[tuple[str, str], str] = {}
        for base, paths in groups.items():
            found = _shortest(paths | known.get(base, set()))
            shortest |= {(base, whole): name for whole, name in found.items()}
            self._rename(base, found)
        taken = UniqueNames(self._names.values())
        return [
            taken.take(*_split(shortest[base, whole]))
            for (base, _), whole in zip(new, wholes, strict=True)
        ]

    def _rename(self, base: str, shortest: dict[str, str]) -> None:
        """Rename the images whose present name could now mean another as well."""
        taken = set(self._names.values())
        for thing_id, whole in self._by_base.get(base, {}).items():
            before, after = self._names[thing_id], shortest[whole]
            if after.count("/") <= before.count("/") or after in taken:
                continue
            taken.add(after)
            self._names[thing_id] = after
            self._db.execute(things.update().where(things.c.id == thing_id).values(name=after))
            self.renamed.append((before, after))


def _shortest(paths: set[str]) -> dict[str, str]:
    """Return the shortest end of each path that is the end of no other; else the whole path."""
    counts: dict[str, int] = defaultdict(int)
    for path in paths:
        for end in _ends(path):
            counts[end] += 1
    return {path: next((e for e in _ends(path) if counts[e] == 1), path) for path in paths}


def _ends(path: str) -> Iterator[str]:
    """Yield the last part of a path, the last two, and so on to the whole."""
    at = len(path)
    while (at := path.rfind("/", 0, at)) >= 0:
        yield path[at + 1 :]
    yield path


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _split(name: str) -> tuple[str, str]:
    """Return a name without its extension, and the extension."""
    suffix = PurePosixPath(_base(name)).suffix
    return (name.removesuffix(suffix), suffix) if suffix else (name, "")
