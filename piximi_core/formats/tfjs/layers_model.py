"""A description and arrays back to a tf_keras model, from allowed layers only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.allow_list import clean_topology
from piximi_core.formats.tfjs.manifest import WeightEntry
from piximi_core.formats.tfjs.quiet import quiet

__all__ = ["build_model", "build_topology", "named_weights", "set_weights"]

_T = TypeVar("_T")

# A forged topology could ask for more memory than its small file suggests: one picture may take
# at most this many numbers in any layer (1 GiB of float32).
_MAX_ACTIVATION = 2**28


def build_model(document: Mapping[str, Any], entries: Sequence[WeightEntry]) -> Any:
    """Build the model a description describes, with weights not yet set.

    The model is first built as a graph, which takes no memory for weights, and compared with the
    manifest; only then for real.

    Parameters
    ----------
    document : mapping
        The parsed description; only `modelTopology` is used.
    entries : sequence of WeightEntry
        The manifest, which the topology must match exactly.

    Returns
    -------
    tf_keras.Model
        Not compiled.

    Raises
    ------
    BadInput
        If a layer is not allowed or topology and manifest disagree.
    """
    return build_topology(clean_topology(document.get("modelTopology")), entries)


def build_topology(topology: dict[str, Any], entries: Sequence[WeightEntry]) -> Any:
    """Build a model from what `clean_topology` let through; else as `build_model`."""
    import tensorflow as tf

    with quiet(), tf.Graph().as_default():
        # The draft's own: once a repeatable training ran in this process, TensorFlow refuses any
        # random layer, such as Dropout, in a graph without one.
        tf.random.set_seed(0)
        draft = _from_topology(topology)
        _check_shapes(draft, entries)
    return _from_topology(topology)


def set_weights(model: Any, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Set every weight of a model from arrays named as in the manifest."""
    by_owner = _by_owner(model, arrays)
    for name, variable in named_weights(model):
        variable.assign(by_owner[name])


def named_weights(model: Any) -> Iterator[tuple[str, Any]]:
    """Give ``layer/weight`` and the variable for each weight, in the order of the layers."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from named_weights(layer)
            continue
        for variable in layer.weights:
            yield f"{layer.name}/{variable.name.split('/')[-1].removesuffix(':0')}", variable


def _from_topology(topology: dict[str, Any]) -> Any:
    import tf_keras

    kind = tf_keras.Sequential if topology["class_name"] == "Sequential" else tf_keras.Model
    try:
        model = kind.from_config(topology["config"])
    except Exception as error:
        # Settings from outside make Keras raise anything, even what it asserts of itself.
        reason = " ".join(str(error).split())[:200]
        raise BadInput(
            "The model's layers do not fit together ({reason}).", reason=reason
        ) from error
    if not model.built or len(model.inputs) != 1 or len(model.outputs) != 1:
        raise BadInput("The model does not say its input size, or has several inputs or outputs.")
    return model


def _check_shapes(model: Any, entries: Sequence[WeightEntry]) -> None:
    """Compare a draft with the manifest and with what a picture may take; raise on any doubt."""
    _check_sizes(model)
    given = _by_owner(model, {entry.name: entry.shape for entry in entries})
    pairs = [(name, tuple(variable.shape)) for name, variable in named_weights(model)]
    wanted = dict(pairs)
    if len(given) != len(entries) or len(wanted) != len(pairs):
        raise BadInput("Two weights or two layers of the model have the same name.")
    for name, shape in wanted.items():
        if name not in given:
            raise BadInput("The weight '{name}' is missing in the manifest.", name=name)
        if given[name] != shape:
            raise BadInput(
                "The weight '{name}' has the shape {given} in the manifest, but its"
                " layer needs {shape}.",
                name=name,
                given=list(given[name]),
                shape=list(shape),
            )
    for name in given:
        if name not in wanted:
            raise BadInput("The weight '{name}' belongs to no layer of the model.", name=name)


def _check_sizes(model: Any) -> None:
    if len(model.input_shape) != 4 or len(model.output_shape) != 2:
        raise BadInput(
            "The model turns {input_shape} into {output_shape}; an image classifier"
            " turns [batch, height, width, channels] into [batch, classes].",
            input_shape=model.input_shape,
            output_shape=model.output_shape,
        )
    for layer in _flat_layers(model):
        shapes = layer.output_shape
        for shape in shapes if isinstance(shapes, list) else [shapes]:
            if None in shape[1:]:
                raise BadInput("The layer '{layer}' has no fixed size.", layer=layer.name)
            if math.prod(shape[1:]) > _MAX_ACTIVATION:
                raise BadInput(
                    "The layer '{layer}' needs too much memory for a picture.", layer=layer.name
                )


def _flat_layers(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _flat_layers(layer)
        else:
            yield layer


def _by_owner(model: Any, found: Mapping[str, _T]) -> dict[str, _T]:
    """Key by ``layer/weight``; the cell of ``layer/cell/weight`` goes, as in TensorFlow.js."""
    owners = {layer.name for layer in _flat_layers(model)}
    named = {}
    for name, value in found.items():
        owner, _, weight = name.rpartition("/")
        if owner not in owners:
            owner = owner.rpartition("/")[0]
        named[f"{owner}/{weight}"] = value
    return named
