"""The annotation formats by name: how each is read, written, and called."""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import file_word, is_zip, members_of, pick, stem_of
from piximi_core.formats.annotations.guessing import format_of_json, guess_format
from piximi_core.formats.annotations.masks.label_arrays import Sizes, labels_fit
from piximi_core.formats.annotations.masks.label_images import read_label_images, write_label_images
from piximi_core.formats.annotations.masks.mask_zips import (
    MASK_STYLES,
    read_mask_zip,
    write_mask_zip,
)
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem
from piximi_core.formats.annotations.programs.coco import read_coco, write_coco
from piximi_core.formats.annotations.programs.createml import read_createml, write_createml
from piximi_core.formats.annotations.programs.geojson import read_geojson, write_geojson
from piximi_core.formats.annotations.programs.imagej import read_imagej, write_imagej
from piximi_core.formats.annotations.programs.label_studio import (
    read_label_studio,
    write_label_studio,
)
from piximi_core.formats.annotations.programs.labelme import read_labelme, write_labelme
from piximi_core.formats.annotations.programs.piximi import (
    read_piximi_annotations,
    write_piximi_annotations,
)
from piximi_core.formats.annotations.programs.via import read_via, write_via
from piximi_core.formats.annotations.programs.voc import read_voc, write_voc
from piximi_core.formats.annotations.programs.yolo import read_yolo, write_yolo
from piximi_core.images import safe_name
from piximi_core.messages import Message
from piximi_core.registry import Registry

__all__ = ["FORMATS", "AnnotationFormat", "find_format", "read_annotations", "write_annotations"]

log = logging.getLogger("piximi")

Reader = Callable[[Path, str, Path, Collection[str]], AnnotationSet]
Writer = Callable[[AnnotationSet, Path, Any], list[Problem]]


@dataclass(frozen=True)
class AnnotationFormat:
    """One format.

    Attributes
    ----------
    name, title
        In scripts, and for people.
    styles
        In which ways it is written, the first by default.
    ending, ending_of_one
        Of what is written for several images, and for one.
    caption
        One sentence on what it holds, and what it does not.
    recognises
        Whether a file or folder is of this format; asked of formats that packages add, about files
        that are of none of ours.
    """

    name: str
    title: str
    read: Reader
    write: Writer
    styles: tuple[str, ...]
    ending: str
    ending_of_one: str
    caption: str = ""
    recognises: Callable[[Path], bool] = lambda _path: False

    def style(self, wanted: str | None) -> str:
        """Return a style, the default for None.

        Raises
        ------
        BadInput
            The format has no such style.
        """
        if wanted in (None, ""):
            return self.styles[0]
        if wanted not in self.styles:
            listed = ", ".join(self.styles)
            raise BadInput(
                "{wanted!r} is no way to write {title}; choose one of {listed}.",
                wanted=wanted,
                title=self.title,
                listed=listed,
            )
        return str(wanted)


def _one_json(read: Callable[[Path, str], AnnotationSet]) -> Reader:
    """Return a reader that takes a JSON file, or every one of a zip or folder."""

    def read_all(
        path: Path, name: str, scratch: Path, _known: Collection[str] = ()
    ) -> AnnotationSet:
        if not path.is_dir() and not is_zip(path):
            return read(path, name)
        whole = AnnotationSet()
        members = pick(members_of(path, name, scratch), name, ".json")
        refused: list[BadInput] = []
        for member in members:
            try:
                part = read(member.path, member.name)
            except BadInput as error:
                # Captions, notes and settings lie beside the annotations.
                refused.append(error)
                whole.skipped.append(
                    Problem(member.name, Message("It was left out: {error}", error=error))
                )
                continue
            present = {image.name for image in whole.images}
            whole.images += [image for image in part.images if image.name not in present]
            for field in ("objects", "kinds", "categories", "skipped", "repaired"):
                getattr(whole, field).extend(getattr(part, field))
        if len(refused) == len(members):
            raise refused[0]
        return whole

    return read_all


def _without_known(read: Callable[[Path, str, Path], AnnotationSet]) -> Reader:
    return lambda path, name, scratch, _known: read(path, name, scratch)


