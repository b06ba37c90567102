"""Projects with objects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piximi_core.project.database.store import Store
from tests.services.annotations.in_and_out import boxes_file, bring_in
from tests.services.conftest import add


@pytest.fixture
def photographs(store: Store, shared_data: Path) -> Store:
    """The three photographs with the 18 objects of their COCO labels."""
    folder = shared_data / "piximi" / "coco"
    add(store, *sorted(folder.glob("*.jpg")))
    bring_in(store, folder / "labels_coco_full.json")
    return store


@pytest.fixture
def cells(store: Store, tmp_path: Path) -> Store:
    """Two grey images of 20 x 30 with three objects of the kind nucleus."""
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 255, (20, 30), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"cell{number}.png")
    add(store, tmp_path / "cell0.png", tmp_path / "cell1.png")
    bring_in(store, boxes_file(tmp_path, "cell0.png", "cell1.png"))
    return store
