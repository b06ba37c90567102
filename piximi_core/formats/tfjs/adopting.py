"""A foreign classifier made one of ours: flat, fed with 0…1, ending in probabilities.

Predicting, training and exporting then treat it like any other; what was changed is told in notes.
TensorFlow is imported when a function runs, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.allow_list import clean_topology
from piximi_core.formats.tfjs.flatten import flat_topology
from piximi_core.formats.tfjs.layers_model import build_topology, set_weights
from piximi_core.formats.tfjs.manifest import read_arrays
from piximi_core.formats.tfjs.metadata import (
    ClassifierMetadata,
    InputShape,
    OptimizerSettings,
    PreprocessSettings,
)
from piximi_core.formats.tfjs.model_files import open_model_files
from piximi_core.formats.tfjs.model_look import ModelLook, ValueRange, look_at_files
from piximi_core.messages import Message

__all__ = ["AdoptedClassifier", "adopt_classifier"]

_SCORES = frozenset({None, "linear", "log_softmax"})


@dataclass(frozen=True)
class AdoptedClassifier:
    """A foreign classifier as one of ours.

    Attributes
    ----------
    model : tf_keras.Model
        Flat, not compiled; ``[N,H,W,C]`` float32 in 0…1 to ``[N,K]`` probabilities.
    metadata : ClassifierMetadata
        What an export of it says.
    look : ModelLook
        What the files held.
    notes : tuple of str
        What was changed, and what a person should know.
    """

    model: Any
    metadata: ClassifierMetadata
    look: ModelLook
    notes: tuple[str, ...]


def adopt_classifier(
    source: Path | Sequence[Path],
    *,
    values: ValueRange | None = None,
    channels: int | None = None,
    bit_depth: int = 8,
) -> AdoptedClassifier:
    """Read a foreign classifier and make it one of ours.

    Its own scaling of values becomes a layer, which is exact also where zeros are padded around
    the picture; a classifier of RGB gets grey pictures as three equal channels.

    Parameters
    ----------
    source
        As for `read_classifier`.
    values
        Which numbers it takes; what its files say or suggest by default.
    channels
        Of the pictures at hand.
    bit_depth
        Of the pictures at hand: what the largest raw value is.

    Raises
    ------
    BadInput
        One sentence: what is wrong with which file.
    """
    files = open_model_files(source)
    look = look_at_files(files)
    try:
        values = values or look.values
        notes = [*look.notes, *_value_notes(values)]
        height, width, takes = look.input_shape
        copies = takes if takes > 1 and channels == 1 else 1
        if copies > 1:
            notes.append(
                Message(
                    "It takes {takes} channels; grey pictures are given to it {takes} times.",
                    takes=takes,
                )
            )
        topology = flat_topology(
            clean_topology(files.document.get("modelTopology")),
            (height, width, 1 if copies > 1 else takes),
            front=_front(values, bit_depth),
            copies=copies,
        )
        notes += _end_in_softmax(topology)
        arrays = read_arrays(files.names, files.entries, files.weights)
        model = build_topology(topology, files.entries)
        if model.output_shape[-1] != len(look.classes):
            raise BadInput(
                "it names {count} classes, but its model has {outputs}.",
                count=len(look.classes),
                outputs=model.output_shape[-1],
            )
        set_weights(model, arrays)
        _try_out(model)
    except BadInput as error:
        raise BadInput(
            "The classifier '{files}' cannot be read: {error}", files=files.label, error=error
        ) from error
    shape = InputShape(height=height, width=width, channels=model.input_shape[-1])
    return AdoptedClassifier(model, _metadata(look, shape), look, tuple(notes))


def _try_out(model: Any) -> None:
    """Let the network answer once: not everything that can be built can be computed."""
    try:
        answer = model(np.full((1, *model.input_shape[1:]), 0.5, np.float32), training=False)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise BadInput("its network cannot be computed ({reason}).", reason=reason) from error
    if not np.all(np.isfinite(answer.numpy())):
        raise BadInput("its answers are not numbers, so its weights are damaged.")


def _value_notes(values: ValueRange) -> list[str]:
    if values is ValueRange.SIGNED:
        return [Message("It takes values from -1 to 1: a layer in front turns 0 to 1 into these.")]
    if values is ValueRange.RAW:
        return [Message("It takes raw values: a layer in front turns 0 to 1 into these.")]
    return []


def _front(values: ValueRange, bit_depth: int) -> list[dict[str, Any]]:
    """Return the layer that turns 0…1 into what the network takes.

    A layer rather than other weights: zeros that a first layer pads around the picture stand for
    grey there, which no weights could say.
    """
    scales = {
        ValueRange.SIGNED: {"scale": 2.0, "offset": -1.0},
        ValueRange.RAW: {"scale": float(2**bit_depth - 1), "offset": 0.0},
    }
    found = scales.get(values)
    return [{"class_name": "Rescaling", "config": {"name": "values", **found}}] if found else []


def _end_in_softmax(topology: dict[str, Any]) -> list[str]:
    """Let the network end in probabilities; say so if it did not."""
    layers = topology["config"]["layers"]
    sequential = topology["class_name"] == "Sequential"
    end = layers[-1]["config"]["name"] if sequential else topology["config"]["output_layers"][0][0]
    last = next(layer for layer in layers if layer["config"]["name"] == end)
    activation = last["config"].get("activation")
    if last["class_name"] == "Softmax" or activation == "softmax":
        return []
    if activation not in _SCORES or "activation" not in last["config"]:
        raise BadInput(
            "its last layer '{end}' gives no probabilities of classes that exclude each other"
            " (softmax); only such classifiers are loaded.",
            end=end,
        )
    last["config"]["activation"] = "softmax"
    return [Message("Its last layer gives scores; a softmax turns them into probabilities.")]


def _metadata(look: ModelLook, shape: InputShape) -> ClassifierMetadata:
    if look.metadata is None:
        return ClassifierMetadata(
            preprocess=PreprocessSettings(input_shape=shape),
            classes=look.classes,
            optimizer=OptimizerSettings(learning_rate=0.001, epochs=10),
        )
    known = look.metadata
    optimizer = OptimizerSettings(
        learning_rate=known.optimizer.learning_rate,
        loss_function=known.optimizer.loss_function,
        optimization_algorithm=known.optimizer.optimization_algorithm,
        epochs=known.optimizer.epochs,
        batch_size=known.optimizer.batch_size,
    )
    # Scaling is a layer now, and metrics other than the default keep Piximi from opening it.
    preprocess = PreprocessSettings(
        input_shape=shape,
        shuffle=known.preprocess.shuffle,
        batch_size=known.preprocess.batch_size,
    )
    return ClassifierMetadata(preprocess=preprocess, classes=look.classes, optimizer=optimizer)
