"""Names of files inside zips: one for each thing, and each object finds its image again."""

from __future__ import annotations

import io
import struct
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roifile

from piximi_core.annotation.regions import filled_box
from piximi_core.formats.annotations.masks.mask_zips import MASK_STYLES
from piximi_core.formats.annotations.matching import match_images
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet
from piximi_core.formats.annotations.placing import place_annotations
from piximi_core.formats.annotations.registry import FORMATS, read_annotations, write_annotations
from tests.formats.annotations.sets import item

EVERY_STYLE = [(name, style) for name, one in FORMATS.items() for style in one.styles]
HOOK = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 1]], bool)

SAME_STEM = ["a.png", "a.tif"]
HARD_NAMES = [
    *SAME_STEM,
    "A.png",
    "a",
    "a.png.tif",
    "a:b.png",
    "a_b.png",
    "a_b.png_1.tif",
    "b/c.png",
    "d/c.png",
    "test.png",
    "classes.tif",
    "😀.png",
    "🎉.png",
]


def one_object_each(names: list[str]) -> AnnotationSet:
    """Images of one size, each with one object at a place of its own."""
    images = [AnnotatedImage(name, 100, 20, 1, 1) for name in names]
    objects = [
        item(name, HOOK, 6 * number, number, "cell", "early", f"object {number}")
        for number, name in enumerate(names)
    ]
    return AnnotationSet(images, objects, project="My project")


def members(content: bytes, before: str = "") -> list[str]:
    """All names in a zip, and in the zips in it."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            found.append(f"{before}{info.filename}")
            if info.filename.endswith(".zip"):
                found += members(archive.read(info), f"{before}{info.filename}/")
    return found


def no_name_twice(path: Path) -> None:
    if zipfile.is_zipfile(path):
        names = Counter(name.casefold() for name in members(path.read_bytes()))
        assert [name for name, count in names.items() if count > 1] == []


def placed_again(path: Path, whole: AnnotationSet, room: Path) -> Counter[Any]:
    """What an import finds in a file: image, kind, category and pixels of each object."""
    known = [image.name for image in whole.images]
    _name, found = read_annotations(path, path.name, room, known=known)
    placed = place_annotations(found, whole.images, default_kind="cell")
    assert not placed.skipped
    assert not placed.unmatched
    return Counter((o.image.name, o.kind, o.category, o.plane, o.region) for o in placed.objects)


def as_placed(whole: AnnotationSet, *, boxes: bool = False) -> Counter[Any]:
    return Counter(
        (o.image, o.kind, o.category, o.plane, filled_box(o.region.box) if boxes else o.region)
        for o in whole.objects
    )


@pytest.mark.parametrize("names", [SAME_STEM, HARD_NAMES], ids=["same stem", "hard names"])
@pytest.mark.parametrize(("name", "style"), EVERY_STYLE)
def test_objects_come_back_to_their_own_image(
    tmp_path: Path, name: str, style: str, names: list[str]
) -> None:
    whole = one_object_each(names)
    path, _hidden = write_annotations(whole, tmp_path, name, style=style)
    no_name_twice(path)
    boxes = name in ("voc", "createml") or (name, style) == ("yolo", "boxes")
    expected = as_placed(whole, boxes=boxes)
    if (name, style) == ("piximi", "0.1"):  # its categories are kinds
        placed = placed_again(path, whole, tmp_path / "room")
        assert {(row[0], row[4]) for row in placed} == {(row[0], row[4]) for row in expected}
        return
    assert placed_again(path, whole, tmp_path / "room") == expected
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "My project")
        again = tmp_path / "My project"
        inner = again / "My project" if name == "masks" else again
        assert placed_again(inner, whole, tmp_path / "other room") == expected


@pytest.mark.parametrize(
    ("name", "style"),
    [("labels", ""), *[("masks", style) for style in MASK_STYLES]],
)
def test_kinds_and_categories_never_share_a_file(tmp_path: Path, name: str, style: str) -> None:
    """`cell_a` is a kind, and the category a of the kind cell; names of objects are equal."""
    pairs = [
        ("cell", "a"),
        ("cell_a", None),
        ("cell_a", "b"),
        ("cell", "a_b"),
        ("Cell", "A"),
        ("cell", "Cell"),
        ("cell_a_b", "cell_a_b"),
        ("c", "d"),
        ("c", "d_1"),
    ]
    images = [AnnotatedImage(image, 100, 40, 2, 1) for image in ("x.png", "x_cell.png")]
    objects = [
        item(image.name, HOOK, 6 * number, 5 * row, kind, category, "1", plane=row)
        for row, image in enumerate(images)
        for number, (kind, category) in enumerate(pairs)
    ]
    whole = AnnotationSet(images, objects, project="My project")
    path, hidden = write_annotations(whole, tmp_path, name, style=style)
    assert not hidden
    no_name_twice(path)
    assert placed_again(path, whole, tmp_path / "room") == as_placed(whole)


def test_objects_without_names_come_once_from_coloured_masks(tmp_path: Path) -> None:
    """They stand in the file of their kind and in that of their category."""
    image = AnnotatedImage("x.png", 60, 20, 1, 1)
    objects = [item("x.png", HOOK, 8 * number, 2, "cell", "a") for number in range(3)]
    whole = AnnotationSet([image], objects, project="My project")
    path, _hidden = write_annotations(whole, tmp_path, "masks", style="labeled-instance")
    assert placed_again(path, whole, tmp_path / "room") == as_placed(whole)


def test_rois_of_one_name_are_all_kept(tmp_path: Path) -> None:
    image = AnnotatedImage("x.png", 60, 20, 1, 1)
    objects = [item("x.png", HOOK, 8 * number, 2, "cell", "a", "same") for number in range(3)]
    whole = AnnotationSet([image], objects)
    path, _hidden = write_annotations(whole, tmp_path, "imagej")
    assert members(path.read_bytes()) == ["same.roi", "same_1.roi", "same_2.roi"]
    assert placed_again(path, whole, tmp_path / "room") == as_placed(whole)


def test_signs_of_two_java_characters_stand_whole_in_rois(tmp_path: Path) -> None:
    """Read as ImageJ's RoiDecoder does: so many Java characters from so many bytes on."""
    image = AnnotatedImage("🧫 1.png", 60, 20, 1, 1)
    whole = AnnotationSet([image], [item(image.name, HOOK, 8, 2, "cell 🔬", "😀", "🦠 one")])
    path, _hidden = write_annotations(whole, tmp_path, "imagej")
    with zipfile.ZipFile(path) as archive:
        content = archive.read(archive.namelist()[0])
    (header2,) = struct.unpack_from(">i", content, 60)

    def text(offset_at: int, length_at: int) -> str:
        start, length = (struct.unpack_from(">i", content, at)[0] for at in (offset_at, length_at))
        return content[start : start + 2 * length].decode("utf-16-be")

    assert text(header2 + 16, header2 + 20) == "🦠 one"
    props = text(header2 + 40, header2 + 44)
    assert props.splitlines() == ["category: 😀", "image: 🧫 1.png", "kind: cell 🔬"]
    _name, found = read_annotations(path, path.name, tmp_path / "room", known=[image.name])
    [back] = found.objects
    assert (back.image, back.kind, back.category, back.name) == (
        "🧫 1.png", "cell 🔬", "😀", "🦠 one",
    )  # fmt: skip


