"""What opened Piximi projects say wrongly of classifiers, and damage of the first version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_opened import opened

BASE = "classifier/Image/base-model/model_info"
Damage = Callable[[made.Files], Any]


def test_metrics_that_are_no_numbers_become_none(tmp_path: Path) -> None:
    files = made.things_project("1.1.4")
    group = made.list_classifier(files, "cells")
    files[f"{group}/model_info/.zattrs"] = (
        b'{"eval_results": [{"confusionMatrix": [[1, NaN]], "accuracy": 1e999, "f1Score": 0.5,'
        b'"crossEntropy": -Infinity, "note": "\\ud800"}], "class_map": []}'
    )
    path = made.zipped(files, tmp_path / "a.zip", **made.small_classifier("cells", ["a", "b"]))  # type: ignore[arg-type]
    project, *_rest = opened(path)
    model = next(model for model in project.models if model.name == "cells")
    assert model.eval_results == (
        {
            "confusionMatrix": [[1, None]],
            "accuracy": None,
            "f1Score": 0.5,
            "crossEntropy": None,
            "note": "?",
        },
    )


SHAPE = "preprocessing_settings/input_shape"


@pytest.mark.parametrize(
    ("stored", "dtype", "described", "expected", "told"),
    [
        # 300 in one byte is 44, 256 is 0.
        ((44, 44), "|u1", (300, 300), (300, 300, 1), "taken from the classifier"),
        ((0, 44), "|u1", (256, 300), (256, 300, 1), "taken from the classifier"),
        # Four bytes wrap nothing, and these sizes are no remainders of the classifier's.
        ((44, 44), "<i4", (300, 300), (44, 44, 1), None),
        ((20, 20), "|u1", (28, 28), (20, 20, 1), None),
        ((45, 44), "|u1", (300, 300), (45, 44, 1), None),
        ((0, 0), "|u1", (300, 300), None, "were left out"),
    ],
)
def test_sizes_beyond_a_byte_are_those_of_the_classifier(
    tmp_path: Path,
    stored: tuple[int, int],
    dtype: str,
    described: tuple[int, int],
    expected: tuple[int, ...] | None,
    told: str | None,
) -> None:
    files = made.things_project("1.1.4")
    group = made.list_classifier(files, "cells")
    for place in (group, "classifier/Image/base-model"):
        made.array(files, f"{place}/model_info/{SHAPE}", [1, *stored, 1], dtype)
    height, width = described
    pair = made.small_classifier("cells", ["a", "b"], height=height, width=width)
    project, *_rest, repairs = opened(made.zipped(files, tmp_path / "a.zip", **pair))  # type: ignore[arg-type]
    shapes = {m.name: m.settings.input_shape for m in project.models if m.kind_id == "Image"}
    assert shapes == {"base-model": expected, "cells": (*described, 1)}
    assert [told in line for line in repairs] == ([True] if told else [])


def test_whole_numbers_too_long_for_a_float_are_repaired(tmp_path: Path) -> None:
    files = made.things_project("1.1.4")
    made.edit(files, "project/things/b.png", active_plane=10**400)
    made.edit(files, "project/things/b.png-cell_0", bbox=[0, 0, 10**400, 3])
    made.edit(files, f"{BASE}/optimizer_settings", epochs=10**400)
    _project, images, objects, repairs = opened(made.zipped(files, tmp_path / "a.zip"))
    assert images["b.png"].active_plane == 2
    assert objects == {}
    assert len(repairs) == 3


OLD_REPAIRED: dict[str, tuple[Damage, str]] = {
    "an id twice": (
        lambda f: made.edit(f, "project/images/a.png", image_id=made.SECOND),
        "missing or taken",
    ),
    "an annotation's id twice": (
        lambda f: made.edit(f, "project/annotations", annotation_id=["1x", "1x"]),
        "missing or taken",
    ),
    "a plane too far": (
        lambda f: made.edit(f, "project/images/b.png", active_plane=7),
        "became the nearest",
    ),
    "an annotation's plane too far": (
        lambda f: made.array(f, "project/annotations/plane", [9, 0]),
        "became the nearest",
    ),
    "a name twice": (
        lambda f: made.edit(f, "project/images", image_names=["a.png", "b.png", "a.png"]),
        "listed twice",
    ),
    "a name that is none": (
        lambda f: made.edit(f, "project/images", image_names=["a.png", "b.png", ""]),
        "whose name cannot be one",
    ),
    "a name that leads outside": (
        lambda f: made.edit(f, "project/images", image_names=["a.png", "b.png", "../c"]),
        "whose name cannot be one",
    ),
    "an annotation without its id": (
        lambda f: made.edit(f, "project/annotations", annotation_id=["1x"]),
        "a part is not in the file",
    ),
    "an input size that wrapped around": (
        lambda f: made.array(f, "classifier/input_shape", [1, 0, 0, 1], "|u1"),
        "had wrapped around",
    ),
    "an unknown optimizer": (
        lambda f: made.edit(f, "classifier/optimizer_settings", optimization_algorithm="Lion"),
        "cannot be used were replaced: optimization_algorithm",
    ),
}


@pytest.mark.parametrize("name", list(OLD_REPAIRED))
def test_damage_of_the_first_version_is_told(tmp_path: Path, name: str) -> None:
    damage, told = OLD_REPAIRED[name]
    files = made.first_project()
    damage(files)
    project, images, objects, repairs = opened(made.zipped(files, tmp_path / "a.zip"))
    assert any(told in line for line in repairs), repairs
    ids = [thing.id for thing in (*images.values(), *objects.values())]  # type: ignore[attr-defined]
    assert len(set(ids)) == len(ids) >= 3
    by_id = {image.id: image for image in images.values()}
    for image in images.values():
        assert 0 <= image.active_plane < image.pixels.shape[0]
    for one in objects.values():
        assert 0 <= one.plane < by_id[one.image_id].pixels.shape[0]
    assert project.version == "0.1.0"
