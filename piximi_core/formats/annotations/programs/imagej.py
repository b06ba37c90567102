"""ImageJ ROI files: one ``.roi`` for each object, those of an image in a zip for the ROI Manager.

Holes and several parts are kept as composite ROIs, objects of one pixel as points; kind and
category travel as properties.
"""

from __future__ import annotations

import io
import logging
import warnings
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from piximi_core.annotation.outlines import Outline, trace_mask
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import (
    Stems,
    ZipOut,
    image_of_member,
    image_words,
    images_by_word,
    is_zip,
    members_of,
    stem_of,
    write_zip,
)
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, Problem, SetObject
from piximi_core.formats.annotations.plain_json import text_of
from piximi_core.formats.annotations.programs.imagej_shapes import shapes_of
from piximi_core.formats.annotations.stacks import StackPlace
from piximi_core.formats.zips.archives import Member

__all__ = ["read_imagej", "write_imagej"]

_ZIP_ENDING = "_RoiSet"
_MOST_BYTES = 64_000_000


def read_imagej(path: Path, name: str, scratch: Path, known: Collection[str] = ()) -> AnnotationSet:
    """Read one ROI, a zip of the ROI Manager, or a zip or folder of such zips.

    The name of a zip (or of a folder inside it) is taken for the image's. Each point is an object
    of one pixel; lines and texts have no area and are listed in ``skipped``.

    Raises
    ------
    BadInput
        There is no ROI inside, or the only one cannot be read.
    """
    found = AnnotationSet()
    rois = list(_rois(path, name, scratch))
    if not rois:
        raise BadInput(
            "'{name}' holds no .roi file, as ImageJ's ROI Manager saves them.", name=name[:80]
        )
    words = images_by_word(known)
    images: dict[str, None] = {}
    for place, member in rois:
        try:
            items = _objects(member, _image_of(place, member.name, words))
        except BadInput as error:
            if len(rois) == 1:
                raise
            found.skipped.append(Problem(f"{place[:80]}, {member.name[-80:]}", str(error)))
            continue
        images[items[0].image] = None
        found.objects.extend(items)
    own = stem_of(name).removesuffix(_ZIP_ENDING)
    found.images = [AnnotatedImage(image, told=image != own) for image in images]
    return found


def _rois(path: Path, name: str, scratch: Path) -> Iterator[tuple[str, Member]]:
    """Yield each ROI with the name of what holds it."""
    outer = scratch / "outer"
    outer.mkdir(exist_ok=True)
    holder = stem_of(name)
    for number, member in enumerate(members_of(path, name, outer)):
        if member.name.lower().endswith(".roi"):
            yield holder, member
        elif is_zip(member.path):
            inner = scratch / str(number)
            inner.mkdir(exist_ok=True)
            for roi in members_of(member.path, member.name, inner):
                if roi.name.lower().endswith(".roi"):
                    yield image_of_member(member.name, name), roi


