"""Whether TensorFlow.js 4.2.0 can rebuild a topology, and what Piximi needs of it.

Each rule is a row of the tables that were measured with the running library; each failure is one
sentence. Pure Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from piximi_core.formats.tfjs_rules import (
    ACTIVATIONS,
    CONSTRAINTS,
    INITIALIZERS,
    LAYERS,
    NETWORKS,
    REGULARIZERS,
    camel_case,
)

__all__ = ["Layer", "Topology", "read_topology"]

_TENSOR_NAME = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._/]*")
_DTYPES = ("float32", "int32", "bool", "complex64", "string")
_KNOWN_ENDINGS = {
    "_initializer": INITIALIZERS,
    "_regularizer": REGULARIZERS,
    "_constraint": CONSTRAINTS,
}
# These hand on the last axis as it is, so the number of classes stands further up.
_KEEPS_WIDTH = frozenset({"Activation", "Softmax", "Dropout", "BatchNormalization"})


@dataclass(frozen=True)
class Layer:
    """One layer: its class, name, settings, and the names of the layers it is fed by."""

    class_name: str
    name: str
    config: Mapping[str, Any]
    feeds: tuple[str, ...] | None


@dataclass(frozen=True)
class Topology:
    """All layers in order, nested models opened, and what Piximi asks about them.

    Attributes
    ----------
    input_shape : list or None
        ``batch_input_shape`` of the input.
    outputs : int or None
        Width of the last layer, None where it cannot be told from the settings.
    softmax : bool
        Whether the last layer turns scores into probabilities.
    """

    layers: tuple[Layer, ...]
    input_shape: list[Any] | None
    outputs: int | None
    softmax: bool


def read_topology(document: Mapping[str, Any]) -> tuple[Topology | None, list[str]]:
    """Take a description's topology apart.

    Returns
    -------
    tuple
        The topology, None if there is none to speak of, and the reasons for a refusal.
    """
    topology = document.get("modelTopology")
    if not isinstance(topology, dict):
        return None, ["The key 'modelTopology' is missing, so this describes no layers model."]
    if isinstance(topology.get("model_config"), dict):
        topology = topology["model_config"]
    reasons: list[str] = []
    layers = tuple(_network(topology, reasons, 0))
    if not layers:
        return None, reasons or ["The model's topology lists no layers."]
    reasons += _names(layers)
    for layer in layers:
        reasons += _settings(layer)
    shape = _input_shape(layers, topology.get("class_name") == "Sequential", reasons)
    last = layers[-1]
    return Topology(layers, shape, _width(layers), _is_softmax(last)), reasons


def _network(network: Any, reasons: list[str], depth: int) -> Iterator[Layer]:
    class_name = network.get("class_name") if isinstance(network, dict) else None
    if class_name not in NETWORKS or depth > 10:
        reasons.append(f"The model is of the sort {class_name!r}, not Sequential or Functional.")
        return
    config = network.get("config")
    if isinstance(config, list):
        config = {"layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        reasons.append(f"The {class_name} model lists no layers.")
        return
    if class_name != "Sequential":
        _check_ends(config, reasons)
    for entry in config["layers"]:
        if isinstance(entry, dict) and entry.get("class_name") in NETWORKS:
            yield from _network(entry, reasons, depth + 1)
            continue
        found = entry.get("config") if isinstance(entry, dict) else None
        if not isinstance(found, dict) or not isinstance(entry.get("class_name"), str):
            reasons.append("A layer has no 'class_name' or no 'config'.")
            continue
        name = found.get("name", entry.get("name"))
        feeds = None
        if class_name != "Sequential":
            feeds = _feeds(entry, reasons)
        yield Layer(entry["class_name"], name if isinstance(name, str) else "", found, feeds)


def _check_ends(config: Mapping[str, Any], reasons: list[str]) -> None:
    for key in ("input_layers", "output_layers"):
        ends = config.get(key)
        if not isinstance(ends, list) or not ends:
            reasons.append(f"The key '{key}' of the functional model is missing.")
        elif not all(isinstance(end, list) for end in ends):
            reasons.append(
                f"'{key}' is flat as Keras 3 writes it ([\"name\", 0, 0]); TensorFlow.js needs the"
                ' nested Keras 2 form ([["name", 0, 0]]).'
            )


def _feeds(entry: Mapping[str, Any], reasons: list[str]) -> tuple[str, ...]:
    nodes = entry.get("inbound_nodes", [])
    feeds = []
    for node in nodes if isinstance(nodes, list) else [None]:
        if not isinstance(node, list):
            reasons.append(
                f"The connections ('inbound_nodes') of the layer '{entry.get('name')}' are in the"
                ' Keras 3 form; TensorFlow.js says "Corrupted configuration, expected array for'
                ' nodeData".'
            )
            continue
        feeds += [str(link[0]) for link in node if isinstance(link, list) and link]
    return tuple(feeds)


def _names(layers: tuple[Layer, ...]) -> list[str]:
    reasons = []
    seen: set[str] = set()
    for layer in layers:
        if not layer.name:
            reasons.append(f"A layer of the sort {layer.class_name} has no name.")
        elif layer.name in seen:
            reasons.append(f"Two layers are called '{layer.name}'; names must be unique.")
        elif not _TENSOR_NAME.fullmatch(layer.name):
            reasons.append(
                f"The layer name {layer.name[:80]!r} is not one TensorFlow.js accepts: letters,"
                " digits, '-', '.' and '_' only."
            )
        seen.add(layer.name)
    return reasons


def _settings(layer: Layer) -> Iterator[str]:
    if layer.class_name not in LAYERS:
        yield (
            f"TensorFlow.js 4.2.0 has no layer '{layer.class_name[:80]}' (layer '{layer.name}');"
            " leave it out or replace it."
        )
        return
    if isinstance(layer.config.get("dtype"), dict):
        yield (
            f"The dtype of the layer '{layer.name}' is a Keras 3 policy object, with which"
            " predicting fails; it must be a text such as 'float32'."
        )
    elif layer.config.get("dtype", "float32") not in (*_DTYPES, None):
        yield f"The dtype {layer.config['dtype']!r} of the layer '{layer.name}' is unknown."
    if layer.class_name == "GlobalAveragePooling2D" and layer.config.get("keepdims"):
        yield f"The layer '{layer.name}' sets 'keepdims', which TensorFlow.js 4.2.0 ignores."
    for key, value in layer.config.items():
        if key.endswith("activation"):
            yield from _known(layer, key, value, ACTIVATIONS)
        for ending, known in _KNOWN_ENDINGS.items():
            if key.endswith(ending):
                yield from _known(layer, key, value, known)


def _known(layer: Layer, key: str, value: Any, known: frozenset[str]) -> Iterator[str]:
    name = value.get("class_name") if isinstance(value, dict) else value
    if name is None:
        return
    # As a text, 'zeros' stands for the class 'Zeros'.
    plain = camel_case(str(name))
    if plain not in known and plain[:1].upper() + plain[1:] not in known:
        yield f"TensorFlow.js 4.2.0 has no {key} '{str(name)[:80]}' (layer '{layer.name}')."


def _input_shape(
    layers: tuple[Layer, ...], sequential: bool, reasons: list[str]
) -> list[Any] | None:
    for layer in layers:
        if layer.class_name == "InputLayer" and "batch_input_shape" not in layer.config:
            keras3 = " (it has 'batch_shape', the Keras 3 form)"
            found = keras3 if "batch_shape" in layer.config else ""
            reasons.append(
                f"The InputLayer '{layer.name}' has no 'batch_input_shape'{found}; TensorFlow.js"
                ' says "An InputLayer should be passed either a `batchInputShape` or an'
                ' `inputShape`".'
            )
            return None
    holders = layers[:1] if sequential else layers
    for layer in holders:
        shape = layer.config.get("batch_input_shape")
        if isinstance(shape, list):
            return shape
    reasons.append("The first layer has no 'batch_input_shape', so the model's input is unknown.")
    return None


def _width(layers: tuple[Layer, ...]) -> int | None:
    by_name = {layer.name: layer for layer in layers}
    layer, position = layers[-1], len(layers) - 1
    for _ in layers:
        if layer.class_name not in _KEEPS_WIDTH:
            break
        if layer.feeds is None:
            position -= 1
            if position < 0:
                return None
            layer = layers[position]
        else:
            source = by_name.get(layer.feeds[0]) if layer.feeds else None
            if source is None:
                return None
            layer, position = source, layers.index(source)
    width = layer.config.get("units")
    if layer.class_name == "Reshape":
        target = layer.config.get("target_shape")
        width = target[0] if isinstance(target, list) and len(target) == 1 else None
    return width if type(width) is int else None


def _is_softmax(layer: Layer) -> bool:
    activation = layer.config.get("activation")
    if isinstance(activation, dict):
        activation = activation.get("class_name")
    return layer.class_name == "Softmax" or activation == "softmax"
