"""The files of a Zarr, in a folder or a zip: small JSON documents read with care."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["ZARR_FILES", "FolderTree", "ZipTree", "zip_root"]

ZARR_FILES = ("zarr.json", ".zarray", ".zgroup")
"""One of these lies at the root of every Zarr."""

_LARGEST_JSON = 2**22


class FolderTree:
    """A Zarr in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def json(self, name: str) -> dict[str, Any]:
        """Return a JSON object by its path below the root, empty where there is none."""
        path = self.root / name
        if not path.is_file():
            return {}
        with path.open("rb") as file:
            return _object(file.read(_LARGEST_JSON))


class ZipTree:
    """A Zarr in a zip.

    Parameters
    ----------
    archive
        Opened for reading.
    root
        The folder inside it, ``""`` or ending with ``/``.
    """

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        self.archive, self.root = archive, root

    def json(self, name: str) -> dict[str, Any]:
        """Return a JSON object by its path below the root, empty where there is none."""
        try:
            with self.archive.open(self.root + name) as file:
                return _object(file.read(_LARGEST_JSON))
        except KeyError:
            return {}


def _object(raw: bytes) -> dict[str, Any]:
    found = json.loads(raw)
    if not isinstance(found, dict):
        raise ValueError("Zarr metadata that are no JSON object")
    return found


def zip_root(names: list[str]) -> str | None:
    """Return the folder of a zip that holds its only Zarr, ``""`` at the top, or None."""
    roots = [name for name in names if PurePosixPath(name).name in ZARR_FILES]
    if not roots:
        return None
    root = min(roots, key=lambda name: name.count("/")).rpartition("/")[0]
    prefix = f"{root}/" if root else ""
    # Folders on the way there may be listed themselves.
    inside = all(name.startswith(prefix) or prefix.startswith(name) for name in names)
    return prefix if inside else None
