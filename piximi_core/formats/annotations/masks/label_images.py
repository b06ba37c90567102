"""Label images: in each picture the background is 0 and every object has a number of its own.

One TIFF for each image and kind, named after the image. Read are also PNG files and the names that
other programs give (``…_cp_masks``, ``…_labels``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import (
    Stems,
    image_of_member,
    image_words,
    images_by_word,
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
from piximi_core.formats.annotations.masks.label_arrays import by_value, read_labels, tiff_bytes
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.zips.archives import Member
from piximi_core.messages import Message

__all__ = ["label_array", "read_label_images", "write_label_images"]

_ENDINGS = re.compile(
    r"[ _.-](cp_masks|instance_masks?|labels?|label_image|masks?|seg|segmentation|objects|gt)$",
    re.IGNORECASE,
)


def read_label_images(
    path: Path, name: str, scratch: Path, known: Collection[str] = ()
) -> AnnotationSet:
    """Read one label image, or all of a zip or folder.

    Without our table beside them the objects have no category, and what a file's name has after
    the stem of a known image names their kind.

    Parameters
    ----------
    known
        Names of the images that the labels may belong to.

    Raises
    ------
    BadInput
        There is no TIFF or PNG, or the only one cannot be read.
    """
    found = AnnotationSet()
    members = members_of(path, name, scratch)
    index = find_index(members)
    pictures = pick(members, name, ".tif", ".tiff", ".png")
    words = images_by_word(known)
    for member in pictures:
        try:
            rows = index.get(member.name, [])
            _read(member, rows, words, found, archive=name, alone=len(pictures) == 1)
        except BadInput as error:
            if len(pictures) == 1:
                raise
            found.skipped.append(Problem(member.name, str(error)))
    return found


def _read(
    member: Member,
    rows: list[IndexRow],
    words: Mapping[str, str],
    found: AnnotationSet,
    *,
    archive: str,
    alone: bool,
) -> None:
    labels = read_labels(member.path, member.name)
    planes, height, width = labels.shape
    if rows:
        image, kind = rows[0].image, rows[0].kind or None
    else:
        image, kind = _belongs_to(image_of_member(member.name, archive), words)
    by_number = {row.value: row for row in rows}
    if image not in {entry.name for entry in found.images}:
        found.images.append(
            AnnotatedImage(image, width, height, planes, told=bool(rows) or not alone)
        )
    for plane, page in enumerate(labels):
        for value, region in by_value(page):
            row = by_number.get(str(value))
            found.objects.append(
                SetObject(
                    image=image,
                    shape=region,
                    kind=kind,
                    category=(row.category or None) if row else None,
                    plane=plane,
                    name=(row.object or None) if row else None,
                )
            )


def _belongs_to(path: str, words: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the image and the kind that the path of a label image means."""
    folder, slash, stem = path.rpartition("/")
    word, kind = _parted(stem, words)
    return f"{folder}{slash}{word}" if folder else words.get(word, word), kind


def _parted(stem: str, words: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the word for the image, and what follows it."""
    if stem in words:
        return stem, None
    bare = _ENDINGS.sub("", stem)
    # The longest: cells_1_nucleus belongs to cells_1, even where there is an image cells.
    fitting = [word for word in words if re.match(re.escape(word) + r"[ _.-]", stem)]
    if bare in words or not fitting:
        return bare, None
    longest = max(fitting, key=len)
    return longest, stem[len(longest) + 1 :] or None


def write_label_images(
    found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]
) -> list[Problem]:
    """Write a zip of label images, or the TIFF of one image with one kind.

    Returns
    -------
    list of Problem
        The objects of which later ones cover every pixel.
    """
    objects = found.by_image()
    kinds = list(dict.fromkeys(item.kind or "object" for item in found.objects))
    hidden: list[Problem] = []
    if len(images) == 1 and len(kinds) <= 1 and path.suffix.lower() != ".zip":
        array, _numbers = label_array(images[0], objects[images[0].name], hidden)
        path.write_bytes(tiff_bytes(array))
        return hidden
    words = image_words([image.name for image in images])
    files, rows = Stems(), list[IndexRow]()
    with write_zip(path) as archive:
        for image in images:
            for kind in kinds:
                of_kind = [o for o in objects[image.name] if (o.kind or "object") == kind]
                if not of_kind:
                    continue
                word = words[image.name]
                word = f"{word}_{kind}" if len(kinds) > 1 else word
                file = files.of(word, (image.name, kind), ".tif")
                array, values = label_array(image, of_kind, hidden)
                archive.add(file, tiff_bytes(array))
                rows += [
                    IndexRow(file, str(value), image.name, kind, o.category or "", o.name or "")
                    for value, o in zip(values, of_kind, strict=True)
                ]
        archive.add(INDEX_NAME, index_csv(rows))
    return hidden


def label_array(
    image: AnnotatedImage, objects: Sequence[SetObject], hidden: list[Problem]
) -> tuple[NDArray[Any], list[int]]:
    """Return the objects of an image as numbers from 1 in ``[Z, H, W]``, and the number of each.

    Where objects overlap, the later one is seen; those that are not seen at all go to `hidden`.
    """
    shape = (image.planes or 1, image.height or 1, image.width or 1)
    array = np.zeros(shape, np.uint16 if len(objects) < 2**16 else np.uint32)
    for value, item in enumerate(objects, 1):
        x1, y1, x2, y2 = item.region.box
        array[item.plane, y1:y2, x1:x2][item.region.mask()] = value
    seen = set(np.unique(array).tolist())
    hidden += [
        Problem(
            item.name or Message("object {value} of {image}", value=value, image=image.name),
            Message("Later objects cover all of it."),
        )
        for value, item in enumerate(objects, 1)
        if value not in seen
    ]
    return array, list(range(1, len(objects) + 1))
