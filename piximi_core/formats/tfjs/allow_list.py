"""Which layers a foreign classifier may hold, and what of their settings is used.

A model file is a program. Keras would import modules and run pickled code that its JSON names, so
nothing of a foreign topology reaches Keras but what is listed here: known layers, their known
settings, and in them numbers, texts and lists. TensorFlow is not imported here.
"""

from __future__ import annotations

import re
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.messages import Message

__all__ = ["ALLOWED_LAYERS", "clean_topology"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALLOWED_LAYERS = _words(
    """
    InputLayer Dense Flatten Reshape Permute Dropout Activation Conv2D Conv2DTranspose
    SeparableConv2D DepthwiseConv2D Cropping2D UpSampling2D ZeroPadding2D MaxPooling2D
    AveragePooling2D GlobalMaxPooling2D GlobalAveragePooling2D BatchNormalization
    LayerNormalization Add Average Concatenate Maximum Minimum Multiply ELU LeakyReLU PReLU ReLU
    Softmax ThresholdedReLU GaussianNoise GaussianDropout AlphaDropout Rescaling Resizing CenterCrop
    """
)
_NETWORKS = frozenset({"Sequential", "Functional", "Model"})
_ACTIVATIONS = _words(
    """
    elu hard_sigmoid linear relu relu6 selu sigmoid softmax log_softmax softplus softsign swish mish
    tanh
    """
)
# Only these reach Keras; initialisers do not, since every weight is set from the file, and
# penalties and constraints do not, since they belong to a training.
_SETTINGS = _words(
    """
    activation alpha axis batch_input_shape center crop_to_aspect_ratio cropping data_format
    depth_multiplier dilation_rate dims epsilon filters groups height interpolation kernel_size
    max_value momentum name negative_slope offset output_padding padding pool_size rate scale
    shared_axes size stddev strides target_shape theta threshold trainable units use_bias width
    """
)
_NAME = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._/]{0,254}")
_MAX_LAYERS = 5_000
_MAX_NESTING = 4


def clean_topology(topology: Any) -> dict[str, Any]:
    """Rebuild a model's topology from nothing but what is allowed.

    Parameters
    ----------
    topology : object
        `modelTopology` of a description, bare or wrapped in `model_config`.

    Returns
    -------
    dict
        ``{"class_name": "Sequential" | "Functional", "config": {...}}`` in Keras 2 form.

    Raises
    ------
    BadInput
        For a layer or activation that is not on the list, by name, or a broken structure.
    """
    if isinstance(topology, dict) and isinstance(topology.get("model_config"), dict):
        topology = topology["model_config"]
    return _network(topology, 0)


def _network(network: Any, depth: int) -> dict[str, Any]:
    found = network.get("class_name") if isinstance(network, dict) else None
    if not isinstance(found, str) or found not in _NETWORKS:
        raise BadInput(
            "The model is of the sort '{sort}'; only Sequential and Functional load.",
            sort=str(found)[:80],
        )
    if depth > _MAX_NESTING:
        raise BadInput("The model nests models in models too deeply.")
    config = network.get("config")
    if isinstance(config, list):
        config = {"layers": config}
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(config, dict) or not isinstance(layers, list) or not layers:
        raise BadInput("The model's topology lists no layers.")
    if len(layers) > _MAX_LAYERS:
        raise BadInput(
            "The model has {count} layers; more than {max_layers} is refused.",
            count=len(layers),
            max_layers=_MAX_LAYERS,
        )
    sequential = network["class_name"] == "Sequential"
    # Sequential models of old TensorFlow.js have no name of their own.
    cleaned: dict[str, Any] = {"name": _name(config.get("name", "classifier")), "layers": []}
    known: set[str] = set()
    for item in layers:
        layer, name = _layer(item, depth)
        if not sequential:
            layer |= {"name": name, "inbound_nodes": _connections(item, name, known)}
        known.add(name)
        cleaned["layers"].append(layer)
    if not sequential:
        for key in ("input_layers", "output_layers"):
            cleaned[key] = [_reference(item, known) for item in _list(config.get(key), key)]
    return {"class_name": "Sequential" if sequential else "Functional", "config": cleaned}


