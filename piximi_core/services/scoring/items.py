"""Which things a job works on, as a file of its folder: ``data.csv``.

The masks of objects that are looked at without their background lie beside it, because a large
one is longer than readers of CSV take.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from piximi_core.errors import PiximiError
from piximi_core.project.contents.things import Thing
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.services.scoring.cutting import Cut

__all__ = ["Item", "item_of", "read_items", "remembered_items", "write_items"]


_MASKS = "masks.json"


@dataclass(frozen=True)
class Item:
    """One thing as a worker needs it.

    Attributes
    ----------
    partition, label
        The set it belongs to and the index of its class; empty and -1 without a label.
    view
        What is looked at of the file; see `Thing.view`. Runs of earlier versions tell none.
    box
        Of an object, its ``x1 y1 x2 y2``; empty for an image.
    crop
        How the object is cut out, a value of the model setting of that name.
    mask
        Its mask, if what is around it is blanked.
    group
        What it shares a source with; empty if with nothing. Runs of earlier versions tell none.
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
    view: str = ""
    box: str = ""
    crop: str = ""
    mask: str = ""
    group: str = ""

    @property
    def key(self) -> str:
        """What tells this thing, looked at so, from all others of the project."""
        return f"{self.id}:{self.view or self.plane}"

    @property
    def cut(self) -> Cut | None:
        """How the object is cut out of its image; None for an image."""
        if not self.box:
            return None
        x1, y1, x2, y2 = map(int, self.box.split())
        return Cut((x1, y1, x2, y2), self.crop == "Piximi", self.mask)

    def path(self, files: ProjectFiles) -> Path:
        """Return where its pixels lie."""
        return files.original(self.file_sha256, self.extension)


def item_of(
    thing: Thing,
    partition: str = "",
    label: int = -1,
    *,
    settings: Mapping[str, Any],
    group: str = "",
) -> Item:
    """Return a thing as a job's item; the model settings tell how an object is cut out."""
    cut = Cut.of(thing, settings)
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
        view=thing.view,
        box=" ".join(map(str, cut.box)) if cut else "",
        crop=("Piximi" if cut.as_piximi else "Box") if cut else "",
        mask=cut.mask if cut else "",
        group=group,
    )


def write_items(path: Path, items: Iterable[Item]) -> None:
    """Write the items, in order, so that another machine can read them."""
    masks = {}
    columns = [field.name for field in fields(Item) if field.name != "mask"]
    with replace_atomically(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for item in items:
            writer.writerow(vars(item))
            if item.mask:
                masks[item.id] = item.mask
    if masks:
        with replace_atomically(path.with_name(_MASKS)) as part:
            part.write_text(json.dumps(masks), encoding="utf-8")


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
            items = [
                Item(**{key: int(value) if key in whole else value for key, value in row.items()})  # type: ignore[arg-type]
                for row in csv.DictReader(file)
            ]
        masks = _read_masks(path)
        return [replace(item, mask=masks[item.id]) for item in items] if masks else items
    except (FileNotFoundError, KeyError, ValueError, TypeError, csv.Error) as error:
        raise PiximiError(
            "The list of images in {folder}/{path} is missing or damaged; ask for the work again.",
            folder=path.parent.name[:8],
            path=path.name,
        ) from error


def remembered_items(path: Path) -> Sequence[Item]:
    """Return what `read_items` does; at once for the last few files, while these stay as they are.

    A list of 10,000 takes a third of a second to read, and a page asks for it at every drawing.

    Raises
    ------
    PiximiError
        The file is missing or damaged.
    """
    try:
        state = path.stat()
    except OSError:
        return read_items(path)
    return _remembered(path, state.st_mtime_ns, state.st_size)


# Few, because a large project's list takes tens of megabytes.
@lru_cache(maxsize=2)
def _remembered(path: Path, _changed: int, _size: int) -> tuple[Item, ...]:
    return tuple(read_items(path))


def _read_masks(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.with_name(_MASKS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
