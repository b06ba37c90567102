"""Piximi's three blocks: what it writes is read, what we write it can decode."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.metadata import (
    METADATA_KEYS,
    ClassifierMetadata,
    InputShape,
    LossFunction,
    OptimizerSettings,
    PreprocessSettings,
    metadata_reasons,
)

BLOCKS: dict[str, Any] = {
    "preprocessSettings": {
        "inputShape": {"planes": 1, "height": 28, "width": 30, "channels": 3},
        "cropSchema": "None",
        "numCrops": 1,
        "shuffle": True,
        "rescale": True,
        "batchSize": 32,
    },
    "classes": ["a", "b"],
    "optimizerSettings": {
        "learningRate": 0.001,
        "lossFunction": "Categorical (softmax) cross entropy",
        "metrics": ["Categorical accuracy"],
        "optimizationAlgorithm": "Adam",
        "epochs": 10,
        "batchSize": 32,
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    blocks = copy.deepcopy(BLOCKS)
    *parents, last = path.split(".")
    place = blocks
    for parent in parents:
        place = place[parent]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return blocks


def test_our_defaults_are_written_with_piximis_words() -> None:
    metadata = ClassifierMetadata(
        preprocess=PreprocessSettings(input_shape=InputShape(height=28, width=30, channels=3)),
        classes=("a", "b"),
        optimizer=OptimizerSettings(learning_rate=0.001, epochs=10),
    )
    assert json.dumps(metadata.to_document()) == json.dumps(BLOCKS)
    assert ClassifierMetadata.from_document(metadata.to_document()) == metadata


def test_a_file_piximi_wrote_comes_back_the_same(shared_data: Path) -> None:
    path = shared_data / "piximi/classifier/mnist_classifier/mnist_classifier.json"
    document = json.loads(path.read_text("utf-8"))
    written = ClassifierMetadata.from_document(document).to_document()
    assert written == {key: document[key] for key in METADATA_KEYS}


def test_more_keys_are_read_and_not_written() -> None:
    blocks = {**changed("preprocessSettings.centre", True), "modelTopology": {}}
    assert metadata_reasons(blocks) == []
    assert ClassifierMetadata.from_document(blocks).to_document() == BLOCKS


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("preprocessSettings.inputShape.planes", KeyError, None),
        ("preprocessSettings.batchSize", 32.0, None),
        ("optimizerSettings.learningRate", 1, None),
        ("optimizerSettings.lossFunction", ["Hinge", "Huber"], LossFunction.HINGE),
        ("optimizerSettings.lossFunction", {"out": "Huber"}, LossFunction.HUBER),
    ],
)
def test_forms_piximi_accepts(path: str, value: Any, read: Any) -> None:
    metadata = ClassifierMetadata.from_document(changed(path, value))
    if read is not None:
        assert metadata.optimizer.loss_function is read


KEYS = [
    *METADATA_KEYS,
    *(
        f"{block}.{key}"
        for block in ("preprocessSettings", "optimizerSettings")
        for key in BLOCKS[block]
    ),
    *(f"preprocessSettings.inputShape.{key}" for key in ("height", "width", "channels")),
]


@pytest.mark.parametrize("key", KEYS)
def test_every_missing_key_is_named(key: str) -> None:
    reasons = metadata_reasons(changed(key, KeyError))
    assert len(reasons) == 1
    assert f"'{key}' is missing" in reasons[0]
    with pytest.raises(BadInput, match="is missing"):
        ClassifierMetadata.from_document(changed(key, KeyError))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("preprocessSettings.batchSize", "32"),
        ("preprocessSettings.batchSize", True),
        ("preprocessSettings.numCrops", None),
        ("preprocessSettings.rescale", 1),
        ("preprocessSettings.shuffle", "true"),
        ("preprocessSettings.cropSchema", "none"),
        ("preprocessSettings.inputShape", [28, 30, 3]),
        ("preprocessSettings.inputShape.height", -1),
        ("classes", "ab"),
        ("classes", {"0": "a"}),
        ("optimizerSettings.metrics", ["accuracy"]),
        ("optimizerSettings.metrics", "Categorical accuracy"),
        ("optimizerSettings.lossFunction", "categorical_crossentropy"),
        ("optimizerSettings.lossFunction", ["Hinge", "hinge"]),
        ("optimizerSettings.lossFunction", []),
        ("optimizerSettings.optimizationAlgorithm", "adam"),
        ("optimizerSettings.learningRate", float("inf")),
    ],
)
def test_every_wrong_value_is_named(path: str, value: Any) -> None:
    reasons = metadata_reasons(changed(path, value))
    assert len(reasons) == 1
    assert f"'{path}" in reasons[0]
    assert "must be" in reasons[0]


def test_a_class_that_is_no_text_is_named() -> None:
    assert "'classes.1' must be a text" in metadata_reasons(changed("classes", ["a", 1]))[0]


def test_importing_the_formats_imports_no_tensorflow() -> None:
    code = (
        "import sys, piximi_core.formats, piximi_core.formats.tfjs.classifier;"
        "sys.exit(any(m.startswith(('tensorflow', 'tf_keras')) for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