def _layer(layer: Any, depth: int) -> tuple[dict[str, Any], str]:
    if not isinstance(layer, dict) or not isinstance(layer.get("class_name"), str):
        raise BadInput("A layer of the model has no class name.")
    class_name = layer["class_name"]
    if class_name in _NETWORKS:
        network = _network(layer, depth + 1)
        return network, network["config"]["name"]
    if class_name not in ALLOWED_LAYERS:
        raise BadInput(
            "The model holds a layer of the sort '{class_name}', which is not loaded: only"
            " plain layers of image classifiers are, since others can run foreign code.",
            class_name=class_name[:80],
        )
    config = layer.get("config")
    if not isinstance(config, dict):
        raise BadInput("A layer of the sort {class_name} has no settings.", class_name=class_name)
    name = _name(config.get("name"))
    return {"class_name": class_name, "config": _settings(config, name)}, name


def _connections(layer: dict[str, Any], name: str, earlier: set[str]) -> list[list[list[Any]]]:
    """Take the calls of a layer: none for an input, else one, fed by layers listed before it.

    Keras would wait forever for a layer that feeds itself, or for a call that never comes.
    """
    nodes = _list(layer.get("inbound_nodes"), Message("inbound_nodes of '{name}'", name=name))
    if len(nodes) != (0 if layer["class_name"] == "InputLayer" else 1):
        raise BadInput(
            "The layer '{name}' is used {count} times; only flat graphs load.",
            name=name,
            count=len(nodes),
        )
    # The fourth part, keyword arguments of the call, is not taken over.
    cleaned = [
        [
            [*_reference(item, earlier), {}]
            for item in _list(node, Message("inbound_nodes of '{name}'", name=name))
        ]
        for node in nodes
    ]
    if not all(cleaned):
        raise BadInput("The layer '{name}' is fed by no other layer.", name=name)
    return cleaned


def _settings(config: dict[str, Any], name: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in config.items():
        if key == "activation":
            kept[key] = _activation(value)
        elif key in _SETTINGS:
            kept[key] = _plain(value, Message("'{key}' of the layer '{name}'", key=key, name=name))
    kept["name"] = name
    kept["dtype"] = "float32"
    return kept


def _activation(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("class_name")
    if value is None:
        return "linear"
    known = str(value)
    # TensorFlow.js writes hardSigmoid and logSoftmax in either form.
    known = re.sub(r"(?<=[a-z])([A-Z])", lambda match: "_" + match[1].lower(), known)
    if known not in _ACTIVATIONS:
        raise BadInput(
            "The model uses the activation '{known}', which is not loaded.", known=known[:80]
        )
    return known


def _plain(value: Any, where: str) -> Any:
    if isinstance(value, list) and len(value) <= 64:
        return [_plain(item, where) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str) and len(value) <= 64:
        return value
    raise BadInput("The setting {where} is neither number, text nor list.", where=where)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BadInput(
            "The layer name {value!r} is not one TensorFlow.js accepts.", value=str(value)[:80]
        )
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput("The model's topology is broken: {where} is no list.", where=where)
    return value


def _reference(value: Any, known: set[str]) -> list[Any]:
    """Check ``[layer name, 0, 0, ...]``, the only output of a layer that is used once."""
    if not isinstance(value, list) or len(value) < 3 or value[1:3] != [0, 0]:
        raise BadInput("The model's topology is broken: a connection is not [name, 0, 0].")
    name = _name(value[0])
    if name not in known:
        raise BadInput(
            "The model's topology is broken: no layer '{name}' comes before its use.", name=name
        )
    return [name, 0, 0]
