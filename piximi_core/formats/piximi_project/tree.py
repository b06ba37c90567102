"""The files of a Piximi project where they lie: in a zip, or in an unpacked folder.

Nothing is unpacked. Names are looked up, never used as paths of this machine; sizes are known
before anything is read.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.tfjs.bundle import StoredFile
from piximi_core.formats.zips.archives import ArchiveLimits, check_entries
from piximi_core.images import safe_name

__all__ = ["Damaged", "Tree", "open_tree"]

_MOST_JSON = 256 * 2**20
# Blank images of float32 pack a thousandfold; what may be unpacked is bounded by each image's size.
_LIMITS = ArchiveLimits(
    members=3_000_000,
    total_bytes=2**42,
    member_bytes=2**34,
    ratio=200,
    free_member_bytes=2**30,
    free_total_bytes=2**34,
)


class Damaged(PiximiError):
    """A file inside that cannot be read, or holds something else than it should."""


@dataclass(frozen=True)
class Tree:
    """The files of the hierarchy by their path inside it.

    Attributes
    ----------
    label
        What to call the file in messages.
    sizes
        Bytes of each file, by paths such as ``project/.zattrs``.
    classifiers
        The files beside the hierarchy, among which are those of classifiers.
    """

    label: str
    sizes: dict[str, int]
    classifiers: tuple[StoredFile, ...]
    _open: Callable[[str], IO[bytes]]

    def __contains__(self, path: str) -> bool:
        """Whether there is a file of that path."""
        return path in self.sizes

    @contextmanager
    def stream(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file; whatever is wrong with it, then or while it is read, is `Damaged`."""
        try:
            with self._open(path) as stream:
                yield stream
        except (Damaged, MemoryError):
            raise
        except Exception as error:  # zipfile raises anything on damaged bytes
            raise Damaged.saying(str(error)) from error

    def read(self, path: str, most: int) -> bytes:
        """Return a file of at most so many bytes."""
        if self.sizes[path] > most:
            raise Damaged("{path} has {sizes:,} bytes", path=path, sizes=self.sizes[path])
        with self.stream(path) as stream:
            return stream.read(most + 1)[:most]

    def attributes(self, group: str) -> dict[str, Any] | None:
        """Return the attributes of a group; None if they are missing or no JSON object."""
        path = f"{group}/.zattrs" if group else ".zattrs"
        return self.json(path)

    def json(self, path: str) -> dict[str, Any] | None:
        """Return a JSON object; None if it is missing or damaged."""
        if path not in self.sizes:
            return None
        try:
            found = json.loads(self.read(path, _MOST_JSON))
        except (Damaged, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


@contextmanager
def open_tree(path: Path, name: str | None = None) -> Iterator[Tree]:
    """Find the one zarr hierarchy of a project in a zip or a folder.

    Parameters
    ----------
    path
        The zip, the ``.zarr`` folder, or a folder that holds one and classifiers beside it.
    name
        What to call it in messages; its own name by default.

    Raises
    ------
    BadInput
        No Piximi project, two of them, links, paths that lead outside, or a zip bomb.
    """
    label = safe_name(name if name is not None else path.name)
    if path.is_dir():
        yield _of_folder(path, label)
        return
    if not path.is_file():
        raise BadInput("There is no file '{label}'; choose a Piximi project.", label=label)
    if not zipfile.is_zipfile(path):
        raise BadInput(
            "'{label}' is no zip, so it is no Piximi project; choose the zip that Piximi saved, "
            "or its unpacked .zarr folder.",
            label=label,
        )
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # zipfile raises anything on damaged bytes
        raise BadInput(
            "'{label}' is damaged ({error}); save it again.", label=label, error=error
        ) from error
    with archive:
        yield _of_zip(archive, path, label)


def _of_zip(archive: zipfile.ZipFile, path: Path, label: str) -> Tree:
    entries = check_entries(archive, label, _LIMITS, path.stat().st_size, hidden=True)
    by_name = {_tidy(info.filename): info for info in entries}
    root, inside, beside = _split(by_name, label)

    def opened(inner: str) -> IO[bytes]:
        return archive.open(by_name[root + inner])

    return Tree(
        label,
        {inner: by_name[root + inner].file_size for inner in inside},
        tuple(
            StoredFile(name, by_name[name].file_size, partial(archive.read, by_name[name]))
            for name in beside
        ),
        opened,
    )


def _of_folder(top: Path, label: str) -> Tree:
    by_name: dict[str, Path] = {}
    # A hierarchy given by itself is looked at from above, so that its own name counts as its root.
    bare = (top / "project").is_dir()
    for folder, names, files in os.walk(top, followlinks=False):
        for name in (*names, *files):
            if Path(folder, name).is_symlink():
                raise BadInput(
                    "'{label}' holds links to other places; copy it without them.", label=label
                )
        for name in files:
            found = Path(folder, name)
            inner = found.relative_to(top).as_posix()
            by_name[f"this.zarr/{inner}" if bare else inner] = found
    root, inside, beside = _split(by_name, label)
    return Tree(
        label,
        {inner: by_name[root + inner].stat().st_size for inner in inside},
        tuple(
            StoredFile(name, by_name[name].stat().st_size, by_name[name].read_bytes)
            for name in beside
        ),
        lambda inner: by_name[root + inner].open("rb"),
    )


def _tidy(name: str) -> str:
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _split(names: Iterable[str], label: str) -> tuple[str, list[str], list[str]]:
    """Return the root with its slash, the paths inside it, and the files beside it."""
    listed = [name for name in names if "__MACOSX" not in name.split("/")]
    roots = {match[0] for name in listed if (match := re.match(r"(?:.*?/)??[^/]*\.zarr/", name))}
    # Files of a project whose own folder was left out when it was zipped again.
    if not roots and "project/.zgroup" in listed:
        roots = {""}
    real = {
        root
        for root in roots
        if any(f"{root}project/{end}" in names for end in (".zgroup", ".zattrs"))
        or any(name.startswith(f"{root}project/") for name in listed)
    }
    if len(real) > 1:
        named = " and ".join(safe_name(root.rstrip("/"), 40) for root in sorted(real)[:2])
        raise BadInput(
            "'{label}' holds more than one Piximi project ({named}); keep one of them in the zip.",
            label=label,
            named=named,
        )
    if not real:
        raise BadInput(
            "'{label}' holds no Piximi project: there is no folder <name>.zarr with a 'project' "
            "in it. Choose a zip that Piximi saved with Save.",
            label=label,
        )
    root = real.pop()
    inside = [name[len(root) :] for name in listed if name.startswith(root)]
    beside = [name for name in listed if not root or not name.startswith(root)]
    return root, inside, [name for name in beside if root or "/" not in name]
