"""YOLO: for each image a text file of lines, numbers as shares of the image's width and height.

``class x y width height`` is a box about its middle, ``class x1 y1 x2 y2 …`` an outline. The names
of the classes stand in ``classes.txt`` and, for trainers, in ``data.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np

from piximi_core.annotation.outlines import as_one_ring, trace_mask
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import (
    image_of_member,
    image_paths,
    images_by_word,
    members_of,
    pick,
    stem_of,
    write_zip,
)
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.annotations.plain_json import finite, text_of
from piximi_core.formats.annotations.shapes import BoxShape, Polygons, Shape
from piximi_core.formats.archives import Member

__all__ = ["YoloStyle", "read_yolo", "write_yolo"]

YoloStyle = Literal["boxes", "outlines"]

_MOST_BYTES = 50_000_000
_NOT_LABELS = ("classes.", "train.", "val.", "test.", "readme.", "notes.")


def read_yolo(path: Path, name: str, scratch: Path, known: Collection[str] = ()) -> AnnotationSet:
    """Read boxes and outlines of a zip, a folder or one text file.

    Images are told by the names of the files, by their stems where they are not known. Without
    names of classes a class is called by its number.

    Parameters
    ----------
    known
        Names of the images that the labels may belong to.

    Raises
    ------
    BadInput
        There is no text file of labels, or the names of the classes cannot be read.
    """
    members = members_of(path, name, scratch)
    classes, words = _classes(members), images_by_word(known)
    found = AnnotationSet()
    for member in pick(members, name, ".txt"):
        stem = stem_of(member.name)
        # An image may be called test.png: its labels lie among those of the others.
        among = "labels" in PurePosixPath(member.name).parts[:-1] and stem in words
        if not among and PurePosixPath(member.name).name.lower().startswith(_NOT_LABELS):
            continue
        place = image_of_member(member.name, name, "labels")
        image = words.get(place, place)
        found.images.append(AnnotatedImage(image))
        try:
            lines = _text(member).splitlines()
        except BadInput as error:
            found.skipped.append(Problem(member.name, str(error)))
            continue
        for number, line in enumerate(lines, 1):
            if line.strip():
                _read(line, f"{member.name[:80]}, line {number}", image, classes, found)
    if not found.images:
        raise BadInput(f"'{name[:80]}' holds no text file of labels, one for each image.")
    return found


def _text(member: Member) -> str:
    if member.path.stat().st_size > _MOST_BYTES:
        raise BadInput("It is larger than 50 MB, too large for the labels of one image.")
    try:
        return member.path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("It is no UTF-8 text.") from None


def _read(line: str, what: str, image: str, classes: dict[int, str], found: AnnotationSet) -> None:
    parts = line.split()
    try:
        numbers = [finite(part) for part in parts]
        if len(numbers) < 5 or numbers[0] != int(numbers[0]) or numbers[0] < 0:
            raise BadInput("A line needs the number of a class and four more.")
        category = classes.get(int(numbers[0]), str(int(numbers[0])))
        found.objects.append(SetObject(image, _shape(numbers[1:]), category=category))
    except BadInput as error:
        found.skipped.append(Problem(what, str(error)))


def _shape(numbers: list[float]) -> Shape:
    if len(numbers) <= 5:  # with a fifth, how sure a network was
        x, y, width, height = numbers[:4]
        return BoxShape(x - width / 2, y - height / 2, x + width / 2, y + height / 2, relative=True)
    if len(numbers) % 2:
        raise BadInput("An outline needs pairs of numbers.")
    return Polygons([np.array(numbers).reshape(-1, 2)], relative=True)


def _classes(members: Sequence[Member]) -> dict[int, str]:
    """Return the names of the classes by number, from the first file that gives them."""
    for wanted in ("classes.txt", ".names", ".yaml", ".yml"):
        for member in members:
            if PurePosixPath(member.name).name.lower().endswith(wanted):
                text = _text(member)
                names = _from_yaml(text) if wanted in (".yaml", ".yml") else _from_lines(text)
                if names:
                    return names
    return {}


def _from_lines(text: str) -> dict[int, str]:
    return {
        number: name
        for number, line in enumerate(text.rstrip().splitlines())
        if (name := text_of(line)) is not None
    }


def _from_yaml(text: str) -> dict[int, str]:
    """Return ``names`` of a data.yaml, in any of the three ways in which it is written."""
    inline = re.search(r"^names\s*:\s*\[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    if inline:
        parts = inline[1].split(",")
        return {n: _unquoted(part) for n, part in enumerate(parts) if part.strip()}
    names: dict[int, str] = {}
    below = re.search(r"^names\s*:[ \t]*\n((?:[ \t-].*(?:\n|$)|\s*\n)*)", text, re.MULTILINE)
    for line in (below[1] if below else "").splitlines():
        numbered = re.match(r"\s*(\d+)\s*:\s*(.+)", line)
        listed = re.match(r"\s*-\s*(.+)", line)
        if numbered:
            names[int(numbered[1])] = _unquoted(numbered[2])
        elif listed:
            names[len(names)] = _unquoted(listed[1])
    return names


def _unquoted(word: str) -> str:
    word = word.strip()
    if len(word) >= 2 and word[0] == word[-1] == "'":
        return word[1:-1].replace("''", "'")
    return word.strip('"')


def write_yolo(
    found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage], style: YoloStyle = "boxes"
) -> None:
    """Write a zip of label files, with the names of the classes and a data.yaml.

    Parameters
    ----------
    style
        ``outlines`` keeps the masks, as networks for segmentation take them.
    """
    objects = found.by_image()
    classes = {name: n for n, name in enumerate(dict.fromkeys(map(_class, found.objects)))}
    words = image_paths([image.name for image in images])
    with write_zip(path) as archive:
        archive.add("classes.txt", "".join(f"{name}\n" for name in classes))
        quoted = ("  {}: '{}'\n".format(n, name.replace("'", "''")) for name, n in classes.items())
        archive.add("data.yaml", "path: .\ntrain: images\nval: images\nnames:\n" + "".join(quoted))
        for image in images:
            lines = [
                f"{classes[_class(item)]} {_line(item, image, style)}\n"
                for item in objects[image.name]
            ]
            archive.add(f"labels/{words[image.name]}.txt", "".join(lines))


def _class(item: SetObject) -> str:
    return item.category or item.kind or "object"


def _line(item: SetObject, image: AnnotatedImage, style: YoloStyle) -> str:
    x1, y1, x2, y2 = item.region.box
    width, height = image.width or 1, image.height or 1
    if style == "outlines":
        ring = np.add(as_one_ring(trace_mask(item.region.mask())), (x1, y1))
        shares = (ring / (width, height)).ravel().tolist()
    else:
        shares = [
            (x1 + x2) / 2 / width,
            (y1 + y2) / 2 / height,
            (x2 - x1) / width,
            (y2 - y1) / height,
        ]
    return " ".join(f"{share:.9g}" for share in shares)
