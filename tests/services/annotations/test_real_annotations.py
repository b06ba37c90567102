"""Real files into a project and out of it again: what is in them stays as it was."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store
from tests.services.annotations.in_and_out import bring_in, facts, look, take_out, twin
from tests.services.conftest import add

EXACT = ["coco", "piximi", "geojson", "imagej"]


def test_real_objects_travel_through_every_format(photographs: Store, tmp_path: Path) -> None:
    whole = facts(photographs)
    assert sum(whole.values()) == 18
    other = twin(photographs, tmp_path / "twin")
    for name in [*EXACT, "masks"]:
        path = take_out(photographs, name, style="binary-instance" if name == "masks" else "")
        result = bring_in(other, path)
        assert (result.format, result.skipped, result.matched) == (name, (), 3)
        assert facts(other) == whole
        # Once more, and nothing is doubled.
        assert look(other, path)[1].present == 18
        undo(other)
        assert not facts(other)
        assert [kind.name for kind in list_kinds(other)] == ["Image"]
    bring_in(other, take_out(photographs, "voc"))
    boxes = facts(photographs, masks=False)
    assert facts(other, masks=False) == boxes
    undo(other)
    bring_in(other, take_out(photographs, "yolo"), kind="thing")
    shapes = facts(photographs, masks=False, categories=False)
    assert facts(other, masks=False, categories=False) == shapes


def test_real_label_images_show_the_objects_on_top(photographs: Store, tmp_path: Path) -> None:
    """Objects of one kind that overlap share no pixel any more; all others are the same."""
    other = twin(photographs, tmp_path / "twin")
    for name in ("labels", "masks"):
        bring_in(other, take_out(photographs, name))
        canvas: dict[Any, np.ndarray] = {}
        sizes = {t.name: (t.height, t.width) for t in list_things(photographs, ThingFilter())}
        for place, source in enumerate((photographs, other)):
            for row in list_objects(source):
                key = (row.image_name, row.kind_name)
                shape = sizes[row.image_name]
                seen = canvas.setdefault((*key, place), np.zeros(shape, bool))
                x1, y1, x2, y2 = row.box
                seen[y1:y2, x1:x2] |= mask_of(row)
        assert len(canvas) == 20
        for image, kind, _place in canvas:
            assert (canvas[image, kind, 0] == canvas[image, kind, 1]).all()
        undo(other)


def mask_of(row: Any) -> np.ndarray:
    x1, y1, x2, y2 = row.box
    flat = np.repeat(np.arange(len(row.runs)) % 2 == 1, row.runs)
    return flat.reshape(y2 - y1, x2 - x1)


def test_real_boxes_come_in_and_go_out_as_they_were(
    store: Store, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "bccd"
    some = sorted(folder.glob("*.xml"))[:12]
    add(store, *[path.with_suffix(".jpg") for path in some])
    packed = tmp_path / "boxes.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in some:
            archive.write(path, path.name)
    result = bring_in(store, packed, kind="cell")
    pattern = r"<name>(\w+)</name>.*?<xmin>(\d+).*?<ymin>(\d+).*?<xmax>(\d+).*?<ymax>(\d+)"
    expected = Counter(
        (path.with_suffix(".jpg").name, name, *map(int, edges))
        for path in some
        for name, *edges in re.findall(pattern, path.read_text(), re.DOTALL)
    )
    assert result.new + result.present == sum(expected.values())
    out = take_out(store, "voc")
    with zipfile.ZipFile(out) as archive:
        again = Counter(
            (Path(member).with_suffix(".jpg").name, name, *map(int, edges))
            for member in archive.namelist()
            for name, *edges in re.findall(pattern, archive.read(member).decode(), re.DOTALL)
        )
    assert set(again) == set(expected)
    undo(store)
    bring_in(store, take_yolo(store, out, tmp_path))
    assert {row.box for row in list_objects(store)} == {
        (x1 - 1, y1 - 1, x2, y2) for _image, _name, x1, y1, x2, y2 in expected
    }


def take_yolo(store: Store, voc: Path, tmp_path: Path) -> Path:
    bring_in(store, voc)
    path = tmp_path / "yolo.zip"
    path.write_bytes(take_out(store, "yolo").read_bytes())
    undo(store)
    return path
