"""What a foreign classifier is, told before it is brought in: its sort, classes and input.

Nothing is built, so a look is quick and safe; what would be refused later is refused here where
the description alone can tell. TensorFlow is not imported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.allow_list import clean_topology
from piximi_core.formats.tfjs.metadata import METADATA_KEYS, ClassifierMetadata, CropSchema
from piximi_core.formats.tfjs.model_files import ModelFiles, open_model_files
from piximi_core.formats.tfjs.topology_rules import Topology, read_topology
from piximi_core.messages import Message

__all__ = ["ModelLook", "ModelSort", "ValueRange", "look_at_files", "look_at_model"]

_MOST_CLASSES = 1000


class ModelSort(StrEnum):
    """Which program a classifier's files come from."""

    PIXIMI = "Piximi"
    PLAIN = "TensorFlow.js"
    TEACHABLE = "Teachable Machine"


class ValueRange(StrEnum):
    """Which numbers a network takes for black and white."""

    UNIT = "0..1"
    SIGNED = "-1..1"
    RAW = "raw"


@dataclass(frozen=True)
class ModelLook:
    """What a person is told of a classifier.

    Attributes
    ----------
    sort
        Where its files come from.
    name
        What to call it.
    classes
        Names in the order of the outputs; numbers where the files have no names.
    named
        Whether the files name the classes.
    input_shape
        Height, width and channels.
    parameters
        Numbers in its weights.
    values
        The numbers it takes; a guess unless `values_known`.
    values_known
        Whether the files say so, or the sort of file implies it.
    metadata
        Piximi's blocks, None without them.
    notes
        Sentences on what a person should know.
    """

    sort: ModelSort
    name: str
    classes: tuple[str, ...]
    named: bool
    input_shape: tuple[int, int, int]
    parameters: int
    values: ValueRange
    values_known: bool
    metadata: ClassifierMetadata | None
    notes: tuple[str, ...]


def look_at_model(source: Path | Sequence[Path]) -> ModelLook:
    """Say what the files of a classifier hold.

    Parameters
    ----------
    source
        As for `open_model_files`.

    Raises
    ------
    BadInput
        One sentence: what is wrong with which file.
    """
    return look_at_files(open_model_files(source))


def look_at_files(files: ModelFiles) -> ModelLook:
    """Say what files that are open hold; errors as for `look_at_model`."""
    try:
        return _look(files)
    except BadInput as error:
        raise BadInput(
            "The classifier '{files}' cannot be read: {error}", files=files.label, error=error
        ) from error


def _look(files: ModelFiles) -> ModelLook:
    _refuse_keras_3(files.document)
    clean = clean_topology(files.document.get("modelTopology"))
    topology, reasons = read_topology(files.document)
    if topology is None:
        raise BadInput.saying(reasons[0])
    shape = _input_shape(topology)
    outputs = _outputs(topology, files)
    metadata, notes = _blocks(files.document)
    if metadata is not None:
        notes += _block_notes(metadata, shape)
    sort = ModelSort.PIXIMI if metadata is not None else ModelSort.PLAIN
    if files.labels is not None or _looks_teachable(clean):
        sort = ModelSort.TEACHABLE
        notes.append(
            Message(
                "Teachable Machine cuts the middle square out of each picture; here, as in "
                "Piximi, the"
                " whole picture is stretched to the input, so pictures that are not square look"
                " different to it."
            )
        )
    named = files.labels or (metadata.classes if metadata else None) or _names(files.document)
    if named is not None and len(named) != outputs:
        raise BadInput(
            "it names {count} classes, but its model has {outputs}.",
            count=len(named),
            outputs=outputs,
        )
    values = _values(sort, metadata)
    return ModelLook(
        sort=sort,
        name=files.name,
        classes=tuple(named or (str(index) for index in range(outputs))),
        named=named is not None,
        input_shape=shape,
        parameters=sum(math.prod(entry.shape) for entry in files.entries),
        values=values,
        values_known=files.labels is not None or metadata is not None,
        metadata=metadata,
        notes=tuple(notes),
    )


