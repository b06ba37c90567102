"""Files and folders given on the command line, as imports and predictions take them."""

from __future__ import annotations

from pathlib import Path

from piximi_core.services.importing.sources import SourceFile

__all__ = ["sources"]


def sources(paths: list[Path]) -> list[SourceFile]:
    """Return files and folders as an import takes them, named as they are on the disk."""
    given = [path.absolute() for path in paths]
    return [
        SourceFile(path, path.name, "" if path.is_dir() else path.parent.name) for path in given
    ]
