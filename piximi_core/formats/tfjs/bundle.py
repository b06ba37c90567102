"""The files of one classifier, wherever they lie: a description and its weights.

Names inside a zip are looked at, never used as paths. Sizes are known before anything is read.
"""

from __future__ import annotations

import json
import posixpath
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput

__all__ = ["MAX_DESCRIPTION_BYTES", "MAX_WEIGHTS_BYTES", "Bundle", "StoredFile", "parse_document"]

# Parsed, a description takes some twenty times its size.
MAX_DESCRIPTION_BYTES = 16 * 2**20
MAX_WEIGHTS_BYTES = 2**30
MAX_ENTRIES = 10_000
# Trained weights hardly pack; zeros pack a thousandfold.
_FREE_BYTES = 32 * 2**20
_MOST_RATIO = 200


@dataclass(frozen=True)
class StoredFile:
    """One file on disk or in a zip: its full name there, its size in bytes, how to read it."""

    name: str
    size: int
    read: Callable[[], bytes]

    @property
    def basename(self) -> str:
        """The name without folders, as TensorFlow.js looks it up."""
        return posixpath.basename(self.name)


@dataclass(frozen=True)
class Bundle:
    """All files that were found together.

    Attributes
    ----------
    label : str
        What to call them in a message to a person.
    is_zip : bool
        Whether Piximi's rules for zips apply.
    files : tuple of StoredFile
    """

    label: str
    is_zip: bool
    files: tuple[StoredFile, ...]

    @classmethod
    def open(cls, source: Path | Sequence[Path]) -> Bundle:
        """Find the files of a classifier.

        Parameters
        ----------
        source : Path or sequence of Path
            A zip, a folder, a description (the weights it names are sought beside it), or the
            description and all weights.

        Raises
        ------
        BadInput
            If a file is missing or is no zip that can be opened.
        """
        if not isinstance(source, Path):
            paths = list(source)
            if len(paths) != 1:
                names = [path.name for path in paths]
                return cls(", ".join(names) or "nothing", False, _on_disk(paths))
            source = paths[0]
        if source.is_dir():
            return cls(source.name, False, _on_disk(p for p in source.iterdir() if p.is_file()))
        if not source.is_file():
            raise BadInput(
                "There is no file '{source}'; choose a classifier's file.", source=source.name
            )
        if zipfile.is_zipfile(source):
            return cls(source.name, True, _in_zip(source))
        if source.suffix.lower() != ".json":
            raise BadInput(
                "'{source}' is neither a zip nor a .json; choose a classifier's zip, or its"
                " .json with the weights beside it.",
                source=source.name,
            )
        return cls(source.name, False, _on_disk([source, *_named_weights(source)]))


def parse_document(file: StoredFile) -> dict[str, Any]:
    """Parse a description as a browser would.

    Raises
    ------
    BadInput
        If it is too large, no JSON object, or holds NaN, which JSON does not have.
    """
    if file.size > MAX_DESCRIPTION_BYTES:
        raise BadInput(
            "'{basename}' has {size} bytes, too many for a model's description.",
            basename=file.basename,
            size=file.size,
        )
    try:
        document = json.loads(file.read().decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            "'{basename}' is not valid JSON ({error}).", basename=file.basename, error=error
        ) from None
    if not isinstance(document, dict):
        raise BadInput(
            "'{basename}' is not a model's description: it is no JSON object.",
            basename=file.basename,
        )
    return document


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _on_disk(paths: Iterable[Path]) -> tuple[StoredFile, ...]:
    files = []
    for path in sorted(paths, key=lambda path: path.name):
        if not path.is_file():
            raise BadInput(
                "There is no file '{path}'; choose the .json and its weights.", path=path.name
            )
        files.append(StoredFile(path.name, path.stat().st_size, path.read_bytes))
    return tuple(files)


def _named_weights(description: Path) -> list[Path]:
    """Find the files a description names; they lie beside it, whatever folder it claims."""
    size = description.stat().st_size
    document = parse_document(StoredFile(description.name, size, description.read_bytes))
    found = []
    manifest = document.get("weightsManifest")
    for group in manifest if isinstance(manifest, list) else []:
        paths = group.get("paths") if isinstance(group, dict) else None
        for name in paths if isinstance(paths, list) else []:
            base = posixpath.basename(name) if isinstance(name, str) else ""
            if base in ("", ".", "..") or "\\" in base or "\0" in base or len(base) > 255:
                continue
            path = description.parent / base
            if path.is_file() and path not in found:
                found.append(path)
    return found


def _in_zip(path: Path) -> tuple[StoredFile, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except Exception as error:  # zipfile raises anything on damaged bytes
        raise BadInput(
            "The zip '{path}' cannot be opened ({error}).", path=path.name, error=error
        ) from None
    if len(entries) > MAX_ENTRIES:
        raise BadInput(
            "The zip '{path}' holds {count} files; a classifier has two.",
            path=path.name,
            count=len(entries),
        )
    return tuple(
        StoredFile(entry.filename, entry.file_size, _reader(path, entry))
        for entry in entries
        if not entry.is_dir()
    )


def _reader(path: Path, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if entry.flag_bits & 0x1:
            raise BadInput(
                "'{filename}' in '{path}' is encrypted.", filename=entry.filename, path=path.name
            )
        # A packed entry may hold far more than it declares: stop one byte after that.
        if entry.file_size > max(MAX_WEIGHTS_BYTES, MAX_DESCRIPTION_BYTES):
            raise BadInput(
                "'{filename}' in '{path}' is too large for a classifier.",
                filename=entry.filename,
                path=path.name,
            )
        if entry.file_size > max(_FREE_BYTES, _MOST_RATIO * entry.compress_size):
            raise BadInput(
                "'{filename}' in '{path}' unpacks like a zip bomb.",
                filename=entry.filename,
                path=path.name,
            )
        try:
            with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
                content = stream.read(entry.file_size + 1)
        except Exception as error:  # as above
            raise BadInput(
                "'{filename}' in '{path}' is damaged ({error}).",
                filename=entry.filename,
                path=path.name,
                error=error,
            ) from None
        if len(content) != entry.file_size:
            raise BadInput(
                "'{filename}' in '{path}' has another size than it says.",
                filename=entry.filename,
                path=path.name,
            )
        return content

    return read