def _refuse_keras_3(document: Mapping[str, Any]) -> None:
    """Name Keras 3 for what it is: its layers have other settings than TensorFlow.js reads.

    TensorFlow.js 4 does not load such files either ("An InputLayer should be passed either a
    `batchInputShape` or an `inputShape`").
    """
    topology = document.get("modelTopology")
    topology = topology if isinstance(topology, dict) else {}
    network = topology.get("model_config", topology)
    config = network.get("config") if isinstance(network, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    said = str(topology.get("keras_version") or document.get("generatedBy") or "")
    is_new = bool(re.match(r"(keras v)?3\.", said)) or any(
        "registered_name" in layer and "module" in layer and "batch_shape" in str(layer)[:2000]
        for layer in (layers if isinstance(layers, list) else [])[:1]
        if isinstance(layer, dict)
    )
    if is_new:
        raise BadInput(
            "it was saved by Keras 3, whose layers neither TensorFlow.js nor Piximi reads;"
            " save the model with Keras 2 (the package tf_keras) and convert it again."
        )


def _input_shape(topology: Topology) -> tuple[int, int, int]:
    shape = topology.input_shape
    whole = shape is not None and all(type(n) is int and n > 0 for n in shape[1:])
    if shape is None or len(shape) != 4 or not whole:
        raise BadInput(
            "its input is {shape}, but a classifier of images takes"
            " [null, height, width, channels] with fixed sizes.",
            shape=shape or "unknown",
        )
    height, width, channels = shape[1:]
    return height, width, channels


def _outputs(topology: Topology, files: ModelFiles) -> int:
    """Count the classes: by the last layer's settings, else by the last weights."""
    found = topology.outputs
    if found is None:
        widths = {entry.name.rpartition("/")[0]: entry.shape[-1:] for entry in files.entries}
        ends = [widths[layer.name] for layer in topology.layers if layer.name in widths]
        found = ends[-1][0] if ends and ends[-1] else 0
    if found < 2:
        raise BadInput(
            "it has {found} output(s), but a classifier tells at least two classes apart by one"
            " output each.",
            found=found,
        )
    if found > _MOST_CLASSES:
        raise BadInput(
            "it tells {found} classes apart; more than {most_classes} is refused.",
            found=found,
            most_classes=_MOST_CLASSES,
        )
    return found


def _blocks(document: Mapping[str, Any]) -> tuple[ClassifierMetadata | None, list[str]]:
    """Read Piximi's blocks; damaged ones are left out, as Piximi does, but said."""
    if not any(key in document for key in METADATA_KEYS):
        return None, []
    try:
        return ClassifierMetadata.from_document(document), []
    except BadInput as error:
        return None, [
            Message("Its Piximi settings cannot be used and are left out: {error}", error=error)
        ]


def _block_notes(metadata: ClassifierMetadata, shape: tuple[int, int, int]) -> list[str]:
    notes: list[str] = []
    said = metadata.preprocess.input_shape
    if (said.height, said.width, said.channels) != shape:
        notes.append(
            Message(
                "Its settings name another input size than its network has; the network's is used."
            )
        )
    if metadata.preprocess.crop_schema is CropSchema.MATCH:
        notes.append(
            Message(
                "It was trained on pictures cropped to the input; here the whole picture is "
                "stretched"
                " to it, so answers may differ."
            )
        )
    if not metadata.preprocess.rescale:
        notes.append(
            Message(
                "It takes raw values, which Piximi rounds after resizing; here they are not "
                "rounded,"
                " so probabilities may differ in the third digit."
            )
        )
    return notes


def _names(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the class names alone, where the other blocks are damaged."""
    names = document.get("classes")
    if isinstance(names, list) and names and all(isinstance(name, str) for name in names):
        return tuple(names)
    return None


def _values(sort: ModelSort, metadata: ClassifierMetadata | None) -> ValueRange:
    if sort is ModelSort.TEACHABLE:
        return ValueRange.SIGNED
    raw = metadata is not None and not metadata.preprocess.rescale
    return ValueRange.RAW if raw else ValueRange.UNIT


def _looks_teachable(topology: dict[str, Any]) -> bool:
    """Whether it is a backbone and a head, each a Sequential, as Teachable Machine nests them."""
    layers = topology["config"]["layers"]
    nested = [layer["class_name"] == "Sequential" for layer in layers]
    if topology["class_name"] != "Sequential" or nested != [True, True]:
        return False
    return bool(layers[0]["config"]["layers"][0]["class_name"] == "Functional")
