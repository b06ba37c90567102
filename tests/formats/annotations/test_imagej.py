"""ROIs of ImageJ: where they lie in a stack, and what they cover in fractions of a pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from roifile import ROI_OPTIONS, ROI_TYPE, ImagejRoi

from piximi_core.annotation.regions import Region, filled_box
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, SetObject
from piximi_core.formats.annotations.placing import place_annotations
from piximi_core.formats.annotations.registry import read_annotations, write_annotations
from piximi_core.formats.annotations.stacks import Stack, StackPlace

IMAGE = AnnotatedImage("a.tif", 50, 40, 1, 1, "1")


def placed(content: bytes, tmp_path: Path) -> Any:
    path = tmp_path / "a.roi"
    path.write_bytes(content)
    found = read_annotations(path, path.name, tmp_path / "scratch", known=["a.tif"])[1]
    (one,) = place_annotations(found, [IMAGE], default_kind="object").objects
    return one.region


def inside(region: Any) -> Any:
    whole = np.zeros((40, 50), bool)
    x1, y1, x2, y2 = region.box
    whole[y1:y2, x1:x2] = region.mask()
    return whole


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("planes", [1, 2, 4])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_every_page_is_the_plane_that_imagej_shows(channels: int, planes: int, times: int) -> None:
    """ImageJ lays its stacks out channel fastest, then slice, then frame."""
    whole = Stack(channels, planes, times)
    page = 0
    for t in range(1, times + 1):
        for z in range(1, planes + 1):
            for c in range(1, channels + 1):
                page += 1
                expected = (t - 1) * planes + z - 1
                for place in (StackPlace(page), StackPlace(0, c, z, t), StackPlace(7, c, z, t)):
                    assert place.plane_in(whole) == expected
                    for time in range(1, times + 1) if times > 1 else ():
                        one = Stack(channels, planes, times, time)
                        if time == t:
                            assert place.plane_in(one) == z - 1
                        else:
                            with pytest.raises(BadInput, match=f"time point {t}"):
                                place.plane_in(one)


@pytest.mark.parametrize(
    ("place", "stack", "plane"),
    [
        (StackPlace(), Stack(2, 3), 0),
        (StackPlace(channel=2), Stack(2, 3), 0),
        (StackPlace(page=4, channel=2), Stack(2, 3), 0),  # said by channel: all slices
        (StackPlace(frame=3), Stack(1, 5), 2),  # a plain stack taken for a time series
        (StackPlace(slice=3), Stack(1, 1, 5), 2),  # and the reverse
        (StackPlace(slice=2), Stack(2, 3, 4), 1),
        (StackPlace(frame=2), Stack(2, 3, 4), 3),
        (StackPlace(slice=2, frame=1), Stack(1, 3), 1),
        (StackPlace(slice=9), Stack(1, 3), 8),
        (StackPlace(page=-4), Stack(1, 3), 0),
    ],
)
def test_what_is_said_in_part(place: StackPlace, stack: Stack, plane: int) -> None:
    assert place.plane_in(stack) == plane


def rect(kind: Any, x: float, y: float, width: float, height: float) -> bytes:
    roi = ImagejRoi(roitype=kind, options=ROI_OPTIONS.SUB_PIXEL_RESOLUTION)
    roi.left, roi.top = int(x), int(y)
    roi.right, roi.bottom = int(x + width), int(y + height)
    roi.xd, roi.yd, roi.widthd, roi.heightd = x, y, width, height
    content: bytes = roi.tobytes()
    return content


def test_an_oval_is_where_its_fractions_say(tmp_path: Path) -> None:
    region = placed(rect(ROI_TYPE.OVAL, 10.6, 10.7, 20.8, 15.9), tmp_path)
    rows, columns = np.mgrid[0:40, 0:50] + 0.5
    expected = ((columns - 21) / 10.4) ** 2 + ((rows - 18.65) / 7.95) ** 2 < 1
    assert (inside(region) != expected).sum() <= 2  # a polygon of 360 corners
    assert region.box == (11, 11, 31, 27)
    box = placed(rect(ROI_TYPE.RECT, 10.6, 10.7, 20.8, 15.9), tmp_path)
    assert box.box == (11, 11, 31, 27)


def test_outlines_are_where_their_fractions_say(tmp_path: Path) -> None:
    ring = np.array([(3.6, 4.2), (20.4, 4.2), (20.4, 11.7), (3.6, 11.7)], np.float32)
    for kind in (ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED):
        roi = ImagejRoi.frompoints(ring)
        roi.roitype = kind
        assert placed(roi.tobytes(), tmp_path).box == (4, 4, 20, 12)


def composite(*steps: float) -> bytes:
    path = np.array(steps, np.float32)
    roi = ImagejRoi(roitype=ROI_TYPE.RECT, shape_roi_size=len(path), multi_coordinates=path)
    roi.left, roi.top, roi.right, roi.bottom = 0, 0, 50, 40
    content: bytes = roi.tobytes()
    return content


def test_shapes_of_several_parts_have_holes_and_curves(tmp_path: Path) -> None:
    square = (0, 2.6, 2.6, 1, 22.6, 2.6, 1, 22.6, 22.6, 1, 2.6, 22.6, 4)
    hole = (0, 8, 8, 1, 12, 8, 1, 12, 12, 1, 8, 12, 4)
    assert placed(composite(*square, *hole), tmp_path).area == 400 - 16
    # A circle about (20, 20) of radius 10 in four cubic curves, as Java draws it.
    k = 10 * 0.5522847498
    circle = (
        0, 30, 20, 3, 30, 20 + k, 20 + k, 30, 20, 30, 3, 20 - k, 30, 10, 20 + k, 10, 20,
        3, 10, 20 - k, 20 - k, 10, 20, 10, 3, 20 + k, 10, 30, 20 - k, 30, 20, 4,
    )  # fmt: skip
    rows, columns = np.mgrid[0:40, 0:50] + 0.5
    expected = (columns - 20) ** 2 + (rows - 20) ** 2 < 100
    assert (inside(placed(composite(*circle), tmp_path)) != expected).sum() <= 8
    # y = 30 - x / 2 bent to (10, 10): the middle of the quadratic curve is (12.5, 12.5).
    bent = (0, 0, 30, 2, 10, 10, 30, 0, 1, 0, 0, 4)
    region = inside(placed(composite(*bent), tmp_path))
    assert region[11, 11]
    assert not region[13, 13]


@pytest.mark.parametrize("step", [7, 0.5, -1])
def test_paths_that_are_none_are_refused(tmp_path: Path, step: float) -> None:
    path = tmp_path / "a.roi"
    path.write_bytes(composite(0, 1, 1, step, 2, 2) if step == 7 else composite(9, step, 1, 1))
    with pytest.raises(BadInput, match="no ROI of ImageJ"):
        read_annotations(path, path.name, tmp_path / "scratch", known=["a.tif"])


def read_points(roi: Any, tmp_path: Path) -> list[tuple[int, int, int, int]]:
    path = tmp_path / "a.roi"
    path.write_bytes(roi.tobytes())
    found = read_annotations(path, path.name, tmp_path / "scratch", known=["a.tif"])[1]
    placed_ones = place_annotations(found, [IMAGE], default_kind="object").objects
    return [one.region.box for one in placed_ones]


def test_each_point_is_an_object_of_one_pixel(tmp_path: Path) -> None:
    roi = ImagejRoi.frompoints([(3, 4), (49, 39), (0, 0)])
    roi.roitype = ROI_TYPE.POINT
    assert read_points(roi, tmp_path) == [(3, 4, 4, 5), (49, 39, 50, 40), (0, 0, 1, 1)]
    # In fractions of a pixel: ImageJ's own points lie in the middle of theirs.
    fine = ImagejRoi.frompoints(np.array([(3.5, 4.5), (7.99, 2.01)], np.float32))
    fine.roitype = ROI_TYPE.POINT
    assert read_points(fine, tmp_path) == [(3, 4, 4, 5), (7, 2, 8, 3)]


def test_points_that_are_none_are_refused_in_words(tmp_path: Path) -> None:
    many = ImagejRoi.frompoints(np.zeros((100_001, 2), np.int32))
    far = ImagejRoi.frompoints(np.array([(5.5, 1.5)], np.float32))
    far.subpixel_coordinates = np.array([(np.nan, 1.5)], np.float32)
    for roi, words in ((many, "more than 100,000"), (far, "too long")):
        roi.roitype = ROI_TYPE.POINT
        with pytest.raises(BadInput, match=words):
            read_points(roi, tmp_path)


def test_an_object_of_one_pixel_is_written_as_a_point(tmp_path: Path) -> None:
    # The second as Piximi may keep it: in a box that is wider than the mask.
    shapes = [
        filled_box((49, 39, 50, 40)),
        Region((2, 3, 6, 5), (5, 1, 2)),
        filled_box((1, 1, 3, 2)),
    ]
    objects = [
        SetObject("a.tif", shape, "spot", "round", name=f"n{i}") for i, shape in enumerate(shapes)
    ]
    whole = AnnotationSet([IMAGE], objects)
    path, _hidden = write_annotations(whole, tmp_path, "imagej")
    rois = ImagejRoi.fromfile(path)
    assert [roi.roitype for roi in rois] == [ROI_TYPE.POINT, ROI_TYPE.POINT, ROI_TYPE.TRACED]
    assert [(roi.left, roi.top) for roi in rois[:2]] == [(49, 39), (3, 4)]
    found = read_annotations(path, path.name, tmp_path / "scratch", known=["a.tif"])[1]
    back = place_annotations(found, [IMAGE], default_kind="object").objects
    assert [one.region.box for one in back] == [(49, 39, 50, 40), (3, 4, 4, 5), (1, 1, 3, 2)]
    assert {(one.kind, one.category) for one in back} == {("spot", "round")}


def test_the_case_of_the_oval(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "cases" / "imagej-oval-subpixel" / "a.roi"
    assert placed(path.read_bytes(), tmp_path).box == (11, 11, 31, 27)
