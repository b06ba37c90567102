"""Any small project of ours is saved for Piximi as an independent reader finds it right."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.annotation import encode_mask
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import label_things, rename_thing, set_partition
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.services.conftest import add
from tests.services.piximi.zipped import save_zip

PARTITIONS = ("Training", "Validation", "Test", "Inference", "Unassigned")
# Names that are equal, paths, or what Piximi takes for something else.
NAMES = st.sampled_from(["a", "a.tif", "a/b", "a_b", "x.zarr", "x_zarr", "..", "ñ 1.png", "cell"])
DTYPES = (np.uint8, np.uint16, np.int16, np.float32)


def whole_numbers(pixels: Any, known_range: tuple[float, float]) -> Any:
    """The numbers that are to be in the file, as the description of the losses says it."""
    if pixels.dtype == np.int16:
        return pixels.astype(int) + 32768
    if pixels.dtype == np.float32:
        low, high = known_range
        share = (pixels.astype(np.float64) - low) / (high - low) if high > low else 0 * pixels
        return np.rint(share * 65535).astype(int)
    return pixels.astype(int)


@st.composite
def drawn(draw: st.DrawFn) -> dict[str, Any]:
    """Numbers, names, labels and partitions of some images and of objects in them."""
    channels = draw(st.integers(1, 3))
    dtypes = draw(st.lists(st.sampled_from(DTYPES), min_size=1, max_size=2))
    images = []
    for dtype in dtypes:
        shape = (
            draw(st.integers(1, 3)),
            channels,
            draw(st.integers(2, 6)),
            draw(st.integers(2, 6)),
        )
        random = np.random.default_rng(draw(st.integers(0, 2**16)))
        if dtype is np.float32:
            pixels = random.uniform(-3, 5, shape).astype(dtype)
        else:
            ends = np.iinfo(dtype)
            pixels = random.integers(ends.min, ends.max + 1, shape).astype(dtype)
        images.append(pixels)
    count = draw(st.integers(0, 3))
    total = len(images) + count
    return {
        "images": images,
        "objects": [draw(st.integers(0, len(images) - 1)) for _ in range(count)],
        # Unique in each kind only: an object may be called as an image is.
        "names": [
            *draw(st.lists(NAMES, min_size=len(images), max_size=len(images), unique=True)),
            *draw(st.lists(NAMES, min_size=count, max_size=count, unique=True)),
        ],
        "labelled": [draw(st.booleans()) for _ in range(total)],
        "partitions": [draw(st.sampled_from(PARTITIONS)) for _ in range(total)],
        "seed": draw(st.integers(0, 2**16)),
    }


def build(case: dict[str, Any], folder: Path) -> tuple[Store, dict[str, Any]]:
    """Make the project; return it with what is expected of each thing by its id."""
    store = create_store(folder / "project", "Any/one")
    paths = []
    for number, pixels in enumerate(case["images"]):
        paths.append(folder / f"{number}.ome.tif")
        tifffile.imwrite(
            paths[-1], pixels, ome=True, metadata={"axes": "ZCYX"}, photometric="minisblack"
        )
    add(store, *paths)
    by_name = {thing.name: thing for thing in list_things(store, ThingFilter())}
    images = [by_name[path.name] for path in paths]
    expected = {
        image.id: np.moveaxis(pixels, 1, 3)
        for image, pixels in zip(images, case["images"], strict=True)
    }
    kind, random = create_kind(store, "cell"), np.random.default_rng(case["seed"])
    found = []
    for number in case["objects"]:
        planes, _channels, height, width = case["images"][number].shape
        x1, y1 = int(random.integers(0, width)), int(random.integers(0, height))
        mask = random.integers(0, 2, (height - y1, width - x1)).astype(bool)
        mask[0, 0] = True
        found.append(
            NewObject(
                images[number].id, kind.id, (x1, y1, width, height), tuple(encode_mask(mask)),
                plane=int(random.integers(0, planes)),
            )
        )  # fmt: skip
    with store.step("Draw") as db:
        add_objects(db, found, who="tester")
    return store, expected


def finish(case: dict[str, Any], store: Store) -> None:
    """Name, label and deal all things."""
    red = {"Image": create_category(store, "red").id}
    things = list_things(store, ThingFilter(kind_id=None))
    for thing in things:
        if thing.kind_id not in red:
            red[thing.kind_id] = create_category(store, "red", kind_id=thing.kind_id).id
    for thing, name, labelled, partition in zip(
        things, case["names"], case["labelled"], case["partitions"], strict=True
    ):
        rename_thing(store, thing.id, name)
        if labelled:
            label_things(store, [thing.id], red[thing.kind_id])
        set_partition(store, [thing.id], partition)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(case=drawn())
def test_any_small_project_is_saved_as_the_strict_reader_wants_it(case: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as place:
        store, expected = build(case, Path(place))
        finish(case, store)
        path, result = save_zip(store)
        found = strict_read(path)
        things = {t.id: t for t in list_things(store, ThingFilter(kind_id=None))}
        store.close()
    assert found["name"] == "Any/one"
    assert found["things"].keys() == things.keys()
    floats = [p for p in case["images"] if p.dtype == np.float32]
    ends = [float(end) for p in floats for end in (p.min(), p.max())] or [0.0, 1.0]
    for thing_id, ours in things.items():
        thing = found["things"][thing_id]
        moved = {"Test": "Validation", "Inference": "Unassigned"} if ours.is_labelled else {}
        moved = moved or {"Test": "Validation"}
        assert thing["classifier_partition"] == moved.get(ours.partition, ours.partition)
        assert thing["class_category_id"] == ours.category_id
        if ours.box is not None:
            x1, y1, x2, y2 = ours.box
            image = found["things"][ours.image_id]["pixels"][ours.active_plane]
            assert np.array_equal(thing["pixels"][0], image[y1:y2, x1:x2])
            assert (thing["bbox"], thing["mask"]) == (
                [x1, y1, x2, y2],
                [*map(int, ours.mask.split())],
            )
            continue
        pixels = expected[thing_id]
        depth = 8 if pixels.dtype == np.uint8 else 16
        assert thing["bit_depth"] == depth
        back = np.rint(thing["pixels"].astype(np.float64) * (2**depth - 1)).astype(int)
        wanted = whole_numbers(pixels, (min(ends), max(ends)))
        # Decimal numbers are scaled in single precision: one of 65,535 steps may differ.
        step = 1 if pixels.dtype == np.float32 else 0
        assert np.abs(back - wanted).max() <= step
    assert result.left_out == ()
