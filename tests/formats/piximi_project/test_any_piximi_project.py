"""Any project at all is written as a strict reader wants it, and any damage brings a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piximi_core.annotation import encode_mask
from piximi_core.errors import BadInput
from piximi_core.formats.piximi_project import (
    ChannelView,
    PiximiCategory,
    PiximiImage,
    PiximiKind,
    PiximiObject,
    PiximiWriter,
    project_stem,
    safe_thing_name,
)
from piximi_core.formats.tfjs.bundle import StoredFile
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_opened import opened
from tests.formats.piximi_project.piximi_reader import strict_read

PLAIN = (ChannelView("#ffffff", True, 0.0, 1.0),)
anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([made.FIRST, made.RED, made.UNKNOWN, "Image", "../x", "<f4"])
    | st.just([{"accuracy": float("nan")}]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


PAIR = made.small_classifier("cells", ["red", "white"])


def with_classifier() -> made.Files:
    files = made.things_project("1.1.4")
    made.list_classifier(
        files,
        "cells",
        eval_results=[{"confusionMatrix": [[1, 0], [0, 2]], "accuracy": 0.9, "f1Score": None}],
        class_map=[[0, made.RED], [1, made.WHITE]],
    )
    return files


SPOTS = [
    (path, key)
    for path, content in with_classifier().items()
    if path.endswith((".zattrs", ".zarray"))
    for key in json.loads(content)
]
OLD_SPOTS = [
    (path, key)
    for path, content in made.first_project().items()
    if path.endswith((".zattrs", ".zarray"))
    for key in json.loads(content)
]


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), old=st.booleans())
def test_no_value_anywhere_brings_more_than_a_sentence(
    tmp_path: Path, data: st.DataObject, old: bool
) -> None:
    files = made.first_project() if old else with_classifier()
    for path, key in data.draw(st.lists(st.sampled_from(OLD_SPOTS if old else SPOTS), max_size=3)):
        found = json.loads(files[path])
        files[path] = made.text({**found, key: data.draw(anything)})
    try:
        path = made.zipped(files, tmp_path / "a.zip", **PAIR)  # type: ignore[arg-type]
        project, images, objects, _repairs = opened(path)
    except BadInput:
        return
    known = {category.id for kind in project.kinds for category in kind.categories}
    assert {thing.category_id for thing in (*images.values(), *objects.values())} <= known  # type: ignore[attr-defined]
    assert {one.image_id for one in objects.values()} <= {i.id for i in images.values()}
    written = strict_read(write(again(project, images, objects), tmp_path / "b.zip"))
    assert {image.id for image in images.values()} <= set(written["things"])


def again(
    project: Any, images: dict[str, PiximiImage], objects: dict[str, PiximiObject]
) -> dict[str, Any]:
    """What was opened as it is written: an image that is shown anyhow gets colours."""
    shown = {
        name: replace(image, name=safe_thing_name(name), channels=image.channels or PLAIN)
        for name, image in images.items()
    }
    # The zip is closed, so that the classifier's files are those it was made of.
    pair = tuple(StoredFile(name, len(data), lambda data=data: data) for name, data in PAIR.items())  # type: ignore[misc]
    unique = {m.name: replace(m, files=pair) for m in project.models if m.files}
    return {
        "name": project.name,
        "kinds": project.kinds,
        "images": list(shown.values()),
        "objects": list(objects.values()),
        "channels": 1,
        "models": [*(m for m in project.models if not m.files), *unique.values()],
    }


names = st.text(
    st.characters(
        codec="utf-8", exclude_characters="/\\", exclude_categories=("Cc", "Cs", "Zl", "Zp")
    ),
    min_size=1,
    max_size=12,
).map(safe_thing_name)  # fmt: skip


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """A random project: kinds, categories, images of either depth, objects with masks."""
    channels = draw(st.integers(1, 3))
    kinds = [draw_kind(draw, "Image", "Image")]
    for number in range(draw(st.integers(0, 2))):
        kinds.append(draw_kind(draw, f"1k{number}", f"kind {number}"))
    count = draw(st.integers(0, 3))
    unique = draw(st.lists(names, min_size=12, max_size=12, unique=True))
    images, objects = [], []
    for number in range(count):
        shape = (*(draw(st.integers(1, 5)) for _ in range(3)), channels)
        dtype = draw(st.sampled_from([np.uint8, np.uint16]))
        seed = draw(st.integers(0, 2**16))
        whole = np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, shape)
        views = tuple(
            ChannelView(f"#{draw(st.integers(0, 2**24 - 1)):06x}", draw(st.booleans()), *ends)
            for ends in draw(st.lists(draw_range(), min_size=channels, max_size=channels))
        )
        category = draw(st.sampled_from(kinds[0].categories))
        images.append(
            PiximiImage(
                f"1i{number}", unique.pop(), category.id, draw_partition(draw),
                whole.astype(dtype), draw(st.integers(0, shape[0] - 1)), views,
            )
        )  # fmt: skip
    for number in range(draw(st.integers(0, 4)) if images and len(kinds) > 1 else 0):
        image = draw(st.sampled_from(images))
        planes, height, width, _ = image.pixels.shape
        x1, y1 = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        x2, y2 = draw(st.integers(x1 + 1, width)), draw(st.integers(y1 + 1, height))
        kind = draw(st.sampled_from(kinds[1:]))
        bits = draw(st.integers(0, 2**25))
        mask = np.array([bits >> n & 1 for n in range((y2 - y1) * (x2 - x1))], bool)
        objects.append(
            PiximiObject(
                f"1o{number}", unique.pop(), image.id, kind.id,
                draw(st.sampled_from(kind.categories)).id, draw_partition(draw),
                (x1, y1, x2, y2), tuple(encode_mask(mask.reshape(y2 - y1, x2 - x1))),
                draw(st.integers(0, planes - 1)),
            )
        )  # fmt: skip
    name = draw(names)
    return {
        "name": name,
        "kinds": kinds,
        "images": images,
        "objects": objects,
        "channels": channels,
    }


def draw_range() -> st.SearchStrategy[tuple[float, float]]:
    share = st.floats(0, 1, width=32)
    return st.tuples(share, share).map(lambda ends: (min(ends), max(ends)))


def draw_partition(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["Training", "Validation", "Inference", "Unassigned"]))


def draw_kind(draw: st.DrawFn, kind_id: str, name: str) -> PiximiKind:
    unknown = PiximiCategory(f"0{kind_id}", "Unknown", "#AAAAAA")
    listed = draw(st.lists(names, max_size=3, unique=True))
    others = [n for n in listed if n.strip() == n and n != "Unknown"]
    known = [PiximiCategory(f"1{kind_id}-{i}", n, "#C84C4C") for i, n in enumerate(others)]
    return PiximiKind(kind_id, name, (unknown, *known))


def write(project: dict[str, Any], path: Path) -> Path:
    name, channels = project["name"], project["channels"] if project["images"] else None
    with PiximiWriter(path, name, project_stem(name), project["kinds"], channels) as writer:
        for image in project["images"]:
            inside = [one for one in project["objects"] if one.image_id == image.id]
            writer.add_image(image, [one.id for one in inside])
            for one in inside:
                x1, y1, x2, y2 = one.box
                writer.add_object(one, image.pixels[one.plane, y1:y2, x1:x2])
        things = (*project["images"], *project["objects"])
        writer.finish([thing.name for thing in things], project.get("models", []))
    return path


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(project=projects())
def test_any_project_is_written_as_the_strict_reader_wants_it(
    tmp_path: Path, project: dict[str, Any]
) -> None:
    path = write(project, tmp_path / "a.zip")
    found = strict_read(path)
    assert found["name"] == project["name"]
    assert list(found["things"]) == [t.id for t in (*project["images"], *project["objects"])]
    for image in project["images"]:
        thing = found["things"][image.id]
        top = 2**image.bit_depth - 1
        assert np.array_equal(np.rint(thing["pixels"].astype(np.float64) * top), image.pixels)
        assert thing["colors"]["range_min"] == [view.low for view in image.channels]
        assert thing["colors"]["visible_B"] == [int(view.visible) for view in image.channels]
    for one in project["objects"]:
        thing = found["things"][one.id]
        image = next(image for image in project["images"] if image.id == one.image_id)
        x1, y1, x2, y2 = one.box
        top = 2**image.bit_depth - 1
        crop = np.rint(thing["pixels"][0].astype(np.float64) * top)
        assert np.array_equal(crop, image.pixels[one.plane, y1:y2, x1:x2])
        assert thing["mask"] == list(one.runs)
    _project, images, objects, repairs = opened(path)
    assert repairs == []
    assert list(_project.kinds) == project["kinds"]
    assert list(objects.values()) == project["objects"]
    for image, back in zip(project["images"], images.values(), strict=True):
        assert np.array_equal(image.pixels, back.pixels)
        assert (image.id, image.name, image.channels) == (back.id, back.name, back.channels)
        assert (image.category_id, image.partition) == (back.category_id, back.partition)