def _coco(found: AnnotationSet, path: Path, style: Any) -> list[Problem]:
    return write_coco(found, path, style)


def _piximi(found: AnnotationSet, path: Path, style: Any) -> list[Problem]:
    write_piximi_annotations(found, path, style)
    return []


def _masks(found: AnnotationSet, path: Path, style: Any) -> list[Problem]:
    return write_mask_zip(found, path, found.images, style)


def _labels(found: AnnotationSet, path: Path, _style: Any) -> list[Problem]:
    return write_label_images(found, path, found.images)


def _plainly(write: Callable[[AnnotationSet, Path, list[AnnotatedImage]], None]) -> Writer:
    """Return a writer of a format that has one style and leaves nothing out."""

    def write_all(found: AnnotationSet, path: Path, _style: Any) -> list[Problem]:
        write(found, path, found.images)
        return []

    return write_all


def _yolo(found: AnnotationSet, path: Path, style: Any) -> list[Problem]:
    write_yolo(found, path, found.images, style)
    return []


_OWN = (
    AnnotationFormat(
        "coco", "COCO", _one_json(read_coco), _coco, ("polygons", "single", "piximi", "runs"),
        ".json", ".json",
    ),
    AnnotationFormat(
        "piximi", "Piximi JSON", _one_json(read_piximi_annotations), _piximi,
        ("1.1.4", "0.2.0", "0.1"), ".json", ".json",
    ),
    AnnotationFormat(
        "masks", Message("mask images"), _without_known(read_mask_zip), _masks, MASK_STYLES,
        ".zip", ".zip",
    ),
    AnnotationFormat(
        "labels", Message("label images"), read_label_images, _labels, ("numbers",), ".zip", ".tif"
    ),
    AnnotationFormat(
        "voc", "Pascal VOC", _without_known(read_voc), _plainly(write_voc), ("boxes",),
        ".zip", ".xml",
    ),
    AnnotationFormat(
        "yolo", "YOLO", read_yolo, _yolo, ("boxes", "outlines"),
        ".zip", ".zip",
    ),
    AnnotationFormat(
        "geojson", "GeoJSON", _without_known(read_geojson), _plainly(write_geojson),
        ("outlines",), ".zip", ".geojson",
    ),
    AnnotationFormat(
        "imagej", "ImageJ ROIs", read_imagej, _plainly(write_imagej), ("rois",), ".zip", ".zip"
    ),
    AnnotationFormat(
        "labelme", "LabelMe", _one_json(read_labelme), _plainly(write_labelme), ("outlines",),
        ".zip", ".json",
    ),
    AnnotationFormat(
        "via", "VIA", _one_json(read_via), _plainly(write_via), ("outlines",), ".json", ".json"
    ),
    AnnotationFormat(
        "labelstudio", "Label Studio", _one_json(read_label_studio),
        _plainly(write_label_studio), ("outlines",), ".json", ".json",
    ),
    AnnotationFormat(
        "createml", "CreateML", _one_json(read_createml), _plainly(write_createml), ("boxes",),
        ".json", ".json",
    ),
)  # fmt: skip


def _why_not(name: str, found: Any) -> str | None:
    if not isinstance(found, AnnotationFormat):
        return Message("it is no AnnotationFormat")
    return None if found.name == name else Message("it calls itself {found!r}", found=found.name)


FORMATS: Registry[AnnotationFormat] = Registry(
    Message("annotation format"),
    {one.name: one for one in _OWN},
    group="piximi.formats",
    check=_why_not,
    is_name=lambda name: re.fullmatch(r"[a-z0-9-]{1,30}", name) is not None,
)
"""By name. What a package adds stands under the name of its entry point."""


def find_format(name: str) -> AnnotationFormat:
    """Return a format by its name.

    Raises
    ------
    BadInput
        There is none of that name, or the package that has it is broken.
    """
    return FORMATS.find(name)