def _image_of(holder: str, roi: str, words: Mapping[str, str]) -> str:
    """Return the image that a ROI belongs to: by its folder, the zip, or the only one there is."""
    folder = str(PurePosixPath(roi).parent).removeprefix(".")
    for word in (folder, holder, PurePosixPath(roi).stem):
        bare = word.removesuffix(_ZIP_ENDING)
        if bare in words or PurePosixPath(bare).name in words:
            return words.get(bare, bare)
    return (folder or holder).removesuffix(_ZIP_ENDING)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what roifile says of damaged files out of our output: the caller says it in words."""
    logger = logging.getLogger("roifile")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before


def _objects(member: Member, image: str) -> list[SetObject]:
    """Return what a ROI holds, at least one object: several points are several."""
    from roifile import ImagejRoi

    if member.path.stat().st_size > _MOST_BYTES:
        raise BadInput("It is larger than 64 MB, too large for one ROI.")
    try:
        with _quiet():
            roi = ImagejRoi.frombytes(member.path.read_bytes())
            shapes = shapes_of(roi)
    except BadInput:
        raise
    except Exception as error:
        # roifile raises whatever struct and NumPy do on bytes that are no ROI.
        raise BadInput("It is damaged or no ROI of ImageJ.") from error
    facts = _properties(roi.props)
    # Ours count the planes of the project's image; those of ImageJ the pages of its file.
    ours = "image" in facts
    place = StackPlace(roi.position, roi.c_position, roi.z_position, roi.t_position)
    return [
        SetObject(
            image=facts.get("image", image),
            shape=shape,
            kind=facts.get("kind"),
            category=facts.get("category"),
            plane=max((roi.z_position or roi.position) - 1, 0),
            place=None if ours else place,
            name=text_of(roi.name),
        )
        for shape in shapes
    ]


def _properties(text: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in text.splitlines())
    return {key.strip(): word for key, _, value in pairs if (word := text_of(value))}


def write_imagej(found: AnnotationSet, path: Path, images: Sequence[AnnotatedImage]) -> None:
    """Write the zip of one image for the ROI Manager, or one such zip for each image in a zip."""
    objects = found.by_image()
    if len(images) == 1:
        with write_zip(path) as archive:
            _rois_into(archive, objects[images[0].name], images[0])
        return
    words = image_words([image.name for image in images])
    with write_zip(path) as archive:
        for image in images:
            if not objects[image.name]:
                continue
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w") as one:
                _rois_into(ZipOut(one), objects[image.name], image)
            archive.add(f"{words[image.name]}{_ZIP_ENDING}.zip", inner.getvalue())


def _rois_into(archive: ZipOut, objects: Sequence[SetObject], image: AnnotatedImage) -> None:
    names = Stems()
    for number, item in enumerate(objects, 1):
        name = item.name or f"{item.kind or 'object'}_{number}"
        archive.add(names.of(name, number, ".roi"), _bytes(item, image))


def _bytes(item: SetObject, image: AnnotatedImage) -> bytes:
    from roifile import ROI_TYPE, ImagejRoi

    x1, y1, x2, y2 = item.region.box
    outlines = trace_mask(item.region.mask())
    plane = item.plane + 1 if (image.planes or 1) > 1 else 0
    facts = {"image": image.name, "kind": item.kind, "category": item.category}
    props = _JavaText("".join(f"{k}: {v}\n" for k, v in sorted(facts.items()) if v))
    # ImageJ counts the pages of a stack, and with several channels each plane has as many pages.
    place = "z_position" if (image.channels or 1) > 1 else "position"
    common: dict[str, Any] = {"name": _JavaText(item.name or ""), "props": props, place: plane}
    rings = [ring for outline in outlines for ring in (outline.outer, *outline.holes)]
    if item.region.area == 1:
        # Points are marks of one size, whatever the zoom, and are counted as such.
        x1, y1 = np.add(outlines[0].outer.min(axis=0), (x1, y1)).tolist()
        x2, y2 = x1 + 1, y1 + 1
        roi = ImagejRoi(
            roitype=ROI_TYPE.POINT,
            integer_coordinates=np.zeros((1, 2), np.int32),
            n_coordinates=1,
            **common,
        )
    elif len(rings) == 1 and len(rings[0]) < 2**16:
        roi = ImagejRoi(
            roitype=ROI_TYPE.TRACED,
            integer_coordinates=np.asarray(rings[0], np.int32),
            n_coordinates=len(rings[0]),
            **common,
        )
    else:
        steps = _path(outlines, x1, y1)
        roi = ImagejRoi(
            roitype=ROI_TYPE.RECT,
            shape_roi_size=len(steps),
            multi_coordinates=steps,
            **common,
        )
    roi.left, roi.top, roi.right, roi.bottom = x1, y1, x2, y2
    content: bytes = roi.tobytes()
    return content


class _JavaText(str):
    """Text whose length is what Java says: two for a sign such as an emoji.

    ImageJ reads as many pairs of bytes as the file says; roifile writes ``len`` there, and would
    cut off the end of a text with emoji.
    """

    def __len__(self) -> int:
        return len(self.encode("utf-16-be")) // 2


def _path(outlines: Sequence[Outline], x: int, y: int) -> Any:
    """Return outlines as the steps of a path: 0 moves, 1 draws, 4 closes."""
    steps: list[float] = []
    for outline in outlines:
        for ring in (outline.outer, *outline.holes):
            for number, corner in enumerate(np.add(ring, (x, y)).tolist()):
                steps += [1.0 if number else 0.0, *corner]
            steps.append(4.0)
    return np.array(steps, dtype=np.float32)
