"""A Zarr folder as one file, so that it is kept, hashed and copied like any other image."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from piximi_core.errors import BadInput
from piximi_core.messages import Message
from piximi_core.undated import undated

from .naming import safe_name

__all__ = ["pack_zarr"]

_CHUNK = 2**20


def pack_zarr(folder: Path, target: Path, *, name: str | None = None) -> None:
    """Write a Zarr folder into a zip: the same content always gives the same bytes.

    Parameters
    ----------
    folder
        The Zarr.
    target
        The zip to write; its extension is ``zarr.zip`` by custom.
    name
        What to call the folder in errors; its own name by default.

    Raises
    ------
    BadInput
        A link lies in the folder, or a file cannot be read.
    """
    shown = safe_name(name if name is not None else folder.name)
    try:
        files = sorted(_files(folder, shown), key=lambda path: path.relative_to(folder).as_posix())
        # The chunks are packed already.
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for path in files:
                info = undated(path.relative_to(folder).as_posix())
                with path.open("rb") as source, archive.open(info, "w") as member:
                    while piece := source.read(_CHUNK):
                        member.write(piece)
    except OSError as error:
        reason = error.strerror or Message("it changed meanwhile")
        raise BadInput(
            "'{shown}' could not be read: {reason}; copy it again.", shown=shown, reason=reason
        ) from error


def _files(top: Path, shown: str) -> list[Path]:
    found = []
    for folder, names, files in os.walk(top, followlinks=False):
        for one in (*names, *files):
            if Path(folder, one).is_symlink():
                raise BadInput(
                    "'{shown}' holds links to other places; copy it with their content.",
                    shown=shown,
                )
        found += [Path(folder, one) for one in files]
    return found