def read_annotations(
    path: Path,
    name: str,
    scratch: Path,
    *,
    known: Collection[str] = (),
    format_name: str = "",
    sizes: Sizes | None = None,
) -> tuple[str, AnnotationSet]:
    """Read annotations of a format, or of whatever format the file turns out to have.

    Parameters
    ----------
    path, name
        The file, zip or folder, and what to call it.
    scratch
        An empty folder for what zips hold.
    known
        Names of the images that they may belong to.
    sizes
        Of these images; label images of another size are refused unread.
    format_name
        Empty to find out.

    Returns
    -------
    str, AnnotationSet
        The format's name, and what it says.

    Raises
    ------
    BadInput
        It cannot be read, or no format is found in it.
    """
    if not path.exists():
        raise BadInput("There is no file {path}; check the path.", path=path)
    one = find_format(format_name or _guessed(path, name, scratch / "guess"))
    room = scratch / "read"
    room.mkdir(parents=True, exist_ok=True)
    try:
        with labels_fit(sizes or {}):
            found = one.read(path, name, room, known)
    except BadInput:
        _name_other(path, name, one)
        raise
    if not found.objects:
        _name_other(path, name, one)
    read = _READ_TEXTS.get(
        one.name, (".json",) if ".json" in (one.ending, one.ending_of_one) else ()
    )
    found.skipped += [
        Problem(other, Message("It is no file of {format} and was left out.", format=one.title))
        for other in _texts_of(path)
        if not other.lower().endswith(read)
    ]
    return one.name, found


def _guessed(path: Path, name: str, scratch: Path) -> str:
    found = guess_format(path, name, scratch) or _plugged_in_for(path)
    if found is None:
        raise BadInput(
            "'{name}' is of no format of annotations that this program reads: {values}.",
            name=safe_name(name),
            values=", ".join(one.title for one in FORMATS.values()),
        )
    return found


def _plugged_in_for(path: Path) -> str | None:
    for name in FORMATS.added:
        try:
            if name in FORMATS and FORMATS[name].recognises(path):
                return name
        except Exception:
            log.warning("The format %s failed on a file", name, exc_info=True)
    return None


def _name_other(path: Path, name: str, asked: AnnotationFormat) -> None:
    """Raise `BadInput` that says whose file it is, if it is of another format than was asked."""
    found = format_of_json(path, name)
    if found is not None and found != asked.name:
        raise BadInput(
            "'{name}' is a file of {format}, not of {asked}; choose that format.",
            name=safe_name(name),
            format=FORMATS[found].title,
            asked=asked.title,
            on_command_line=f"Give --format {found}.",
        )


# Which of the files of text beside images each format reads, where it is not JSON.
_READ_TEXTS = {"voc": (".xml",), "geojson": (".json",)}


def _texts_of(path: Path) -> list[str]:
    """Return the JSON and XML files of a zip or a folder."""
    if path.is_dir():
        names = [inner.relative_to(path).as_posix() for inner in path.rglob("*")]
    elif is_zip(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    else:
        return []
    own = (n for n in names if not any(part.startswith((".", "__")) for part in n.split("/")))
    return sorted(name for name in own if name.lower().endswith((".json", ".xml")))


def write_annotations(
    found: AnnotationSet, folder: Path, format_name: str, *, style: str = "", ending: str = ""
) -> tuple[Path, list[Problem]]:
    """Write annotations into a folder, as one file.

    Parameters
    ----------
    style
        One of the format's, its first by default.
    ending
        Which of the format's two endings; by default that of one image if there is only one.

    Returns
    -------
    Path, list of Problem
        What was written, and the objects that it cannot show.

    Raises
    ------
    BadInput
        There is no such format or style, or it has no file of that ending for these images.
    """
    one = find_format(format_name)
    chosen = one.style(style)
    usual = one.ending_of_one if len(found.images) == 1 else one.ending
    single = len({item.kind for item in found.objects}) <= 1 or one.name != "labels"
    usual = usual if single else one.ending
    wanted = ending or usual
    if wanted not in (usual, one.ending):
        raise BadInput(
            "The {format} of {count:,} images are written as a {ending} file; choose that ending.",
            format=one.title,
            count=len(found.images),
            ending=one.ending,
        )
    path = folder / f"{_stem(found)}{wanted}"
    return path, one.write(found, path, chosen)


def _stem(found: AnnotationSet) -> str:
    if len(found.images) == 1:
        return file_word(stem_of(found.images[0].name))
    return file_word(found.project)
