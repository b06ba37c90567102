"""Regions of ImageJ lie in the plane that ImageJ shows them in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import read_annotations
from tests.services.annotations.in_and_out import bring_in, facts, look, take_out
from tests.services.conftest import add


def roi_file(tmp_path: Path, **place: Any) -> Path:
    from roifile import ROI_TYPE, ImagejRoi

    roi = ImagejRoi(roitype=ROI_TYPE.RECT, **place)
    roi.left, roi.top, roi.right, roi.bottom = 1, 1, 5, 4
    path = tmp_path / "x.roi"
    path.write_bytes(roi.tobytes())
    return path


def planes_of(store: Store, path: Path) -> list[int]:
    job, result = look(store, path, image=list_things(store, ThingFilter())[0].name)
    assert result.new + len(result.skipped) == 1
    return [row["plane"] for row in read_annotations.found_objects(job)]


# Axes of the file, its shape before height and width, how it is added, and for (page), (c, z, t)
# the plane it is then.
STACKS: list[Any] = [
    ("ZCYX", (3, 2), {}, {"position": 4}, [1]),
    ("ZCYX", (3, 2), {}, {"c_position": 2, "z_position": 3, "t_position": 1}, [2]),
    ("TZCYX", (2, 3, 2), {"time": "planes"}, {"position": 9}, [4]),
    ("TZCYX", (2, 3, 2), {"time": "planes"}, {"z_position": 2, "t_position": 2}, [4]),
    ("TZCYX", (2, 3, 2), {"time": 2}, {"position": 9}, [1]),
    ("TZCYX", (2, 3, 2), {"time": 2}, {"z_position": 3, "t_position": 2}, [2]),
    ("TZCYX", (2, 3, 2), {"time": 1}, {"position": 9}, []),
    ("TZCYX", (2, 3, 2), {"time": 1}, {"t_position": 2}, []),
    ("TYX", (4,), {"time": "planes"}, {"position": 3}, [2]),
    ("TYX", (4,), {"time": "planes"}, {"t_position": 3}, [2]),
    ("ZYXS", (3,), {}, {"position": 2}, [1]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("axes", "shape", "reading", "place", "planes"), STACKS)
def test_rois_lie_in_the_plane_that_imagej_shows(
    store: Store, tmp_path: Path, axes: str, shape: tuple[int, ...], reading: Any, place: Any,
    planes: list[int],
) -> None:  # fmt: skip
    import tifffile

    sides = (10, 12, 3) if axes.endswith("S") else (10, 12)
    pixels = np.random.default_rng(0).integers(0, 255, (*shape, *sides), np.uint8)
    file = tmp_path / "stack.tif"
    tifffile.imwrite(file, pixels, imagej=True, metadata={"axes": axes})
    add(store, file, **reading)
    assert planes_of(store, roi_file(tmp_path, **place)) == planes


def test_the_case_of_the_plane(store: Store, shared_data: Path) -> None:
    folder = shared_data / "cases" / "imagej-roi-plane"
    add(store, folder / "hs" / "hs.tif")
    assert planes_of(store, folder / "hs_position4.roi") == [1]


@pytest.mark.parametrize("time", [2, "planes"])
def test_rois_of_one_time_point_come_back(store: Store, tmp_path: Path, time: Any) -> None:
    import tifffile

    pixels = np.random.default_rng(0).integers(0, 255, (2, 3, 10, 12), np.uint8)
    tifffile.imwrite(tmp_path / "s.tif", pixels, imagej=True, metadata={"axes": "TZYX"})
    add(store, tmp_path / "s.tif", time=time)
    bring_in(store, roi_file(tmp_path, z_position=2, t_position=2), image="s.tif")
    before = facts(store)
    path = take_out(store, "imagej")
    undo(store)
    bring_in(store, path)
    assert facts(store) == before
