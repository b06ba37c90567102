"""The three blocks Piximi keeps beside a model's topology: preprocessing, classes, optimizer.

Piximi 1.1.4 decodes them from the top level of the model's JSON and drops all of them when one
value has another spelling or type, after which the classifier can no longer predict there. So the
strings below are Piximi's own, to the letter. Nothing here imports TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, ValidationError
from pydantic.alias_generators import to_camel

from piximi_core.errors import BadInput

__all__ = [
    "METADATA_KEYS",
    "ClassifierMetadata",
    "CropSchema",
    "InputShape",
    "LossFunction",
    "Metric",
    "OptimizationAlgorithm",
    "OptimizerSettings",
    "PreprocessSettings",
    "metadata_reasons",
]

METADATA_KEYS = ("preprocessSettings", "classes", "optimizerSettings")


class CropSchema(StrEnum):
    """How a picture is brought to the input size: stretched, or padded and cropped."""

    NONE = "None"
    MATCH = "Match"


class OptimizationAlgorithm(StrEnum):
    """Piximi's optimizers; it trains ``Momentum`` as plain gradient descent."""

    ADADELTA = "Adadelta"
    ADAGRAD = "Adagrad"
    ADAM = "Adam"
    ADAMAX = "Adamax"
    MOMENTUM = "Momentum"
    RMSPROP = "RMSProp"
    SGD = "Stochastic gradient descent (SGD)"


class LossFunction(StrEnum):
    """Piximi's loss functions."""

    ABSOLUTE_DIFFERENCE = "Absolute difference"
    CATEGORICAL_CROSS_ENTROPY = "Categorical (softmax) cross entropy"
    HINGE = "Hinge"
    HUBER = "Huber"
    LOG = "Log"
    MEAN_SQUARED_ERROR = "Mean squared error (MSE)"
    SIGMOID_CROSS_ENTROPY = "Sigmoid cross entropy"


class Metric(StrEnum):
    """Piximi's metrics. Only ``CATEGORICAL_ACCURACY`` is safe to write: see ``checker``."""

    BINARY_ACCURACY = "Binary accuracy"
    BINARY_CROSS_ENTROPY = "Binary cros-sentropy"  # spelled like this in Piximi
    CATEGORICAL_ACCURACY = "Categorical accuracy"
    CATEGORICAL_CROSS_ENTROPY = "Categorical cross-entropy"
    COSINE_PROXIMITY = "Cosine proximity"
    MEAN_ABSOLUTE_ERROR = "Mean absolute error (MAE)"
    MEAN_ABSOLUTE_PERCENTAGE_ERROR = "Mean absolute percentage error"
    MEAN_SQUARED_ERROR = "Mean squared error"
    PRECISION = "Precision"
    RECALL = "Recall"
    SPARSE_CATEGORICAL_ACCURACY = "Sparse categorical accuracy"


def _number(value: Any) -> Any:
    """Let a JSON number through; pydantic alone would also take ``"32"`` and ``true``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("must be a number")
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


def _whole(value: Any) -> Any:
    """Like ``_number``, for values that count something; JSON does not tell 32.0 from 32."""
    value = _number(value)
    if value != int(value):
        raise ValueError("must be a whole number")
    return int(value)


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def _one_loss(value: Any) -> Any:
    """Take the first of a list or record of losses, which Piximi allows for several outputs."""
    losses = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(losses, list):
        return value
    if not losses or any(loss not in list(LossFunction) for loss in losses):
        raise ValueError("must be one of Piximi's loss functions")
    return losses[0]


def _names(value: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        raise ValueError("must be a list")
    return value


Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1)]
Text = Annotated[str, BeforeValidator(_text)]


class _Block(BaseModel):
    # Reading keeps quiet about keys it does not know, as Piximi does; they are not written again.
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True
    )


class InputShape(_Block):
    """The model's input in pixels; Piximi classifies one plane."""

    planes: Count = 1
    height: Count
    width: Count
    channels: Count


class PreprocessSettings(_Block):
    """What Piximi does to a picture before it reaches the model.

    ``rescale`` true feeds 0..1 (raw divided by ``2^depth - 1``), false feeds raw values.
    """

    input_shape: InputShape
    crop_schema: CropSchema = CropSchema.NONE
    num_crops: Whole = 1
    shuffle: StrictBool = True
    rescale: StrictBool = True
    batch_size: Count = 32


