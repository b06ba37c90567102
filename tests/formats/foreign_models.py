"""Classifiers as other programs export them, made up small, beside the model they come from."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

SIDE, LABELS = 16, ("cat", "dog", "Unknown")


def teachable_network(seed: int = 2) -> Any:
    """A backbone with a shortcut and padding, and a head: nested as Teachable Machine nests."""
    import tf_keras

    layers = tf_keras.layers
    tf_keras.utils.set_random_seed(seed)
    inputs = tf_keras.Input((SIDE, SIDE, 3), name="input_1")
    x = layers.ZeroPadding2D(((0, 1), (0, 1)), name="Conv1_pad")(inputs)
    x = layers.Conv2D(6, 3, strides=2, use_bias=False, name="Conv1")(x)
    x = layers.BatchNormalization(momentum=0.999, name="bn_Conv1")(x)
    x = shortcut = layers.ReLU(6.0, name="Conv1_relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise")(x)
    x = layers.BatchNormalization(name="depthwise_BN")(x)
    x = layers.Add(name="add")([shortcut, x])
    backbone = tf_keras.Model(inputs, x, name="model1")
    body = tf_keras.Sequential(
        [backbone, layers.GlobalAveragePooling2D(name="pool")], name="sequential_1"
    )
    head = tf_keras.Sequential(
        [
            layers.Dense(5, activation="relu", input_shape=(6,), name="dense_Dense1"),
            layers.Dense(len(LABELS), activation="softmax", use_bias=False, name="dense_Dense2"),
        ],
        name="sequential_3",
    )
    model = tf_keras.Sequential([body, head], name="sequential_4")
    random = np.random.default_rng(seed)
    for weight in model.weights:
        weight.assign(random.normal(0.4, 0.4, weight.shape) ** 2 + 0.05)
    return model


def export_web(model: Any, folder: Path, *, shard_bytes: int = 2**22, packed: str = "") -> Path:
    """Write ``model.json`` and its weights by TensorFlow.js's own converter."""
    from piximi_core.formats.tfjs.quiet import quiet

    with quiet():
        from tensorflowjs.converters import save_keras_model

        options = {"quantization_dtype_map": {packed: True}} if packed else {}
        save_keras_model(model, str(folder), weight_shard_size_bytes=shard_bytes, **options)
    return folder / "model.json"


def add_labels(folder: Path, labels: tuple[str, ...] = LABELS, package: str = "image") -> None:
    """Write the ``metadata.json`` of a Teachable Machine, and what its description lacks."""
    found = {
        "tfjsVersion": "1.7.4",
        "tmVersion": "2.4.10",
        "packageName": f"@teachablemachine/{package}",
        "modelName": "my pets",
        "labels": list(labels),
        "imageSize": SIDE,
    }
    (folder / "metadata.json").write_text(json.dumps(found), "utf-8")
    path = folder / "model.json"
    document = json.loads(path.read_text("utf-8"))
    for key in ("format", "generatedBy", "convertedBy"):
        document.pop(key, None)
    path.write_text(json.dumps(document), "utf-8")


def zipped(folder: Path, target: Path, prefix: str = "") -> Path:
    """Pack the files of a folder into a zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{prefix}{path.name}")
    return target
