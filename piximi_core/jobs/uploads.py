"""Uploaded files on their way into a job: copied under numbers, their names kept as data only."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from piximi_core.images import IMAGE_SUFFIXES
from piximi_core.jobs.folder import abandoned_folders
from piximi_core.jobs.sources import SourceFile
from piximi_core.project.files import disk_errors_in_words, require_space
from piximi_core.project.ids import new_id
from piximi_core.project.store import Store

__all__ = [
    "Upload",
    "UploadedFile",
    "discard",
    "stage",
    "stage_labels",
    "stage_together",
    "sweep",
]

_ZIP_NAMES = 2000
_ZARR_ENDS = ("/.zarray", "/.zgroup", "/zarr.json")
_ZARR_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}(/[A-Za-z0-9._-]{1,100}){0,12}")


@dataclass(frozen=True)
class UploadedFile:
    """A file as the browser sent it; the name may be anything."""

    name: str
    size: int
    content: BinaryIO


@dataclass(frozen=True)
class Upload:
    """Files that wait in a job's folder until the job is asked for.

    Attributes
    ----------
    folders
        The names of the folders that directly hold files, as far as the names tell.
    """

    job_id: str
    sources: tuple[SourceFile, ...] = ()
    size: int = 0
    folders: frozenset[str] = frozenset()


def stage(store: Store, files: Iterable[UploadedFile], upload: Upload | None = None) -> Upload:
    """Copy uploaded files to the job's folder, after those that are there; return all of them.

    Raises
    ------
    NoSpace
        The disk cannot hold them twice: here, and among the originals.
    """
    given = list(files)
    upload = upload or Upload(new_id())
    size = sum(file.size for file in given)
    require_space(store.folder, 2 * size)
    room = _folder(store, upload) / "upload"
    room.mkdir(parents=True, exist_ok=True)
    sources, folders = list(upload.sources), set(upload.folders)
    names = [_relative(file.name) for file in given]
    zarr_of = _zarrs(names)
    places: dict[str, Path] = {}
    for file, name in zip(given, names, strict=True):
        number, zarr = f"{len(sources) + 1:06d}", zarr_of.get(name)
        if zarr is None:
            path = room / number
            sources.append(SourceFile(path, name))
        else:
            if zarr not in places:
                places[zarr] = room / f"{number}.zarr"
                sources.append(SourceFile(places[zarr], zarr))
            path = places[zarr] / name.removeprefix(f"{zarr}/")
            path.parent.mkdir(parents=True, exist_ok=True)
        with disk_errors_in_words(path), path.open("wb") as target:
            file.content.seek(0)
            shutil.copyfileobj(file.content, target)
        folders |= _folders_of([sources[-1].name]) or _folders_in_zip(path)
    return replace(
        upload,
        sources=tuple(sources),
        size=upload.size + size,
        folders=frozenset(folders),
    )


def _zarrs(names: Sequence[str]) -> dict[str, str]:
    """Return the folder of each file that is part of a Zarr image; such files keep their places.

    Only names as Zarr itself gives them become paths: a folder with others is taken for no Zarr.
    """
    marked = {name.rpartition("/")[0] for name in names if name.endswith(_ZARR_ENDS)} - {""}
    found: dict[str, str] = {}
    strange: set[str] = set()
    for name in names:
        above = [str(parent) for parent in PurePosixPath(name).parents]
        # The outermost: a Zarr of several arrays is one image.
        root = next((parent for parent in reversed(above) if parent in marked), None)
        if root is not None:
            found[name] = root
            if not _ZARR_NAME.fullmatch(name[len(root) + 1 :]):
                strange.add(root)
    return {name: root for name, root in found.items() if root not in strange}


def _folder(store: Store, upload: Upload) -> Path:
    return store.files.jobs / upload.job_id


def _relative(name: str) -> str:
    """Return a name with ``/`` between its parts, none of them empty or upwards."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in ("/", "..", ".")) or "unnamed"


def _folders_in_zip(path: Path) -> set[str]:
    """Return the folders a zip's names speak of; what is wrong with it, the job will say."""
    if not zipfile.is_zipfile(path):
        return set()
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:_ZIP_NAMES]
    except (OSError, ValueError, zipfile.BadZipFile):
        return set()
    return _folders_of(name for name in names if not name.startswith("__MACOSX/"))


def _folders_of(names: Iterable[str]) -> set[str]:
    """Return the folders that hold images; a readme beside them names no category."""
    found = [PurePosixPath(name) for name in names]
    images = [path for path in found if path.suffix.lower() in (*IMAGE_SUFFIXES, ".zarr")]
    return {path.parent.name for path in images if path.parent.name}


def stage_labels(store: Store, upload: Upload, table: bytes) -> Path:
    """Put an uploaded label table beside the uploaded files; return where."""
    path = _folder(store, upload) / "labels.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with disk_errors_in_words(path):
        path.write_bytes(table)
    return path


def stage_together(store: Store, files: Iterable[UploadedFile], job_id: str) -> SourceFile:
    """Put files that belong together into a job's folder as one: itself, or a zip of several.

    In a zip their names stay data: they become paths nowhere.

    Raises
    ------
    NoSpace
        The disk cannot hold them.
    """
    given = list(files)
    require_space(store.folder, 2 * sum(file.size for file in given))
    path = _folder(store, Upload(job_id)) / "upload" / "000001"
    path.parent.mkdir(parents=True, exist_ok=True)
    with disk_errors_in_words(path):
        if len(given) == 1:
            with path.open("wb") as target:
                shutil.copyfileobj(given[0].content, target)
            return SourceFile(path, PurePosixPath(_relative(given[0].name)).name)
        with zipfile.ZipFile(path, "w") as archive:
            for file in given:
                with archive.open(_relative(file.name), "w", force_zip64=True) as member:
                    shutil.copyfileobj(file.content, member)
    return SourceFile(path, f"{len(given)} files.zip")


def discard(store: Store, upload: Upload) -> None:
    """Delete files that nobody wants added any more."""
    folder = _folder(store, upload)
    if not (folder / "request.json").exists():
        shutil.rmtree(folder, ignore_errors=True)


def sweep(store: Store) -> None:
    """Delete uploads that were left behind more than a day ago."""
    for folder in abandoned_folders(store.files.jobs):
        shutil.rmtree(folder, ignore_errors=True)
