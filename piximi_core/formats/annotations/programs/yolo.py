"""YOLO: for each image a text file of lines, numbers as shares of the image's width and height.

``class x y width height`` is a box about its middle, ``class x1 y1 x2 y2 …`` an outline. The names
of the classes stand in ``classes.txt`` and, for trainers, in ``data.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal

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
from piximi_core.formats.annotations.programs.yolo_lines import (
    KeyPoints,
    key_points_of,
    names_of,
    read_line,
)
from piximi_core.formats.zips.archives import Member
from piximi_core.messages import Message

__all__ = ["YoloStyle", "read_yolo", "write_yolo"]

YoloStyle = Literal["boxes", "outlines"]

_MOST_BYTES = 50_000_000
_NOT_LABELS = ("classes.", "train.", "val.", "test.", "readme.", "notes.")
_MOST_YAML_BYTES = 1_000_000


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
    words = images_by_word(known)
    names, classes, points = _describing(members, words)
    found = AnnotationSet()
    for member in pick(members, name, ".txt"):
        # An image may be called test.png: its labels lie among those of the others.
        among = "labels" in PurePosixPath(member.name).parts[:-1] and stem_of(member.name) in words
        no_labels = PurePosixPath(member.name).name.lower().startswith(_NOT_LABELS)
        if member.name in names or (no_labels and not among):
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
                what = Message("{file}, line {number}", file=member.name[:80], number=number)
                _read(line, what, image, classes, points, found)
    if not found.images:
        raise BadInput("'{name}' holds no text file of labels, one for each image.", name=name[:80])
    return found


def _text(member: Member) -> str:
    if member.path.stat().st_size > _MOST_BYTES:
        raise BadInput("It is larger than 50 MB, too large for the labels of one image.")
    content = member.path.read_bytes()
    try:
        # Windows PowerShell and Notepad write UTF-16 with a mark before it.
        utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("It is no UTF-8 text; save it as UTF-8.") from None


def _read(
    line: str,
    what: str,
    image: str,
    classes: Mapping[int, str],
    points: KeyPoints | None,
    found: AnnotationSet,
) -> None:
    parts = line.split()
    try:
        numbers = [finite(part) for part in parts]
        if len(numbers) < 5 or numbers[0] != int(numbers[0]) or numbers[0] < 0:
            raise BadInput("A line needs the number of a class and four more.")
        said = read_line(numbers[1:], parts[1:], points)
    except BadInput as error:
        found.skipped.append(Problem(what, str(error)))
        return
    if said.key_points:
        found.repaired.append(Problem(what, Message("Its key points are not read, only its box.")))
    category = classes.get(int(numbers[0]), str(int(numbers[0])))
    found.objects.append(SetObject(image, said.shape, category=category))


def _describing(
    members: Sequence[Member], images: Collection[str]
) -> tuple[set[str], dict[int, str], KeyPoints | None]:
    """Return which files describe the others, the classes by number, and the key points.

    Of several files that name classes the first counts: lists in text before data.yaml.
    """
    lists = [member for member in members if _is_list(member, images)]
    yamls = [m for m in members if m.name.lower().endswith((".yaml", ".yml"))]
    classes: dict[int, str] = {}
    points = None
    for member in lists:
        classes = classes or _from_lines(_named_text(member))
    for member in yamls:
        content = _yaml(member)
        classes = classes or names_of(content)
        points = points or key_points_of(content)
    return {member.name for member in lists}, classes, points


def _is_list(member: Member, images: Collection[str]) -> bool:
    """Whether a file lists the names of classes, a line each."""
    path = PurePosixPath(member.name.lower())
    if "labels" in path.parts[:-1] and stem_of(member.name) in images:
        return False  # the labels of an image that is called classes.png
    if path.name.endswith(("classes.txt", ".names")):
        return True
    if path.name not in ("labels.txt", "label.txt", "class_names.txt", "names.txt"):
        return False
    # makesense.ai calls it so; but an image may be called labels.png as well.
    return stem_of(member.name) not in images


def _named_text(member: Member) -> str:
    try:
        return _text(member)
    except BadInput as error:
        raise BadInput(
            "'{member}', which names the classes: {error}", member=member.name[:80], error=error
        ) from error


def _yaml(member: Member) -> Any:
    """Return what a data.yaml holds, every value as text: a class may be called yes or 1.0."""
    import yaml

    if member.path.stat().st_size > _MOST_YAML_BYTES:
        raise BadInput(
            "'{member}' is larger than 1 MB, too large to name classes.", member=member.name[:80]
        )
    try:
        return yaml.load(_named_text(member), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = Message(" in line {line}", line=line + 1) if line is not None else ""
        raise BadInput(
            "'{member}' is no YAML{where}, so the names of the classes are not known; "
            "mend it, or leave it out.",
            member=member.name[:80],
            where=where,
        ) from error


def _from_lines(text: str) -> dict[int, str]:
    return {
        number: name
        for number, line in enumerate(text.rstrip().splitlines())
        if (name := text_of(line)) is not None
    }


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
