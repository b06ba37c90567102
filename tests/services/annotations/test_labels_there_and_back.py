"""Labels leave as a table or as folders of classes, and come back from them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piximi_core.formats.tables.label_table import read_label_table
from piximi_core.images import read_picture
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.annotations.labels_from_table import label_from_table
from tests.services.annotations.in_and_out import bring_in, take_out, twin
from tests.services.conftest import add, write_classes


def test_labels_of_images_go_out_as_a_table_and_come_back(
    store: Store, labelled: Store, tmp_path: Path
) -> None:
    (tmp_path / "more" / "-odd, 'one'").mkdir(parents=True)
    Image.new("L", (5, 5)).save(tmp_path / "more" / "-odd, 'one'" / "=1.png")
    add(store, tmp_path / "more", labels="folders")
    path = take_out(store, "csv")
    things = list_things(store, ThingFilter())
    names = {c.id: c.name for c in list_categories(store)}
    before = {t.name: (names[t.category_id], t.partition) for t in things}
    with path.open(newline="", encoding="utf-8") as file:
        cells = [row["name"] for row in csv.DictReader(file)]
    assert cells[-1] == "'=1.png"  # which no spreadsheet runs
    other = twin(store, tmp_path / "twin")
    outcome = label_from_table(other, read_label_table(path))
    assert (outcome.labelled, outcome.unmatched) == (len(before), ())
    names = {c.id: c.name for c in list_categories(other)}
    things = list_things(other, ThingFilter())
    assert {t.name: (names[t.category_id], t.partition) for t in things} == before


def test_class_folders_hold_the_originals_and_come_back(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "images", count=3)
    add(store, folder, labels="folders")
    path = take_out(store, "folders")
    with zipfile.ZipFile(path) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.png")
    }


@pytest.mark.parametrize("style", ["whole", "blanked"])
def test_class_folders_of_objects_hold_their_crops(
    cells: Store, tmp_path: Path, style: str
) -> None:
    ring = np.zeros((20, 30), np.uint16)
    ring[2:9, 2:9] = 1
    ring[4:6, 4:6] = 0
    Image.fromarray(ring).save(tmp_path / "cell1_labels.png")
    bring_in(cells, tmp_path / "cell1_labels.png", format="labels")
    path = take_out(cells, "folders", kind="nucleus", style=style)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        crop = tmp_path / "crop.tif"
        (unknown,) = [name for name in names if name.startswith("Unknown/")]
        crop.write_bytes(io.BytesIO(archive.read(unknown)).getvalue())
    assert Counter(name.split("/")[0] for name in names) == {"early": 2, "late": 1, "Unknown": 1}
    pixels = read_picture(crop).pixels[0, :, :, 0]
    expected = np.asarray(Image.open(tmp_path / "cell1.png"))[2:9, 2:9]
    if style == "blanked":
        expected = expected * (ring[2:9, 2:9] > 0)
    assert (pixels == expected).all()
