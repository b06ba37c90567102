"""The five mask zips of Piximi: its names of files, with correct values inside.

Piximi 1.1.4 writes ``<project>/<image stem>/…`` with defects that are not repeated here: labels
of categories count 1, 1, 2, 3, …; label matrices hold 0 and 65535 only; instances of stacks
lie in wrong pages; colours change each time; images of one stem run together. A table tells which
value is what, so that the zips can be read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import (
    Stems,
    ZipOut,
    image_words,
    members_of,
    pick,
    write_zip,
)
from piximi_core.formats.annotations.label_index import (
    INDEX_NAME,
    IndexRow,
    find_index,
    index_csv,
)
from piximi_core.formats.annotations.masks.label_arrays import (
    by_value,
    read_labels,
    tiff_bytes,
    touching_parts,
)
from piximi_core.formats.annotations.masks.label_images import label_array
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    Problem,
    SetObject,
)
from piximi_core.formats.zips.archives import Member
from piximi_core.vocabulary import UNKNOWN_NAME

__all__ = ["MASK_STYLES", "MaskStyle", "read_mask_zip", "write_mask_zip"]

MaskStyle = Literal[
    "label-matrices",
    "labeled-instance",
    "labeled-semantic",
    "binary-instance",
    "binary-semantic",
]
MASK_STYLES: tuple[MaskStyle, ...] = (
    "label-matrices",
    "labeled-instance",
    "labeled-semantic",
    "binary-instance",
    "binary-semantic",
)
_FULL = 65535
_SPREAD = 0x9E3779  # odd, so that no two of 2^24 numbers get the same colour


def write_mask_zip(
    found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage], style: MaskStyle
) -> list[Problem]:
    """Write one of the five mask zips.

    Returns
    -------
    list of Problem
        The objects of which later ones cover every pixel; only binary instances keep all.
    """
    hidden: list[Problem] = []
    rows: list[IndexRow] = []
    with write_zip(path) as archive:
        top = Stems().of(found.project)
        for file, content, listed in _files(found, images, style, hidden):
            archive.add(f"{top}/{file}", tiff_bytes(content))
            rows += listed
        archive.add(f"{top}/{INDEX_NAME}", index_csv(rows))
        _explain(archive, top)
    return hidden


def _explain(archive: ZipOut, top: str) -> None:
    archive.add(
        f"{top}/README.txt",
        "Background is 0. labels.csv says which value of which file is which object, category and\n"
        "kind. The files are named as Piximi names them, but their values are correct: categories\n"
        "count 1, 2, 3, ... (Piximi 1.1.4: 1, 1, 2, ...), label matrices count their objects from\n"
        "1 (Piximi: 65535 for all), and each plane of a stack has its own pages.\n",
    )


_File = tuple[str, NDArray[Any], list[IndexRow]]


def _files(
    found: AnnotationSet,
    images: Sequence[AnnotatedImage],
    style: MaskStyle,
    hidden: list[Problem],
) -> Iterator[_File]:
    folders = image_words([image.name for image in images])
    names, objects = _Names(), found.by_image()
    numbers = _category_numbers(found)
    counted: dict[tuple[str, str], int] = {}
    for image in images:
        folder = folders[image.name]
        for kind in dict.fromkeys(_kind(item) for item in objects[image.name]):
            of_kind = [item for item in objects[image.name] if _kind(item) == kind]
            groups = _by_category(of_kind)
            if style == "binary-instance":
                yield from _singly(folder, image, of_kind, names, counted)
            elif style in ("label-matrices", "labeled-instance"):
                file = f"{folder}/{names.of(kind)}.tiff"
                yield _instances(file, image, of_kind, style, hidden)
                if style == "labeled-instance":
                    for category, inside in groups.items():
                        file = f"{folder}/{names.of(kind, category)}.tiff"
                        if category != kind:
                            yield _instances(file, image, inside, style, [])
            else:
                for category, inside in groups.items():
                    file = f"{folder}/{names.of(kind, category)}.tiff"
                    value = numbers[kind, category] if style == "labeled-semantic" else _FULL
                    row = IndexRow(file, str(value), image.name, kind, _known(category), "")
                    yield file, _union(image, inside, value), [row]


def _kind(item: SetObject) -> str:
    return item.kind or "object"


def _known(category: str) -> str:
    return "" if category == UNKNOWN_NAME else category


class _Names:
    """Names of files without their endings: as Piximi makes them, but each for one thing only."""

    def __init__(self) -> None:
        self.words, self._files = Stems(), Stems()

    def of(self, kind: str, category: str | None = None) -> str:
        """Return the name for a kind, or for one of its categories."""
        word = self.words.of(kind)
        if category in (None, kind):
            return self._files.of(word, (kind, None))
        # cell_a is the kind of that name, or the category a of the kind cell.
        return self._files.of(f"{word}_{self.words.of(str(category))}", (kind, category))


def _by_category(objects: Sequence[SetObject]) -> dict[str, list[SetObject]]:
    groups: dict[str, list[SetObject]] = {}
    for item in objects:
        groups.setdefault(item.category or UNKNOWN_NAME, []).append(item)
    return groups


def _category_numbers(found: AnnotationSet) -> dict[tuple[str, str], int]:
    """Number the categories within each kind from 1, the same in every image."""
    pairs = [(c.kind, c.name) for c in found.categories]
    pairs += [(_kind(item), item.category or UNKNOWN_NAME) for item in found.objects]
    counts: dict[str, int] = {}
    numbers = {}
    for kind, category in dict.fromkeys(pairs):
        counts[kind] = counts.get(kind, 0) + 1
        numbers[kind, category] = counts[kind]
    return numbers


def _union(image: AnnotatedImage, objects: Sequence[SetObject], value: int) -> NDArray[np.uint16]:
    array = np.zeros((image.planes or 1, image.height or 1, image.width or 1), np.uint16)
    for item in objects:
        x1, y1, x2, y2 = item.region.box
        array[item.plane, y1:y2, x1:x2][item.region.mask()] = value
    return array


def _singly(
    folder: str,
    image: AnnotatedImage,
    objects: Sequence[SetObject],
    names: _Names,
    counted: dict[tuple[str, str], int],
) -> Iterator[_File]:
    """Yield one file for each object, counted per category over all images as Piximi does."""
    for item in objects:
        key = (_kind(item), item.category or UNKNOWN_NAME)
        counted[key] = counted.get(key, 0) + 1
        kind, category = map(names.words.of, key)
        file = f"{folder}/{kind}/{category}_{counted[key]}.tiff"
        row = IndexRow(file, str(_FULL), image.name, *key[:1], _known(key[1]), item.name or "")
        yield file, _union(image, [item], _FULL), [row]


def _instances(
    file: str,
    image: AnnotatedImage,
    objects: Sequence[SetObject],
    style: MaskStyle,
    hidden: list[Problem],
) -> _File:
    """Return objects as numbers, or as colours in three pages (red, green, blue) per plane."""
    array, values = label_array(image, objects, hidden)
    shown = [str(value) for value in values]
    if style == "labeled-instance":
        colors = (array.astype(np.uint32) * _SPREAD) & 0xFFFFFF
        pages = [(colors >> shift) & 0xFF for shift in (16, 8, 0)]
        array = np.stack(pages, axis=1).reshape(-1, *array.shape[1:]).astype(np.uint8)
        shown = [f"#{value * _SPREAD & 0xFFFFFF:06x}" for value in values]
    rows = [
        IndexRow(file, value, image.name, _kind(item), item.category or "", item.name or "")
        for value, item in zip(shown, objects, strict=True)
    ]
    return file, array, rows


def read_mask_zip(path: Path, name: str, scratch: Path) -> AnnotationSet:
    """Read any of the five mask zips, ours or Piximi's.

    Without our table, kinds and categories are told from the names of files. Masks of whole
    categories are taken apart where they do not touch.

    Raises
    ------
    BadInput
        There is no TIFF inside, or the table is damaged.
    """
    found = AnnotationSet()
    members = members_of(path, name, scratch)
    index = find_index(members)
    pictures = pick(members, name, ".tif", ".tiff")
    for member in _without_doubles(pictures, index):
        rows = index.get(member.name) or [_row_by_name(member.name)]
        try:
            _read(member, rows, found)
        except BadInput as error:
            found.skipped.append(Problem(member.name, str(error)))
    return found


def _without_doubles(members: Sequence[Member], index: dict[str, list[IndexRow]]) -> list[Member]:
    """Leave out ``<kind>_<category>`` where ``<kind>`` shows the same objects (and the reverse)."""
    if index:
        doubled = _doubled([member.name for member in members], index)
        return [member for member in members if member.name not in doubled]
    stems = {member.name.rpartition(".")[0] for member in members}
    # Without a table the longer name tells more: the category.
    return [
        member
        for member in members
        if not any(s.startswith(member.name.rpartition(".")[0] + "_") for s in stems)
    ]


def _doubled(present: Sequence[str], index: dict[str, list[IndexRow]]) -> set[str]:
    """Return the files whose objects are all in another file of their folder.

    Only where objects have colours does one stand in two files: its kind's and its category's.
    """
    folders: dict[PurePosixPath, dict[str, set[tuple[str, str, str]]]] = {}
    for file in present:
        rows = index.get(file, [])
        if rows and all(row.value.startswith("#") for row in rows):
            objects = {(row.kind, row.category, row.object) for row in rows}
            folders.setdefault(PurePosixPath(file).parent, {})[file] = objects
    return {
        file
        for shown in folders.values()
        for file, objects in shown.items()
        for other, more in shown.items()
        if objects < more or (objects == more and other < file)
    }


def _row_by_name(member: str) -> IndexRow:
    parts = PurePosixPath(member).parts
    word = PurePosixPath(member).stem
    if len(parts) >= 4:  # project/image/kind/category_n.tiff
        return IndexRow(member, "", parts[-3], parts[-2], word.rpartition("_")[0] or word, "")
    kind, _, category = word.partition("_")
    image = parts[-2] if len(parts) >= 2 else word
    return IndexRow(member, "", image, kind, category, "")


def _read(member: Member, rows: list[IndexRow], found: AnnotationSet) -> None:
    labels = read_labels(member.path, member.name)
    colored = labels.dtype == np.uint8 and len(labels) % 3 == 0 and _may_be_colored(rows)
    if colored:
        red, green, blue = (labels[channel::3].astype(np.uint32) for channel in range(3))
        labels = (red << 16) | (green << 8) | blue
        rows = [row if not row.value.startswith("#") else _as_number(row) for row in rows]
    planes, height, width = labels.shape
    image = rows[0].image
    if image not in {entry.name for entry in found.images}:
        found.images.append(AnnotatedImage(image, width, height, planes))
    by_number = {row.value: row for row in rows}
    fallback = IndexRow(
        "", "", image, rows[0].kind, rows[0].category if "" in by_number else "", ""
    )
    for plane, page in enumerate(labels):
        for value, region in _regions(page, not colored and _is_union(member, rows, labels)):
            row = by_number.get(str(value), fallback)
            category = row.category or None
            found.objects.append(
                SetObject(
                    image=image,
                    shape=region,
                    kind=row.kind or None,
                    category=None if category == UNKNOWN_NAME else category,
                    plane=plane,
                    name=row.object or None,
                )
            )


def _may_be_colored(rows: list[IndexRow]) -> bool:
    """Whether three pages may be one picture; only colours are 8 bit in Piximi's own zips."""
    return rows[0].value.startswith("#") if rows[0].value else True


def _is_union(member: Member, rows: list[IndexRow], labels: NDArray[Any]) -> bool:
    """Whether a file shows all objects of a category in one value."""
    if len(rows) > 1 or rows[0].object or len(np.unique(labels)) > 2:
        return False
    # Files of single objects lie in folders of their kinds.
    return bool(rows[0].value) or len(PurePosixPath(member.name).parts) < 4


def _as_number(row: IndexRow) -> IndexRow:
    number = str(int(row.value[1:], 16)) if len(row.value) == 7 else ""
    return IndexRow(row.file, number, row.image, row.kind, row.category, row.object)


def _regions(page: NDArray[Any], together: bool) -> Iterator[tuple[int, Any]]:
    if together:
        value = int(page.max())
        yield from ((value, region) for region in touching_parts(page > 0))
    else:
        yield from by_value(page)
