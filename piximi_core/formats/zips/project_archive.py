"""A whole project in one file: a zip without compression, and ``archive.json`` that counts it.

    archive.json                          what this is, and how many files and bytes belong to it
    project.sqlite                        one consistent state of the database
    images/ab/<sha256>.<ext>              the originals, named by their content
    runs/<run>/…                          the trainings with their classifiers

Images do not shrink by packing, so nothing is packed: writing runs at the speed of the disk, and
any zip program opens it.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.zips.archives import ArchiveLimits, Member, extract_zip
from piximi_core.formats.zips.zip_writer import ZipWriter
from piximi_core.images.naming import safe_name

__all__ = ["DATABASE", "MANIFEST", "ArchiveManifest", "Entry", "read_manifest", "unpack", "write"]

MANIFEST = "archive.json"
DATABASE = "project.sqlite"

_FORMAT = "piximi-dashboard project archive"
_VERSION = 1
_CHUNK = 1 << 20
_LONGEST_MANIFEST = 1 << 20
_LONGEST_PATH = 500
_PLACE = re.compile(
    r"archive\.json|project\.sqlite"
    r"|images/([0-9a-f]{2})/\1[0-9a-f]{62}\.[A-Za-z0-9][A-Za-z0-9.]{0,15}"
    r"|runs/[0-9a-zA-Z][0-9a-zA-Z-]{0,63}/[^/].*"
)
# What is stored as it is cannot be a bomb; what someone packed again is held to the ratio.
_LIMITS = ArchiveLimits(members=5_000_000, total_bytes=1 << 44, member_bytes=1 << 40)


@dataclass(frozen=True)
class ArchiveManifest:
    """What ``archive.json`` says.

    Attributes
    ----------
    name
        The project's name.
    schema
        The version of its tables.
    files, bytes
        How many files follow, and their sizes together.
    missing
        Originals that the project itself had lost when it was archived.
    unreadable
        Once it is restored, names of the images whose files no reader can read.
    """

    name: str
    schema: int
    files: int
    bytes: int
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A file that goes into an archive: its name there, where it lies, and how large it is."""

    name: str
    path: str
    size: int


def write(
    target: Path, entries: Iterable[Entry], manifest: ArchiveManifest, watch: Callable[[int], None]
) -> None:
    """Write an archive.

    Parameters
    ----------
    target
        A file that nobody sees yet.
    entries
        What goes into it.
    manifest
        What it says of itself; its counts are those of the entries.
    watch
        Is told after about each megabyte how many bytes are done; what it raises ends the writing.
    """
    done = told = 0

    def add(more: int) -> None:
        nonlocal done, told
        done += more
        if done - told >= _CHUNK:
            told = done
            watch(done)

    found = {"format": _FORMAT, "version": _VERSION, **asdict(manifest)}
    listed = json.dumps(found, ensure_ascii=False, indent=1).encode()
    with ZipWriter(target) as archive:
        for entry in entries:
            # Without a buffer of its own: most files are read in one piece.
            with open(entry.path, "rb", buffering=0) as source:  # noqa: PTH123
                archive.copy(entry.name, source, entry.size, add)
        archive.copy(MANIFEST, BytesIO(listed), len(listed))