class OptimizerSettings(_Block):
    """How the classifier was trained, and how Piximi compiles it."""

    learning_rate: Number
    loss_function: Annotated[LossFunction, BeforeValidator(_one_loss)] = (
        LossFunction.CATEGORICAL_CROSS_ENTROPY
    )
    metrics: Annotated[tuple[Metric, ...], BeforeValidator(_names)] = (Metric.CATEGORICAL_ACCURACY,)
    optimization_algorithm: OptimizationAlgorithm = OptimizationAlgorithm.ADAM
    epochs: Whole
    batch_size: Count = 32


class ClassifierMetadata(_Block):
    """Piximi's three blocks of one classifier.

    Attributes
    ----------
    preprocess : PreprocessSettings
        Written as ``preprocessSettings``.
    classes : tuple of str
        Category names in the order of the model's outputs.
    optimizer : OptimizerSettings
        Written as ``optimizerSettings``.

    Examples
    --------
    >>> metadata = ClassifierMetadata(
    ...     preprocess=PreprocessSettings(input_shape=InputShape(height=28, width=28, channels=1)),
    ...     classes=("dog", "cat"),
    ...     optimizer=OptimizerSettings(learning_rate=0.001, epochs=10),
    ... )
    >>> metadata.to_document()["classes"]
    ['dog', 'cat']
    """

    # Aliases come from a generator: a type checker would take an explicit one for the only name.
    model_config = ConfigDict(
        alias_generator=lambda name: name if name == "classes" else f"{name}Settings",
    )

    preprocess: PreprocessSettings
    classes: Annotated[tuple[Text, ...], BeforeValidator(_names)]
    optimizer: OptimizerSettings

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Read the blocks from a model's JSON.

        Raises
        ------
        BadInput
            One sentence naming every value that is missing or wrong.
        """
        try:
            return cls.model_validate(_with_required(document))
        except ValidationError as error:
            raise BadInput.saying(" ".join(_sentences(error))) from None

    def to_document(self) -> dict[str, Any]:
        """The three top-level keys, in the order Piximi writes them, ready for ``json.dumps``."""
        return self.model_dump(mode="json", by_alias=True)


def metadata_reasons(document: Mapping[str, Any]) -> list[str]:
    """Say what Piximi would refuse in the three blocks of a model's JSON; empty if nothing."""
    try:
        ClassifierMetadata.model_validate(_with_required(document))
    except ValidationError as error:
        return _sentences(error)
    return []


# Defaults are for our own writing; in a file every key but `planes` must be there.
_REQUIRED = {
    "preprocessSettings": (
        "cropSchema",
        "numCrops",
        "inputShape",
        "shuffle",
        "rescale",
        "batchSize",
    ),
    "optimizerSettings": (
        "learningRate",
        "lossFunction",
        "metrics",
        "optimizationAlgorithm",
        "epochs",
        "batchSize",
    ),
}


class _Missing:
    """Stands for a key that a file lacks, so that no default takes its place."""


def _with_required(document: Mapping[str, Any]) -> dict[str, Any]:
    blocks = {key: document[key] for key in METADATA_KEYS if key in document}
    for block, keys in _REQUIRED.items():
        found = blocks.get(block)
        if isinstance(found, Mapping):
            blocks[block] = {**{key: _Missing() for key in keys}, **found}
    return blocks


def _sentences(error: ValidationError) -> list[str]:
    sentences = []
    for item in error.errors(include_url=False):
        # Python's own names are accepted too, but a file's reader knows only Piximi's.
        where = ".".join(str(part) for part in item["loc"])
        value = item["input"]
        if item["type"] == "missing" or isinstance(value, _Missing):
            sentences.append(f"The key '{where}' is missing; Piximi then drops all its settings.")
            continue
        wanted = item["msg"].removeprefix("Value error, ")
        wanted = wanted.replace("Input should be", "must be", 1)
        sentences.append(f"The value of '{where}' {wanted}, but is {_shown(value)}.")
    return sentences


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
