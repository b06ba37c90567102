"""A classifier written by hand, and one change for each way in which it stops opening in Piximi."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.formats.test_metadata import BLOCKS

HEIGHT, WIDTH, CHANNELS, CLASSES = 6, 7, 2, 3
# A 3x3 convolution leaves 4x5x2, normalised, flattened to 40.
SHAPES = {
    "conv/kernel": [3, 3, 2, 2],
    "conv/bias": [2],
    "norm/gamma": [2],
    "norm/beta": [2],
    "norm/moving_mean": [2],
    "norm/moving_variance": [2],
    "dense/kernel": [40, 3],
    "dense/bias": [3],
}
COUNT = 36 + 2 + 8 + 120 + 3


def document() -> dict[str, Any]:
    """Describe the smallest network that has a bit of everything, in Keras 2 form."""
    layers = [
        {
            "class_name": "Conv2D",
            "config": {
                "name": "conv",
                "batch_input_shape": [None, HEIGHT, WIDTH, CHANNELS],
                "dtype": "float32",
                "filters": 2,
                "kernel_size": [3, 3],
                "padding": "valid",
                "activation": "relu",
                "use_bias": True,
                "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
                "kernel_regularizer": None,
            },
        },
        {"class_name": "BatchNormalization", "config": {"name": "norm", "axis": [3]}},
        {"class_name": "Flatten", "config": {"name": "flatten"}},
        {
            "class_name": "Dense",
            "config": {"name": "dense", "units": CLASSES, "activation": "softmax"},
        },
    ]
    weights = [
        {"name": name, "shape": list(shape), "dtype": "float32"} for name, shape in SHAPES.items()
    ]
    blocks = copy.deepcopy(BLOCKS)
    blocks["preprocessSettings"]["inputShape"] = {
        "planes": 1,
        "height": HEIGHT,
        "width": WIDTH,
        "channels": CHANNELS,
    }
    blocks["classes"] = ["a", "b", "c"]
    return {
        "modelTopology": {
            "class_name": "Sequential",
            "config": {"name": "net", "layers": layers},
            "keras_version": "2.19.0",
            "backend": "tensorflow",
        },
        "format": "layers-model",
        "weightsManifest": [{"paths": ["./cells.weights.bin"], "weights": weights}],
        **blocks,
    }


def weight_bytes(count: int = COUNT) -> bytes:
    """Give small positive numbers, so that no variance is negative."""
    return struct.pack(f"<{count}f", *((index % 7 + 1) / 10 for index in range(count)))


def functional() -> dict[str, Any]:
    """Describe the same network as a graph with Keras 2 connections."""
    changed = document()
    network = changed["modelTopology"]
    before = "input"
    first = {
        "class_name": "InputLayer",
        "config": {"name": "input", "batch_input_shape": [None, HEIGHT, WIDTH, CHANNELS]},
        "name": "input",
        "inbound_nodes": [],
    }
    for layer in network["config"]["layers"]:
        layer["config"].pop("batch_input_shape", None)
        layer["name"] = layer["config"]["name"]
        layer["inbound_nodes"] = [[[before, 0, 0, {}]]]
        before = layer["name"]
    network["class_name"] = "Functional"
    network["config"]["layers"].insert(0, first)
    network["config"]["input_layers"] = [["input", 0, 0]]
    network["config"]["output_layers"] = [["dense", 0, 0]]
    return changed


@dataclass(frozen=True)
class Case:
    """One change of the description.

    Attributes
    ----------
    change : callable
        Changes the document in place.
    words : str
        What the reason must say.
    tfjs : bool or None
        Whether TensorFlow.js itself refuses to load it; False where the harm comes later in
        Piximi, or only in other layers of it; None where the browser would never answer.
    graph : bool
        Whether the change is one of the functional form.
    """

    change: Callable[[dict[str, Any]], Any]
    words: str
    tfjs: bool | None = True
    graph: bool = False

    def made(self) -> dict[str, Any]:
        """Give the changed document."""
        changed = functional() if self.graph else document()
        self.change(changed)
        return changed


def layer(changed: dict[str, Any], index: int) -> Any:
    """Give the settings of a layer, from the end with negative numbers."""
    return changed["modelTopology"]["config"]["layers"][index]["config"]


def layers(changed: dict[str, Any]) -> Any:
    """Give the list of layers."""
    return changed["modelTopology"]["config"]["layers"]


def weights(changed: dict[str, Any]) -> Any:
    """Give the entries of the manifest."""
    return changed["weightsManifest"][0]["weights"]


def _rename_weights(changed: dict[str, Any], how: Callable[[str], str]) -> None:
    for entry in weights(changed):
        entry["name"] = how(entry["name"])


def _keras3_input(changed: dict[str, Any]) -> None:
    shape = layer(changed, 0).pop("batch_input_shape")
    config = {"name": "input", "batch_shape": shape}
    layers(changed).insert(0, {"class_name": "InputLayer", "config": config})


def _keras3_nodes(changed: dict[str, Any]) -> None:
    layers(changed)[1]["inbound_nodes"] = [
        {"args": [{"class_name": "__keras_tensor__", "config": {}}], "kwargs": {}}
    ]


def _insert(class_name: str, **config: Any) -> Callable[[dict[str, Any]], None]:
    return lambda changed: layers(changed).insert(
        2, {"class_name": class_name, "config": {"name": "new", **config}}
    )


def _sigmoid(changed: dict[str, Any]) -> None:
    layer(changed, -1).update(units=1, activation="sigmoid")
    weights(changed)[-2]["shape"], weights(changed)[-1]["shape"] = [40, 1], [1]


CASES = {
    "no topology": Case(lambda d: d.pop("modelTopology"), "'modelTopology' is missing"),
    "no manifest": Case(lambda d: d.pop("weightsManifest"), "'weightsManifest' is missing"),
    "Keras 3 input layer": Case(_keras3_input, "Keras 3 form"),
    "no input shape": Case(
        lambda d: layer(d, 0).pop("batch_input_shape"), "first layer has no 'batch_input_shape'"
    ),
    "Keras 3 dtype": Case(
        lambda d: layer(d, -1).update(
            dtype={"class_name": "DTypePolicy", "config": {"name": "float32"}}
        ),
        "Keras 3 policy",
        tfjs=False,
    ),
    "Keras 3 connections": Case(_keras3_nodes, "expected array for nodeData", graph=True),
    "flat ends": Case(
        lambda d: d["modelTopology"]["config"].update(
            input_layers=["input", 0, 0], output_layers=["dense", 0, 0]
        ),
        "flat as Keras 3",
        graph=True,
    ),
    "a connection to nowhere": Case(
        lambda d: layers(d)[2].update(inbound_nodes=[[["gone", 0, 0, {}]]]),
        "connects a layer 'gone'",
        tfjs=None,
        graph=True,
    ),
    "an output that is not there": Case(
        lambda d: d["modelTopology"]["config"].update(output_layers=[["gone", 0, 0]]),
        "connects a layer 'gone'",
        graph=True,
    ),
    "a broken connection": Case(
        lambda d: layers(d)[2].update(inbound_nodes=[["norm", 0, 0]]),
        "not of the form",
        tfjs=None,
        graph=True,
    ),
    "weight names with :0": Case(
        lambda d: _rename_weights(d, lambda name: f"{name}:0"), "must not end in ':0'"
    ),
    "weight names with the model's": Case(
        lambda d: _rename_weights(d, lambda name: f"net/{name}"), "begin with the model's name"
    ),
    "a weight too many": Case(
        lambda d: weights(d).append({"name": "dense/more", "shape": [0], "dtype": "float32"}),
        "'dense/more' belongs to no layer",
    ),
    "a weight missing": Case(lambda d: weights(d).pop(), "1 of 8 weights are not set: dense/bias"),
    "a weight of another shape": Case(
        lambda d: weights(d)[0].update(shape=[6, 3, 1, 2]), "does not fit its layer"
    ),
    "a weight twice": Case(
        lambda d: weights(d).append(dict(weights(d)[-1])), "'dense/bias' stands twice"
    ),
    "training settings": Case(
        lambda d: d.update(trainingConfig={"optimizer_config": {"class_name": "Adam"}}),
        "'trainingConfig'",
    ),
    **{
        f"layer {name}": Case(_insert(name), f"has no layer '{name}'")
        for name in (
            "RandomFlip",
            "RandomRotation",
            "Normalization",
            "SpatialDropout2D",
            "MultiHeadAttention",
            "EinsumDense",
            "Hashing",
            "Lambda",
        )
    },
    "activation gelu": Case(lambda d: layer(d, 0).update(activation="gelu"), "activation 'gelu'"),
    "initialiser of Keras 3": Case(
        lambda d: layer(d, 0).update(
            kernel_initializer={"class_name": "STFTInitializer", "config": {}}
        ),
        "kernel_initializer 'STFTInitializer'",
    ),
    "regulariser L2": Case(
        lambda d: layer(d, 0).update(kernel_regularizer={"class_name": "L2", "config": {}}),
        "kernel_regularizer 'L2'",
    ),
    "two layers of one name": Case(
        lambda d: layer(d, 2).update(name="norm"), "Two layers are called 'norm'", tfjs=False
    ),
    "a layer name with a blank": Case(
        lambda d: layer(d, 2).update(name="my flatten"), "'my flatten'"
    ),
    "ignored keepdims": Case(
        lambda d: layers(d).insert(
            3, {"class_name": "GlobalAveragePooling2D", "config": {"name": "g", "keepdims": True}}
        ),
        "'keepdims'",
    ),
    "no softmax": Case(
        lambda d: layer(d, -1).update(activation="linear"), "is no softmax", tfjs=False
    ),
    "one sigmoid unit": Case(_sigmoid, "one output", tfjs=False),
    "a name too few": Case(
        lambda d: d.update(classes=["a", "b"]),
        "'classes' has 2 names, but the model has 3 outputs",
        tfjs=False,
    ),
    "another input shape": Case(
        lambda d: d["preprocessSettings"]["inputShape"].update(height=WIDTH, width=HEIGHT),
        "[7, 6, 2], but the model's input is [6, 7, 2]",
        tfjs=False,
    ),
    "an open input shape": Case(
        lambda d: layer(d, 0).update(batch_input_shape=[None, None, None, CHANNELS]),
        "fixed sizes",
    ),
    "a metric that cannot be compiled": Case(
        lambda d: d["optimizerSettings"].update(metrics=["Recall"]), "'Recall'", tfjs=False
    ),
    "quantised without scale": Case(
        lambda d: weights(d)[0].update(quantization={"dtype": "uint8"}), "'min' or 'scale'"
    ),
    "an unknown dtype": Case(lambda d: weights(d)[0].update(dtype="float64"), "'float64'"),
    "weights elsewhere": Case(
        lambda d: d["weightsManifest"][0].update(paths=["./other.weights.bin"]),
        "basename 'other.weights.bin' is not provided",
    ),
    "more weights files than there are": Case(
        lambda d: d["weightsManifest"][0]["paths"].append("more.bin"), "'more.bin'"
    ),
    "no metadata": Case(
        lambda d: d.pop("preprocessSettings"), "'preprocessSettings' is missing", tfjs=False
    ),
}


def encoded(changed: dict[str, Any]) -> bytes:
    """Give the description as it stands in a file."""
    return json.dumps(changed).encode("utf-8")
