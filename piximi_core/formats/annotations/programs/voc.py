"""Pascal VOC: one XML file of boxes for each image.

Its pixels are counted from 1 and its boxes hold their last pixel. Masks are not kept; what VOC has
no word for (kind, plane) stands in elements of our own, which other readers pass over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import (
    image_of_member,
    image_paths,
    members_of,
    pick,
    stem_of,
    write_zip,
)
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    Problem,
    SetObject,
)
from piximi_core.formats.annotations.plain_json import finite, read_xml, text_of, whole
from piximi_core.formats.annotations.shapes import BoxShape
from piximi_core.messages import Message

__all__ = ["read_voc", "write_voc"]


def read_voc(path: Path, name: str, scratch: Path) -> AnnotationSet:
    """Read one XML file, or all of a zip or folder; the class names become categories.

    Raises
    ------
    BadInput
        There is no XML file, or the only one cannot be read.
    """
    found = AnnotationSet()
    members = pick(members_of(path, name, scratch), name, ".xml")
    roots: list[tuple[str, Element]] = []
    for member in members:
        try:
            root = read_xml(member.path, member.name)
            if root.tag != "annotation":
                raise BadInput(
                    "'{member}' is no Pascal VOC file: it begins with <{tag}>.",
                    member=member.name[:80],
                    tag=root.tag[:40],
                )
            roots.append((image_of_member(member.name, name, "annotations"), root))
        except BadInput as error:
            if len(members) == 1:
                raise
            found.skipped.append(Problem(member.name, str(error)))
    said = Counter(_image(file, root) for file, root in roots)
    for file, root in roots:
        told = _image(file, root)
        # Files that were copied from one another name one image; then their own names count.
        image = AnnotatedImage(told, also=_others(file, root)) if said[told] == 1 else None
        _read(root, image or AnnotatedImage(file), found)
    return found


def _image(file: str, root: Element) -> str:
    """Return the image that a file says it is for, in the folder that the file lies in."""
    told = text_of(root.findtext("filename"), 1000)
    if told is None:
        return file
    folder, slash, own = file.rpartition("/")
    in_folder = slash and "/" not in told and stem_of(told) == own
    return f"{folder}/{told}" if in_folder else told


def _others(file: str, root: Element) -> tuple[str, ...]:
    """Return by what else the image may be found: a folder named beside it, the file's own name."""
    folder, told = text_of(root.findtext("folder")), text_of(root.findtext("filename"), 1000)
    return (f"{folder}/{told}", file) if folder and told else (file,)


def _read(root: Element, image: AnnotatedImage, found: AnnotationSet) -> None:
    size = root.find("size")
    try:
        sides = (_number(size, "width"), _number(size, "height"))
    except BadInput:
        sides = (0, 0)
    found.images.append(replace(image, width=sides[0] or None, height=sides[1] or None))
    for number, item in enumerate(root.iter("object")):
        try:
            found.objects.append(_object(item, image.name))
        except BadInput as error:
            found.skipped.append(
                Problem(
                    Message("{image}, object {number}", image=image.name[:80], number=number + 1),
                    str(error),
                )
            )


def _number(parent: Element | None, key: str) -> int:
    return whole(None if parent is None else parent.findtext(key))


def _object(item: Element, image: str) -> SetObject:
    box = item.find("bndbox")
    if box is None:
        raise BadInput("It has no box.")
    x1, y1, x2, y2 = (finite(box.findtext(key)) for key in ("xmin", "ymin", "xmax", "ymax"))
    labelled = item.findtext("labelled") != "0"
    plane = item.findtext("plane")
    return SetObject(
        image=image,
        shape=BoxShape(x1 - 1, y1 - 1, x2, y2),
        kind=text_of(item.findtext("kind")),
        category=text_of(item.findtext("name")) if labelled else None,
        plane=0 if plane is None else whole(plane),
    )


def write_voc(found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]) -> None:
    """Write the boxes of one image as XML, or of several as a zip of them.

    Parameters
    ----------
    images
        Which images; one is written as the bare file.
    """
    objects = found.by_image()
    if len(images) == 1 and path.suffix.lower() == ".xml":
        path.write_bytes(_xml(images[0], objects[images[0].name]))
        return
    words = image_paths([image.name for image in images])
    with write_zip(path) as archive:
        for image in images:
            member = f"Annotations/{words[image.name]}.xml"
            archive.add(member, _xml(image, objects[image.name]))


def _xml(image: AnnotatedImage, objects: list[SetObject]) -> bytes:
    root = Element("annotation")
    SubElement(root, "folder").text = _clean(image.name.rpartition("/")[0])
    SubElement(root, "filename").text = _clean(image.name)
    size = SubElement(root, "size")
    for key, value in (
        ("width", image.width),
        ("height", image.height),
        ("depth", image.channels or 1),
    ):
        SubElement(size, key).text = str(value or 0)
    SubElement(root, "segmented").text = "0"
    for item in objects:
        row = SubElement(root, "object")
        x1, y1, x2, y2 = item.region.box
        parts = {
            "name": _clean(item.category or item.kind or "object"),
            "pose": "Unspecified",
            "truncated": "0",
            "difficult": "0",
            "kind": _clean(item.kind or "object"),
            "labelled": str(int(item.category is not None)),
            "plane": str(item.plane),
        }
        for key, word in parts.items():
            SubElement(row, key).text = word
        box = SubElement(row, "bndbox")
        for side, edge in (("xmin", x1 + 1), ("ymin", y1 + 1), ("xmax", x2), ("ymax", y2)):
            SubElement(box, side).text = str(edge)
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _clean(text: str) -> str:
    """Return text without the signs that XML cannot hold."""
    return "".join(
        c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"
    )
