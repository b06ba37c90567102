"""Whether TensorFlow.js 4.2.0 can rebuild a topology, and what Piximi needs of it.

Each rule is a row of the tables that were measured with the running library; each failure is one
sentence. Pure Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from piximi_core.formats.tfjs.layer_rules import Layer, name_reasons, setting_reasons
from piximi_core.formats.tfjs.tfjs_rules import NETWORKS
from piximi_core.messages import Message

__all__ = ["Topology", "read_topology"]

# These hand on the last axis as it is, so the number of classes stands further up.
_KEEPS_WIDTH = frozenset({"Activation", "Softmax", "Dropout", "BatchNormalization"})


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
        return None, [
            Message("The key 'modelTopology' is missing, so this describes no layers model.")
        ]
    if isinstance(topology.get("model_config"), dict):
        topology = topology["model_config"]
    reasons: list[str] = []
    layers = tuple(_network(topology, reasons, 0))
    if not layers:
        return None, reasons or [Message("The model's topology lists no layers.")]
    reasons += name_reasons(layers)
    for layer in layers:
        reasons += setting_reasons(layer)
    shape = _input_shape(layers, topology.get("class_name") == "Sequential", reasons)
    last = layers[-1]
    return Topology(layers, shape, _width(layers), _is_softmax(last)), reasons


def _network(network: Any, reasons: list[str], depth: int) -> Iterator[Layer]:
    class_name = _class_name(network)
    if class_name not in NETWORKS or depth > 10:
        reasons.append(
            Message(
                "The model is of the sort '{class_name}', not Sequential or Functional.",
                class_name=class_name[:80],
            )
        )
        return
    config = network.get("config")
    if isinstance(config, list):
        config = {"layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        reasons.append(Message("The {class_name} model lists no layers.", class_name=class_name))
        return
    ends = [] if class_name == "Sequential" else _ends(config, reasons)
    known = {_layer_name(entry) for entry in config["layers"]}
    for entry in config["layers"]:
        if _class_name(entry) in NETWORKS:
            yield from _network(entry, reasons, depth + 1)
            continue
        found = entry.get("config") if isinstance(entry, dict) else None
        if not isinstance(found, dict) or not _class_name(entry):
            reasons.append(Message("A layer has no 'class_name' or no 'config'."))
            continue
        feeds = None if class_name == "Sequential" else _feeds(entry, reasons)
        ends += feeds or ()
        yield Layer(entry["class_name"], _layer_name(entry), found, feeds)
    for end in ends:
        if end and end not in known:
            reasons.append(
                Message(
                    "The functional model connects a layer '{end}', which is not there.",
                    end=end[:80],
                )
            )


def _class_name(entry: Any) -> str:
    found = entry.get("class_name") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else ""


def _layer_name(entry: Any) -> str:
    config = entry.get("config") if isinstance(entry, dict) else None
    name = config.get("name", entry.get("name")) if isinstance(config, dict) else None
    return name if isinstance(name, str) else ""


def _ends(config: Mapping[str, Any], reasons: list[str]) -> list[str]:
    found = []
    for key in ("input_layers", "output_layers"):
        ends = config.get(key)
        if not isinstance(ends, list) or not ends:
            reasons.append(Message("The key '{key}' of the functional model is missing.", key=key))
        elif not all(isinstance(end, list) for end in ends):
            reasons.append(
                Message(
                    "'{key}' is flat as Keras 3 writes it ([\"name\", 0, 0]); TensorFlow.js needs"
                    ' the nested Keras 2 form ([["name", 0, 0]]).',
                    key=key,
                )
            )
        else:
            found += [_end(end, reasons) for end in ends]
    return found


def _feeds(entry: Mapping[str, Any], reasons: list[str]) -> tuple[str, ...]:
    nodes = entry.get("inbound_nodes", [])
    feeds = []
    for node in nodes if isinstance(nodes, list) else [None]:
        if not isinstance(node, list):
            reasons.append(
                Message(
                    "The connections ('inbound_nodes') of the layer '{layer}' are in the"
                    ' Keras 3 form; TensorFlow.js says "Corrupted configuration, expected array for'
                    ' nodeData".',
                    layer=entry.get("name"),
                )
            )
            continue
        if not node and entry.get("class_name") != "InputLayer":
            reasons.append(
                Message("The layer '{layer}' is fed by no other layer.", layer=entry.get("name"))
            )
        feeds += [_end(link, reasons) for link in node]
    return tuple(feeds)


def _end(link: Any, reasons: list[str]) -> str:
    """Take the layer's name out of ``["name", 0, 0, ...]``."""
    if (
        isinstance(link, list)
        and len(link) >= 3
        and isinstance(link[0], str)
        and all(type(index) is int and index >= 0 for index in link[1:3])
    ):
        return link[0]
    reasons.append(
        Message('A connection of the functional model is not of the form ["name", 0, 0].')
    )
    return ""


def _input_shape(
    layers: tuple[Layer, ...], sequential: bool, reasons: list[str]
) -> list[Any] | None:
    for layer in layers:
        if layer.class_name == "InputLayer" and "batch_input_shape" not in layer.config:
            keras3 = Message(" (it has 'batch_shape', the Keras 3 form)")
            found = keras3 if "batch_shape" in layer.config else ""
            reasons.append(
                Message(
                    "The InputLayer '{layer}' has no 'batch_input_shape'{found}; TensorFlow.js"
                    ' says "An InputLayer should be passed either a `batchInputShape` or an'
                    ' `inputShape`".',
                    layer=layer.name,
                    found=found,
                )
            )
            return None
    holders = layers[:1] if sequential else layers
    for layer in holders:
        shape = layer.config.get("batch_input_shape")
        if isinstance(shape, list):
            return shape
    reasons.append(
        Message("The first layer has no 'batch_input_shape', so the model's input is unknown.")
    )
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
