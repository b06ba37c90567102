"""A project with something of everything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from piximi_core.annotation import encode_mask
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import label_things, set_partition
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from tests.services.conftest import add


@pytest.fixture
def rich(tmp_path: Path, store: Store) -> Store:
    """Images of 4 channels, 3 planes and 16 bit with 200 objects of one kind."""
    random = np.random.default_rng(11)
    for number in range(2):
        stack = random.integers(0, 2**16, (3, 4, 40, 48)).astype(np.uint16)
        path = tmp_path / f"plate{number}.ome.tif"
        tifffile.imwrite(path, stack, ome=True, metadata={"axes": "ZCYX"}, photometric="minisblack")
        add(store, path)
    red = create_category(store, "red", color="#E60000")
    first, second = list_things(store, ThingFilter())
    label_things(store, [first.id], red.id)
    set_partition(store, [first.id], "Test")
    kind = create_kind(store, "cell")
    found = []
    for number in range(200):
        x1, y1 = (int(n) for n in random.integers(0, 36, 2))
        mask = random.integers(0, 2, (3 + number % 2, 5)).astype(bool)
        mask[0, 0] = True
        found.append(
            NewObject(
                image_id=(first, second)[number % 2].id,
                kind_id=kind.id,
                box=(x1, y1, x1 + 5, y1 + mask.shape[0]),
                runs=tuple(encode_mask(mask)),
                plane=number % 3,
                category=("round", "long", None)[number % 3],
            )
        )
    with store.step("Draw") as db:
        add_objects(db, found, who="tester")
    return store
