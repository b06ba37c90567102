"""Which files an import means: files, folders and zips, each with its relative name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.zips.archives import extract_zip, hidden_members
from piximi_core.images import is_image_zip, is_zarr_folder

__all__ = ["SourceFile", "common_folder", "expand_sources", "size_of"]

_ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class SourceFile:
    """One file to import, or the folder of a Zarr.

    Attributes
    ----------
    path
        Where it lies.
    name
        Its name relative to what the person gave, with ``/``; shown and matched, never opened.
    within
        The name of the folder or zip that was given, if it lay in one.
    """

    path: Path
    name: str
    within: str = ""

    @property
    def base(self) -> str:
        """The last part of the name."""
        return PurePosixPath(self.name).name

    @property
    def whole(self) -> str:
        """The name with what it lay in."""
        return f"{self.within}/{self.name}" if self.within else self.name

    @property
    def folder(self) -> str | None:
        """The name of the folder it lies in, or None at the top."""
        parent = PurePosixPath(self.name).parent.name
        return parent or None


def common_folder(files: Iterable[SourceFile]) -> str:
    """Return the folder that a person dropped as a whole: the one above all files, "" for none."""
    tops = {"" if file.within else file.name.rpartition("/")[0].split("/")[0] for file in files}
    return tops.pop() if len(tops) == 1 else ""


def expand_sources(
    given: Iterable[SourceFile],
    unpack_into: Path,
    refused: list[tuple[str, str]],
    *,
    most_of_zip: int | None = None,
    hidden: list[str] | None = None,
) -> Iterator[SourceFile]:
    """Yield the files behind what was given, folders and zips opened, in the order of names.

    Parameters
    ----------
    given
        Files, folders and zips.
    unpack_into
        A folder for the members of zips; made if needed.
    refused
        Collects (name, reason) of archives that cannot be opened.
    most_of_zip
        Unpack only so many members of each zip.
    hidden
        Collects the files that are left out because their names, or those of their folders, begin
        with a dot.

    Raises
    ------
    BadInput
        A path that does not exist.
    """
    for number, source in enumerate(given):
        if is_zarr_folder(source.path):
            yield source
        elif source.path.is_dir():
            if hidden is not None:
                hidden += _hidden_in(source.path)
            yield from _walk(source.path, source.name)
        elif not source.path.is_file():
            raise BadInput("There is no file or folder {path}; check the path.", path=source.path)
        elif _is_zip(source.path) and not is_image_zip(source.path, name=source.name):
            room = unpack_into / str(number)
            room.mkdir(parents=True, exist_ok=True)
            try:
                members = extract_zip(source.path, room, name=source.name, most=most_of_zip)
            except BadInput as error:
                refused.append((source.name, str(error)))
                continue
            if hidden is not None:
                hidden += hidden_members(source.path)
            for member in sorted(members, key=lambda member: member.name):
                yield SourceFile(member.path, member.name, PurePosixPath(source.name).stem)
        else:
            yield source


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == _ZIP_MAGIC
    except OSError as error:
        raise PiximiError(
            "{path} cannot be read ({reason}); check the file.", path=path, reason=error.strerror
        ) from error


def _walk(top: Path, within: str) -> Iterator[SourceFile]:
    # Links are not followed: a link in a shared folder could lead anywhere on the server.
    for folder, names, files in os.walk(top, followlinks=False):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in list(names):
            inner = Path(folder) / name
            if is_zarr_folder(inner) and not inner.is_symlink():
                # One image, whatever files it is made of.
                names.remove(name)
                yield SourceFile(inner, inner.relative_to(top).as_posix(), within)
        for name in sorted(files):
            path = Path(folder) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield SourceFile(path, path.relative_to(top).as_posix(), within)


def _hidden_in(top: Path) -> list[str]:
    """Return what `_walk` leaves out for the dot before its name; of a folder, its name alone."""
    found = []
    for folder, names, files in os.walk(top, followlinks=False):
        inside = Path(folder).relative_to(top)
        dotted = [name for name in names if name.startswith(".")]
        found += [(inside / name).as_posix() + "/" for name in dotted]
        found += [(inside / name).as_posix() for name in files if name.startswith(".")]
        images = [name for name in names if is_zarr_folder(Path(folder) / name)]
        names[:] = [name for name in names if name not in dotted and name not in images]
    return sorted(found)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; 0 for what is gone meanwhile."""
    try:
        if path.is_dir():
            return sum(size_of(inner) for inner in path.iterdir() if not inner.is_symlink())
        return path.stat().st_size
    except OSError:
        return 0  # reading it will say so