def read_manifest(path: Path, name: str | None = None) -> ArchiveManifest:
    """Return what an archive says of itself.

    Raises
    ------
    BadInput
        It is no archive of a project, damaged, or of a newer program.
    """
    shown = safe_name(name or path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(MANIFEST)
            if info.file_size > _LONGEST_MANIFEST:
                raise BadInput(
                    "'{shown}' holds a list that is far too long; make it again.", shown=shown
                )
            found = json.loads(archive.read(info))
    except KeyError:
        raise BadInput(
            "'{shown}' is no archive of a project: it holds no {manifest}. A zip of images is "
            "added to a project; a Piximi project is opened as one.",
            shown=shown,
            manifest=MANIFEST,
        ) from None
    except OSError as error:
        raise BadInput(
            "'{shown}' cannot be opened: {reason}.", shown=shown, reason=error.strerror
        ) from error
    except BadInput:
        raise
    except Exception as error:  # zipfile raises anything on damaged bytes
        raise BadInput(
            "'{shown}' is damaged or no archive of a project; get it again from where it was made.",
            shown=shown,
        ) from error
    return _manifest(found, shown)


def _manifest(found: Any, shown: str) -> ArchiveManifest:
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise BadInput(
            "'{shown}' is no archive of a project; its {manifest} says another format.",
            shown=shown,
            manifest=MANIFEST,
        )
    version = found.get("version")
    if not isinstance(version, int) or version > _VERSION:
        raise BadInput(
            "'{shown}' was made by a newer version of this program; update it.", shown=shown
        )
    name, missing = found.get("name"), found.get("missing", [])
    numbers = [found.get(key) for key in ("schema", "files", "bytes")]
    schema, files, size = (n if isinstance(n, int) and n >= 0 else -1 for n in numbers)
    if (
        not isinstance(name, str)
        or min(schema, files, size) < 0
        or not isinstance(missing, list)
        or not all(isinstance(one, str) for one in missing)
    ):
        raise BadInput(
            "'{shown}' is damaged: its {manifest} is incomplete.", shown=shown, manifest=MANIFEST
        )
    return ArchiveManifest(name, schema, files, size, tuple(missing))


def unpack(
    path: Path,
    into: Path,
    *,
    name: str | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> ArchiveManifest:
    """Unpack an archive into an empty folder, as the folder of a project.

    Every name is checked before anything is written; what the files hold is the caller's to check.

    Raises
    ------
    BadInput
        It is no archive, damaged, incomplete, or holds what is no part of a project.
    NoSpace
        The disk is full.
    """
    shown = safe_name(name or path.name)
    manifest = read_manifest(path, name)
    _check_names(path, shown)
    heap = into / ".unpacked"
    heap.mkdir(parents=True)
    members = extract_zip(path, heap, name=name, limits=_LIMITS, watch=watch)
    known: set[str] = set()
    size = 0
    for member in members:
        if member.name != MANIFEST:
            size += member.path.stat().st_size
            known.add(member.name)
        _place(member, into)
    heap.rmdir()
    if (len(known), size) != (manifest.files, manifest.bytes):
        raise BadInput(
            "'{shown}' is incomplete: {count:,} files of {files:,} and {size:,} "
            "bytes of {bytes:,} are there; get it again from where it was made.",
            shown=shown,
            count=len(known),
            files=manifest.files,
            size=size,
            bytes=manifest.bytes,
        )
    (into / MANIFEST).unlink()
    return manifest


def _check_names(path: Path, shown: str) -> None:
    seen: set[str] = set()
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.orig_filename for info in archive.infolist() if not info.is_dir()]
    except Exception as error:  # as in `read_manifest`
        raise BadInput(
            "'{shown}' is damaged or no zip archive; make it again.", shown=shown
        ) from error
    for name in names:
        parts = name.split("/")
        hidden = any(part in ("", ".", "..") or part.startswith(".") for part in parts)
        if hidden or "\\" in name or len(name) > _LONGEST_PATH or not _PLACE.fullmatch(name):
            raise BadInput(
                "'{shown}' holds '{name}', which is no part of a project; nothing was unpacked.",
                shown=shown,
                name=safe_name(name),
            )
        if name in seen:
            raise BadInput(
                "'{shown}' holds '{name}' twice; nothing was unpacked.",
                shown=shown,
                name=safe_name(name),
            )
        seen.add(name)
    if DATABASE not in names:
        raise BadInput(
            "'{shown}' is incomplete: its {database} is missing.", shown=shown, database=DATABASE
        )


def _place(member: Member, into: Path) -> None:
    target = into / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    member.path.rename(target)
