"""The folders of the server's disk that people may add images from, and nothing outside them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from piximi_core.errors import BadInput

__all__ = ["ROOTS_VARIABLE", "FolderView", "import_roots", "look_into", "require_inside"]

ROOTS_VARIABLE = "PIXIMI_IMPORT_ROOTS"
_MOST_LISTED = 500
_MOST_COUNTED = 100_000


@dataclass(frozen=True)
class FolderView:
    """What a person sees of one folder.

    Attributes
    ----------
    folders
        The folders in it, by name; at most 500, no links and no hidden ones.
    files
        How many files lie in it, those of its folders included (counting stops at 100,000).
    """

    path: Path
    folders: tuple[Path, ...]
    files: int


def import_roots() -> list[Path]:
    """Return the configured folders that exist, links in their own paths resolved.

    They come from the environment variable PIXIMI_IMPORT_ROOTS, separated as in PATH. Nothing is
    offered without it: a dashboard for twenty people must not show one person's disk.
    """
    listed = os.environ.get(ROOTS_VARIABLE, "").split(os.pathsep)
    found = [Path(text).expanduser().resolve() for text in listed if text.strip()]
    return [path for path in dict.fromkeys(found) if path.is_dir()]


def require_inside(path: Path) -> Path:
    """Return the real place of a path, if it lies in one of the roots.

    Raises
    ------
    BadInput
        It does not, with links followed; or it is no folder.
    """
    real = path.resolve()
    if not any(real.is_relative_to(root) for root in import_roots()):
        raise BadInput(
            "{name} is not in a folder that images may be added from.", name=path.name[:80]
        )
    if not real.is_dir():
        raise BadInput(
            "There is no folder {name} any more; choose another one.", name=path.name[:80]
        )
    return real


def look_into(path: Path) -> FolderView:
    """Return the folders and the number of files in a folder inside the roots.

    Raises
    ------
    BadInput
        It is outside, gone, or may not be read.
    """
    real = require_inside(path)
    try:
        folders = sorted(
            (
                Path(entry.path)
                for entry in os.scandir(real)
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
            ),
            key=lambda folder: folder.name.casefold(),
        )
    except OSError as error:
        raise BadInput(
            "{name} cannot be read ({reason}).", name=real.name[:80], reason=error.strerror
        ) from error
    return FolderView(real, tuple(folders[:_MOST_LISTED]), _count_files(real))


def _count_files(top: Path) -> int:
    count = 0
    for _folder, names, files in os.walk(top, followlinks=False):
        names[:] = [name for name in names if not name.startswith(".")]
        count += sum(not name.startswith(".") for name in files)
        if count >= _MOST_COUNTED:
            return _MOST_COUNTED
    return count
