"""Boxes in a text file, one a line: image, left, top, right, bottom, category."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.annotations.registry import AnnotationFormat
from piximi_core.formats.annotations.shapes import BoxShape


def read(path: Path, name: str, scratch: Path, known: Collection[str]) -> AnnotationSet:
    """Return the boxes of a file; lines that are none are named and left out."""
    found = AnnotationSet()
    for line in path.read_text("utf-8").splitlines()[1:]:
        try:
            image, *sides, category = line.split("\t")
            box = BoxShape(*map(float, sides))
        except (ValueError, TypeError):
            found.skipped.append(Problem(line[:40], "It is no line of a box."))
        else:
            found.objects.append(SetObject(image, box, category=category))
    found.images = [AnnotatedImage(name) for name in {item.image: None for item in found.objects}]
    return found


def write(found: AnnotationSet, path: Path, style: Any) -> list[Problem]:
    """Write the boxes; the masks are not kept."""
    lines = ["SPOTS"]
    for item in found.objects:
        lines.append("\t".join([item.image, *map(str, item.region.box), item.category or ""]))
    path.write_text("\n".join(lines), "utf-8")
    return []


FORMAT = AnnotationFormat(
    "spots",
    "Spots of the lab",
    read,
    write,
    styles=("boxes",),
    ending=".spots",
    ending_of_one=".spots",
    caption="One text file of boxes. The masks are not kept.",
    recognises=lambda path: path.is_file() and path.read_bytes()[:5] == b"SPOTS",
)
