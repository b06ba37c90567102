"""Piximi keeps no plane of an object; it is found again by its pixels."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.store import Store
from tests.services.piximi.zipped import open_zip, save_zip


def without_planes(path: Path, target: Path) -> Path:
    """The same project as Piximi saves it: it keeps no plane of an object."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".zattrs") and b'"bbox"' in content:
                attributes = json.loads(content)
                del attributes["plane"]
                content = json.dumps(attributes).encode()
            new.writestr(name, content)
    return target


@pytest.mark.slow
def test_planes_are_found_again_after_piximi_has_saved(rich: Store, tmp_path: Path) -> None:
    path, _result = save_zip(rich)
    store, result = open_zip(without_planes(path, tmp_path / "piximi.zip"), tmp_path / "again")
    planes = {one.id: (one.plane, one.box, one.runs) for one in list_objects(rich)}
    assert {one.id: (one.plane, one.box, one.runs) for one in list_objects(store)} == planes
    (told,) = result.repairs
    assert "plane whose pixels they hold" in told.what
    assert told.count == sum(plane > 0 for plane, _box, _runs in planes.values())


def test_only_a_plane_that_is_clearly_nearer_counts() -> None:
    from piximi_core.formats.piximi_project.planes import plane_of_crop

    image = np.random.default_rng(0).integers(0, 255, (4, 20, 30, 2), np.uint8)
    box = (3, 4, 12, 10)
    crop = image[2:3, 4:10, 3:12].copy()
    assert plane_of_crop(image, crop, box) == 2
    crop[:, -1], crop[:, :, -1] = 0, 0  # what lies beyond the box in Piximi's own crops
    assert plane_of_crop(image, crop, box) == 2
    assert plane_of_crop(image, image[0:1, 4:10, 3:12], box) is None
    assert plane_of_crop(image, np.full_like(crop, 9), box) is None
    assert plane_of_crop(image, crop[:, 1:], box) is None
    same = np.repeat(image[:1], 4, axis=0)
    assert plane_of_crop(same, crop, box) is None