def test_labels_of_others_for_one_stem_are_left_to_the_person(tmp_path: Path) -> None:
    whole = one_object_each(["a.png"])
    for name in ("labels", "yolo", "imagej"):
        out = tmp_path / name
        out.mkdir()
        path, _hidden = write_annotations(whole, out, name)
        bare = path.rename(out / f"a{path.suffix}")
        known = ["a.png", "a.tif"]
        _name, found = read_annotations(bare, bare.name, out / "room", known=known)
        images = [AnnotatedImage(image, 100, 20, 1, 1) for image in known]
        placed = place_annotations(found, images, default_kind="cell")
        if name == "imagej":  # says the whole name inside
            assert [one.image.name for one in placed.objects] == ["a.png"]
        else:
            assert not placed.objects
            assert "2 images of the project" in placed.unmatched[0][0].reason


def test_whole_names_that_a_file_system_changed_are_found_again() -> None:
    known = ["b/c.png", "d/c.png", "e.png"]
    assert match_images(["b_c.png", "D_C.png"], known).found == {
        "b_c.png": "b/c.png",
        "D_C.png": "d/c.png",
    }


@pytest.mark.parametrize("channels", [1, 2])
def test_rois_stand_at_their_plane_in_imagej(tmp_path: Path, channels: int) -> None:
    """In a stack of several channels ImageJ counts the channels of a plane as pages."""
    image = AnnotatedImage("x.tif", 60, 20, 3, channels)
    objects = [
        item("x.tif", HOOK, 8 * plane, 2, "cell", "a", f"in plane {plane}", plane=plane)
        for plane in range(3)
    ]
    whole = AnnotationSet([image], objects)
    path, _hidden = write_annotations(whole, tmp_path, "imagej")
    rois = roifile.roiread(path)
    places = [(roi.position, roi.c_position, roi.z_position, roi.t_position) for roi in rois]
    if channels == 1:
        assert places == [(1, 0, 0, 0), (2, 0, 0, 0), (3, 0, 0, 0)]
    else:
        assert places == [(0, 0, 1, 0), (0, 0, 2, 0), (0, 0, 3, 0)]
    assert placed_again(path, whole, tmp_path / "room") == as_placed(whole)
