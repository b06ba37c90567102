"""The classifiers of a Piximi project and the settings of the next ones, of any version."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from piximi_core.formats.piximi_project.arrays import read_small
from piximi_core.formats.piximi_project.content import (
    BASE_MODEL,
    IMAGE,
    TITLE,
    BaseSettings,
    PiximiModel,
)
from piximi_core.formats.piximi_project.labels import listed, plain_text
from piximi_core.formats.piximi_project.numbers import finite_json, is_number
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.formats.piximi_project.tree import Damaged, Tree
from piximi_core.formats.tfjs.bundle import StoredFile, parse_document
from piximi_core.formats.tfjs.metadata import CropSchema, LossFunction, OptimizationAlgorithm
from piximi_core.messages import Message

__all__ = ["read_models"]

# Piximi's own pattern: its dots are not escaped.
_FILE = re.compile(r".json$|.weights.bin$")
# Piximi keeps sizes in one byte, so that 256 becomes 0; it allows none below 20.
_LEAST_SIDE = 16
_ONE_BYTE = 256

_Shape = tuple[int, int, int]


class Ids(Protocol):
    """Where the ids of a file lead."""

    kind_ids: Mapping[str, str]
    category_ids: Mapping[str, tuple[str, str]]


def read_models(tree: Tree, ids: Ids, repairs: Repairs) -> Iterator[PiximiModel]:
    """Yield the settings of each kind, then its classifiers with their files."""
    pairs = _pairs(tree.classifiers)
    used = set()
    per_kind = "classifier_kinds" in (tree.attributes("classifier") or {})
    old_settings = None if per_kind else _first_settings(tree, repairs)
    for old, kind_id in ids.kind_ids.items():
        group = f"classifier/{old}"
        names = [n for n in listed((tree.attributes(group) or {}).get("models")) if _is_name(n)]
        if old_settings is not None:
            yield PiximiModel(kind_id, BASE_MODEL, old_settings)
        shapes = {name: _described_shape(pairs[name]) for name in names if name in pairs}
        for name in dict.fromkeys(names):
            info = f"{group}/{name}/model_info"
            if name == BASE_MODEL:
                found = _stored_shape(tree, f"{info}/preprocessing_settings/input_shape")
                shape = _base_shape(found, shapes.values(), repairs)
                yield PiximiModel(kind_id, BASE_MODEL, _settings(tree, info, shape, repairs))
                continue
            used.add(name)
            if name not in pairs:
                repairs.note(Message("Classifiers without their files were left out."), name)
                continue
            yield _model(tree, info, name, kind_id, ids, shapes[name], pairs[name], repairs)
    for name, files in pairs.items():
        if name not in used:
            repairs.note(Message("Classifiers that no kind lists were given to the images."), name)
            yield PiximiModel(
                IMAGE, plain_text(posixpath.basename(name), "classifier"), files=files
            )


def _model(
    tree: Tree,
    info: str,
    name: str,
    kind_id: str,
    ids: Ids,
    described: _Shape | None,
    files: tuple[StoredFile, ...],
    repairs: Repairs,
) -> PiximiModel:
    """Return a classifier; of its input size its own description knows better than the list."""
    attributes = tree.attributes(info) or {}
    shape = described or _usable(_stored_shape(tree, f"{info}/preprocessing_settings/input_shape"))
    results = (r for r in listed(attributes.get("eval_results")) if isinstance(r, dict))
    return PiximiModel(
        kind_id,
        plain_text(name, "classifier"),
        _settings(tree, info, shape, repairs),
        _class_map(attributes.get("class_map"), kind_id, ids),
        tuple(finite_json(result) for result in results),
        files,
        plain_text((tree.attributes(info.rpartition("/")[0]) or {}).get(TITLE)),
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


def _first_settings(tree: Tree, repairs: Repairs) -> BaseSettings:
    """Return the settings of versions before 1.1, which have one classifier for all."""
    own = tree.attributes("classifier") or {}
    return _settings_of(
        tree,
        "classifier/preprocess_options",
        "classifier/optimizer_settings",
        own.get("training_percent"),
        _base_shape(_stored_shape(tree, "classifier/input_shape"), (), repairs),
        repairs,
    )


def _settings(tree: Tree, info: str, shape: _Shape | None, repairs: Repairs) -> BaseSettings:
    first = f"{info}/preprocessing_settings"
    share = (tree.attributes(first) or {}).get("training_percent")
    return _settings_of(tree, first, f"{info}/optimizer_settings", share, shape, repairs)


def _settings_of(
    tree: Tree,
    preprocessing: str,
    optimizer: str,
    share: Any,
    shape: _Shape | None,
    repairs: Repairs,
) -> BaseSettings:
    first = tree.attributes(preprocessing) or {}
    crop = tree.attributes(f"{preprocessing}/crop_options") or {}
    scale = tree.attributes(f"{preprocessing}/rescale_options") or {}
    second = tree.attributes(optimizer) or {}
    default = BaseSettings()
    usable = _Usable(repairs)
    return BaseSettings(
        input_shape=shape,
        shuffle=bool(first.get("shuffle_B", 1)),
        # Piximi rounds these when it loads them.
        training_percent=round(usable.number("training_percent", share, 0.75, 0.01, 0.99), 2),
        rescale=bool(scale.get("rescale_B", 1)),
        center=bool(scale.get("center_B", 0)),
        num_crops=int(usable.number("num_crops", crop.get("num_crops"), 1, 1, 10_000)),
        crop_schema=usable.one_of("crop_schema", crop, CropSchema, default.crop_schema),
        epochs=int(usable.number("epochs", second.get("epochs"), 10, 1, 100_000)),
        batch_size=int(usable.number("batch_size", second.get("batch_size"), 32, 1, 65_536)),
        optimizer=usable.one_of(
            "optimization_algorithm", second, OptimizationAlgorithm, default.optimizer
        ),
        learning_rate=round(
            usable.number("learning_rate", second.get("learning_rate"), 0.01, 1e-6, 1000.0), 6
        ),
        loss=usable.one_of("loss_function", second, LossFunction, default.loss),
    )


class _Usable:
    """Takes values as far as they can be used, and notes those that cannot."""

    def __init__(self, repairs: Repairs) -> None:
        self._repairs = repairs

    def number(self, name: str, found: Any, default: float, low: float, high: float) -> float:
        """Return a number within its bounds; one that is missing is the default."""
        if not is_number(found):
            if found is not None:
                self._note(name)
            return default
        kept = min(max(found, low), high)
        if kept != found:
            self._note(name)
        return float(kept)

    def one_of(self, name: str, group: Mapping[str, Any], known: Any, default: str) -> str:
        """Return one of the known words."""
        found = group.get(name)
        if found in list(known):
            return str(found)
        if found is not None:
            self._note(name)
        return default

    def _note(self, name: str) -> None:
        self._repairs.note(
            Message("Settings of trainings that cannot be used were replaced."), name
        )


def _stored_shape(tree: Tree, path: str) -> tuple[_Shape, bool] | None:
    """Return height, width and channels as they are stored, and whether in one byte each."""
    try:
        found = read_small(tree, path)
    except Damaged:
        return None
    if found.shape != (4,) or not all(math.isfinite(n) for n in found):
        return None
    height, width, channels = (int(n) for n in found[1:])
    return (height, width, channels), found.dtype == np.uint8


def _usable(found: tuple[_Shape, bool] | None) -> _Shape | None:
    """Return a stored size; None for one that is missing, or too small to be true."""
    if found is None or min(found[0][:2]) < _LEAST_SIDE or found[0][2] < 1:
        return None
    return found[0]


def _base_shape(
    found: tuple[_Shape, bool] | None, described: Iterable[_Shape | None], repairs: Repairs
) -> _Shape | None:
    """Return the input size of a kind's next classifier, unwrapped by what its classifiers say."""
    for shape in described if found is not None and found[1] else ():
        if shape is None or max(shape[:2]) < _ONE_BYTE:
            continue
        if found is not None and found[0][:2] == (shape[0] % _ONE_BYTE, shape[1] % _ONE_BYTE):
            repairs.note(
                Message("Input sizes that had wrapped around were taken from the classifier.")
            )
            return shape
    usable = _usable(found)
    if usable is None:
        repairs.note(Message("Input sizes that are missing or had wrapped around were left out."))
    return usable


def _described_shape(files: tuple[StoredFile, ...]) -> _Shape | None:
    """Return the input size that a classifier's own description names, if it does."""
    try:
        settings = parse_document(files[0]).get("preprocessSettings")
    except Exception:  # zipfile raises anything on damaged bytes; opening it says so
        return None
    shape = settings.get("inputShape") if isinstance(settings, dict) else None
    if not isinstance(shape, dict):
        return None
    sizes: list[Any] = [shape.get(key) for key in ("height", "width", "channels")]
    if not all(type(size) is int and 0 < size < 2**16 for size in sizes):
        return None
    return sizes[0], sizes[1], sizes[2]
