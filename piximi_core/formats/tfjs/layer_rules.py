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


def setting_reasons(layer: Layer) -> Iterator[str]:
    """Say what of a layer and its settings TensorFlow.js 4.2.0 does not know."""
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
