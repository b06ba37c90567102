"""Which things a job works on, as a file of its folder: ``data.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from piximi_core.errors import PiximiError
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.project.things import Thing

__all__ = ["Item", "item_of", "read_items", "write_items"]


@dataclass(frozen=True)
class Item:
    """One thing as a worker needs it.

    Attributes
    ----------
    partition, label
        The set it belongs to and the index of its class; empty and -1 without a label.
    """

    id: str
    name: str
    sha256: str
    file_sha256: str
    extension: str
    plane: int
    read_channels: int
    bit_depth: int
    partition: str = ""
    label: int = -1

    def path(self, files: ProjectFiles) -> Path:
        """Return where its pixels lie."""
        return files.original(self.file_sha256, self.extension)


def item_of(thing: Thing, partition: str = "", label: int = -1) -> Item:
    """Return a thing as a job's item."""
    return Item(
        id=thing.id,
        name=thing.name,
        sha256=thing.sha256,
        file_sha256=thing.file_sha256,
        extension=thing.extension,
        plane=thing.active_plane,
        read_channels=thing.read_channels or 0,
        bit_depth=thing.bit_depth,
        partition=partition,
        label=label,
    )


def write_items(path: Path, items: Iterable[Item]) -> None:
    """Write the items, in order, so that another machine can read them."""
    with replace_atomically(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Item)])
        writer.writeheader()
        writer.writerows(vars(item) for item in items)


def read_items(path: Path) -> Sequence[Item]:
    """Read what `write_items` wrote.

    Raises
    ------
    PiximiError
        The file is missing or damaged.
    """
    whole = ("plane", "read_channels", "bit_depth", "label")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                Item(**{key: int(value) if key in whole else value for key, value in row.items()})  # type: ignore[arg-type]
                for row in csv.DictReader(file)
            ]
    except (FileNotFoundError, ValueError, TypeError, csv.Error) as error:
        raise PiximiError(
            f"The list of images in {path.parent.name[:8]}/{path.name} is missing or damaged; "
            "ask for the work again."
        ) from error
