"""Uploaded files before their job is asked for: under numbers, their names kept as data only."""

from __future__ import annotations

import os
import re
import shutil
import time
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from piximi_core.errors import NotFound
from piximi_core.images import image_suffixes
from piximi_core.jobs.folder import Job, abandoned_folders
from piximi_core.project.database.store import Store
from piximi_core.project.files import ProjectFiles, disk_errors_in_words, require_space
from piximi_core.project.workspace import workspace
from piximi_core.services.importing.arriving import Conflict, arriving, upload_folder
from piximi_core.services.importing.sources import SourceFile

__all__ = [
    "Upload",
    "UploadedFile",
    "discard",
    "gather",
    "keep",
    "stage_labels",
    "stage_together",
    "sweep",
    "sweep_everywhere",
]

_ZIP_NAMES = 2000
_LEFT_SECONDS = 3600.0
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
    broken_off
        How many files have begun to arrive and are not whole; they are not among the sources.
    """

    job_id: str
    sources: tuple[SourceFile, ...] = ()
    size: int = 0
    folders: frozenset[str] = frozenset()
    broken_off: int = 0


def gather(store: Store, upload_id: str) -> Upload:
    """Return what has arrived of an upload, by the order in which it was chosen.

    What is not whole is counted and left where it is: it may be gone on with.

    Raises
    ------
    NotFound
        There can be no such upload.
    Conflict
        Its files are being added already.
    """
    folder = upload_folder(store.files.jobs, upload_id)
    files = arriving(folder)
    whole = [file for file in files if file.is_whole]
    names = [_relative(file.name) for file in whole]
    zarr_of = _zarrs(names)
    sources: list[SourceFile] = []
    folders: set[str] = set()
    places: dict[str, Path] = {}
    for file, name in zip(whole, names, strict=True):
        zarr = zarr_of.get(name)
        if zarr is None:
            sources.append(SourceFile(file.path, name))
        else:
            if zarr not in places:
                places[zarr] = file.path.with_name(f"{file.path.name}.zarr")
                sources.append(SourceFile(places[zarr], zarr))
            _put(file.path, places[zarr] / name.removeprefix(f"{zarr}/"))
        folders |= _folders_of([sources[-1].name]) or _folders_in_zip(file.path)
    return Upload(
        upload_id,
        tuple(sources),
        sum(file.size for file in whole),
        frozenset(folders),
        len(files) - len(whole),
    )


def _put(file: Path, place: Path) -> None:
    """Let a file lie at a second place too; the first says that it has arrived."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with disk_errors_in_words(place):
        try:
            os.link(file, place)
        except OSError:  # a file system without links
            shutil.copyfile(file, place)


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
    known = {*image_suffixes(), ".zarr"}
    images = [path for path in found if path.suffix.lower() in known]
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
    """Delete files that nobody wants added any more; those of a job that was asked for stay."""
    with suppress(NotFound, Conflict):
        shutil.rmtree(upload_folder(store.files.jobs, upload.job_id), ignore_errors=True)


# When this process first saw a waiting upload as it is, by a clock that nobody sets.
_seen: dict[Path, tuple[tuple[int, int], float]] = {}


def sweep(project: Path, *, moment: float | None = None) -> None:
    """Delete uploads to which nothing was added for an hour, and that nobody has asked to add.

    The hour is one of this process and not of the clock, which may be set; after a restart it
    begins again. What else nobody asked for goes after a day.

    Parameters
    ----------
    project
        The project's folder.
    moment
        Of `time.monotonic`; now by default.
    """
    moment = time.monotonic() if moment is None else moment
    jobs = ProjectFiles(project).jobs
    for folder in abandoned_folders(jobs):
        # By the disk's clock, which may have jumped while an upload is under way.
        if _state_of(folder) is None:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in jobs.iterdir() if jobs.is_dir() else ():
        state = _state_of(folder)
        if state is None:
            _seen.pop(folder, None)
            continue
        known, since = _seen.setdefault(folder, (state, moment))
        if known != state:
            _seen[folder] = (state, moment)
        elif moment - since > _LEFT_SECONDS:
            del _seen[folder]
            shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path) -> None:
    """Let an upload's hour begin again: someone has it open."""
    state = _state_of(folder)
    if state is not None:
        _seen[folder] = (state, time.monotonic())


def sweep_everywhere(root: Path | None = None) -> None:
    """Do this in every project of a workspace, the own one by default."""
    for database in (root or workspace()).glob("*/project.sqlite"):
        sweep(database.parent)


def _state_of(folder: Path) -> tuple[int, int] | None:
    """Return what changes with every lot that arrives; None for what is no waiting upload."""
    listed, room = folder / "arriving.jsonl", folder / "upload"
    try:
        if Job(folder).is_asked:
            return None
        newest = max(room.iterdir(), default=room).stat()
        return max(listed.stat().st_mtime_ns, newest.st_mtime_ns), newest.st_size
    except OSError:
        return None
