"""The classifiers of a Piximi project and the settings of the next ones, of any version."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from piximi_core.formats.bundle import StoredFile
from piximi_core.formats.metadata import CropSchema, LossFunction, OptimizationAlgorithm
from piximi_core.formats.piximi_project.arrays import read_small
from piximi_core.formats.piximi_project.content import (
    BASE_MODEL,
    IMAGE,
    BaseSettings,
    PiximiModel,
)
from piximi_core.formats.piximi_project.labels import listed, plain_text
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.formats.piximi_project.tree import Damaged, Tree

__all__ = ["read_models"]

# Piximi's own pattern: its dots are not escaped.
_FILE = re.compile(r".json$|.weights.bin$")
# Piximi keeps sizes in one byte, so that 256 becomes 0; it allows none below 20.
_LEAST_SIDE = 16


class Ids(Protocol):
    """Where the ids of a file lead."""

    kind_ids: Mapping[str, str]
    category_ids: Mapping[str, tuple[str, str]]


def read_models(tree: Tree, ids: Ids, repairs: Repairs) -> Iterator[PiximiModel]:
    """Yield the settings of each kind, then its classifiers with their files."""
    pairs = _pairs(tree.classifiers)
    used = set()
    per_kind = "classifier_kinds" in (tree.attributes("classifier") or {})
    old_settings = None if per_kind else _first_settings(tree)
    for old, kind_id in ids.kind_ids.items():
        group = f"classifier/{old}"
        names = [n for n in listed((tree.attributes(group) or {}).get("models")) if _is_name(n)]
        if old_settings is not None:
            yield PiximiModel(kind_id, BASE_MODEL, old_settings)
        for name in dict.fromkeys(names):
            info = f"{group}/{name}/model_info"
            settings = _settings(
                tree, f"{info}/preprocessing_settings", f"{info}/optimizer_settings", repairs
            )
            if name == BASE_MODEL:
                if settings.input_shape is None:
                    repairs.note("Input sizes that had wrapped around, as 256 to 0, were left out.")
                yield PiximiModel(kind_id, BASE_MODEL, settings)
                continue
            attributes = tree.attributes(info) or {}
            used.add(name)
            if name not in pairs:
                repairs.note("Classifiers without their files were left out.", name)
                continue
            yield PiximiModel(
                kind_id,
                plain_text(name, "classifier"),
                settings,
                _class_map(attributes.get("class_map"), kind_id, ids),
                tuple(r for r in listed(attributes.get("eval_results")) if isinstance(r, dict)),
                pairs[name],
            )
    for name, files in pairs.items():
        if name not in used:
            repairs.note("Classifiers that no kind lists were given to the images.", name)
            yield PiximiModel(
                IMAGE, plain_text(posixpath.basename(name), "classifier"), files=files
            )


def _is_name(found: Any) -> bool:
    return isinstance(found, str) and found not in ("", ".", "..") and "/" not in found


def _pairs(files: tuple[StoredFile, ...]) -> dict[str, tuple[StoredFile, ...]]:
    """Pair descriptions and weights as Piximi does: by the text before the first dot."""
    found: dict[str, dict[bool, StoredFile]] = {}
    for file in files:
        if not _FILE.search(file.name) or file.basename.startswith("._"):
            continue
        parts = file.name.split(".")
        is_description = len(parts) > 1 and parts[1] == "json"
        found.setdefault(posixpath.basename(parts[0]), {}).setdefault(is_description, file)
    return {name: (p[True], p[False]) for name, p in found.items() if len(p) == 2 and name}


def _class_map(found: Any, kind_id: str, ids: Ids) -> dict[int, str]:
    kept = {}
    for entry in listed(found):
        if isinstance(entry, list) and len(entry) == 2 and type(entry[0]) is int:
            category = ids.category_ids.get(str(entry[1]))
            if category is not None and category[0] == kind_id:
                kept[entry[0]] = category[1]
    return kept


def _first_settings(tree: Tree) -> BaseSettings:
    """Return the settings of versions before 1.1, which have one classifier for all."""
    settings = _settings(
        tree, "classifier/preprocess_options", "classifier/optimizer_settings", Repairs()
    )
    share = (tree.attributes("classifier") or {}).get("training_percent")
    shape = _input_shape(tree, "classifier/input_shape")
    return BaseSettings(
        **{
            **vars(settings),
            "input_shape": shape,
            "training_percent": round(_number(share, 0.75, 0.01, 1.0), 2),
        }
    )


def _settings(tree: Tree, preprocessing: str, optimizer: str, repairs: Repairs) -> BaseSettings:
    first = tree.attributes(preprocessing) or {}
    crop = tree.attributes(f"{preprocessing}/crop_options") or {}
    scale = tree.attributes(f"{preprocessing}/rescale_options") or {}
    second = tree.attributes(optimizer) or {}
    default = BaseSettings()
    return BaseSettings(
        input_shape=_input_shape(tree, f"{preprocessing}/input_shape"),
        shuffle=bool(first.get("shuffle_B", 1)),
        # Piximi rounds these when it loads them.
        training_percent=round(_number(first.get("training_percent"), 0.75, 0.01, 1.0), 2),
        rescale=bool(scale.get("rescale_B", 1)),
        center=bool(scale.get("center_B", 0)),
        num_crops=int(_number(crop.get("num_crops"), 1, 1, 10_000)),
        crop_schema=_one_of(CropSchema, crop.get("crop_schema"), default.crop_schema),
        epochs=int(_number(second.get("epochs"), 10, 1, 100_000)),
        batch_size=int(_number(second.get("batch_size"), 32, 1, 65_536)),
        optimizer=_one_of(
            OptimizationAlgorithm, second.get("optimization_algorithm"), default.optimizer
        ),
        learning_rate=round(_number(second.get("learning_rate"), 0.01, 1e-6, 1000.0), 6),
        loss=_one_of(LossFunction, second.get("loss_function"), default.loss),
    )


def _input_shape(tree: Tree, path: str) -> tuple[int, int, int] | None:
    try:
        found = read_small(tree, path)
    except Damaged:
        return None
    if found.shape != (4,) or not all(math.isfinite(n) for n in found):
        return None
    height, width, channels = (int(n) for n in found[1:])
    if min(height, width) < _LEAST_SIDE or channels < 1:
        return None
    return height, width, channels


def _number(found: Any, default: float, low: float, high: float) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return default
    return min(max(float(found), low), high)


def _one_of(names: Any, found: Any, default: str) -> str:
    return str(found) if found in list(names) else default
