"""Whether TensorFlow.js 4.2.0 knows a layer and its settings, each failure in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piximi_core.formats.tfjs.tfjs_rules import (
    ACTIVATIONS,
    CONSTRAINTS,
    INITIALIZERS,
    LAYERS,
    REGULARIZERS,
    camel_case,
)
from piximi_core.messages import Message

__all__ = ["Layer", "name_reasons", "setting_reasons"]

_TENSOR_NAME = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._/]*")
_DTYPES = ("float32", "int32", "bool", "complex64", "string")
_KNOWN_ENDINGS = {
    "_initializer": INITIALIZERS,
    "_regularizer": REGULARIZERS,
    "_constraint": CONSTRAINTS,
}


@dataclass(frozen=True)
class Layer:
    """One layer: its class, name, settings, and the names of the layers it is fed by."""

    class_name: str
    name: str
    config: Mapping[str, Any]
    feeds: tuple[str, ...] | None


def name_reasons(layers: Sequence[Layer]) -> list[str]:
    """Say which layers have no name, another's name, or one TensorFlow.js refuses."""
    reasons: list[str] = []
    seen: set[str] = set()
    for layer in layers:
        if not layer.name:
            reasons.append(
                Message(
                    "A layer of the sort {class_name} has no name.", class_name=layer.class_name
                )
            )
        elif layer.name in seen:
            reasons.append(
                Message("Two layers are called '{layer}'; names must be unique.", layer=layer.name)
            )
        elif not _TENSOR_NAME.fullmatch(layer.name):
            reasons.append(
                Message(
                    "The layer name {layer!r} is not one TensorFlow.js accepts: letters,"
                    " digits, '-', '.' and '_' only.",
                    layer=layer.name[:80],
                )
            )
        seen.add(layer.name)
    return reasons


def setting_reasons(layer: Layer) -> Iterator[str]:
    """Say what of a layer and its settings TensorFlow.js 4.2.0 does not know."""
    if layer.class_name not in LAYERS:
        yield (
            Message(
                "TensorFlow.js 4.2.0 has no layer '{class_name}' (layer '{layer}');"
                " leave it out or replace it.",
                class_name=layer.class_name[:80],
                layer=layer.name,
            )
        )
        return
    if isinstance(layer.config.get("dtype"), dict):
        yield (
            Message(
                "The dtype of the layer '{layer}' is a Keras 3 policy object, with which"
                " predicting fails; it must be a text such as 'float32'.",
                layer=layer.name,
            )
        )
    elif layer.config.get("dtype", "float32") not in (*_DTYPES, None):
        yield Message(
            "The dtype {dtype!r} of the layer '{layer}' is unknown.",
            dtype=layer.config["dtype"],
            layer=layer.name,
        )
    if layer.class_name == "GlobalAveragePooling2D" and layer.config.get("keepdims"):
        yield Message(
            "The layer '{layer}' sets 'keepdims', which TensorFlow.js 4.2.0 ignores.",
            layer=layer.name,
        )
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
        yield Message(
            "TensorFlow.js 4.2.0 has no {key} '{name}' (layer '{layer}').",
            key=key,
            name=str(name)[:80],
            layer=layer.name,
        )
