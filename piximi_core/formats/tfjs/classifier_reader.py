"""Read a classifier that Piximi or another TensorFlow.js program wrote, without trusting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.layers_model import build_model, set_weights
from piximi_core.formats.tfjs.manifest import read_arrays
from piximi_core.formats.tfjs.metadata import (
    METADATA_KEYS,
    ClassifierMetadata,
    InputShape,
    OptimizerSettings,
    PreprocessSettings,
)
from piximi_core.formats.tfjs.model_files import ModelFiles, open_model_files

__all__ = ["Classifier", "read_classifier", "same_predictions"]


@dataclass(frozen=True)
class Classifier:
    """A model and what Piximi knows of it.

    Attributes
    ----------
    model : tf_keras.Model
        Not compiled; ``[N,H,W,C]`` float32 to ``[N,K]`` probabilities.
    metadata : ClassifierMetadata
    metadata_in_file : bool
        False if the file had none: then the input size stems from the model, and the class names
        from a ``metadata.json`` or are numbers.
    """

    model: Any
    metadata: ClassifierMetadata
    metadata_in_file: bool = True


def read_classifier(source: Path | Sequence[Path]) -> Classifier:
    """Read a classifier that this program, Piximi or another TensorFlow.js program wrote.

    Only layers of an allow-list are built, and no file can take more memory than its size
    justifies. Several shards and quantised weights are read.

    Parameters
    ----------
    source : Path or sequence of Path
        A description (weights beside it), a zip, a folder, or all files.

    Raises
    ------
    BadInput
        One sentence: what is wrong with which file.
    """
    files = open_model_files(source)
    try:
        arrays = read_arrays(files.names, files.entries, files.weights)
        model = build_model(files.document, files.entries)
        set_weights(model, arrays)
        return _with_metadata(model, files)
    except BadInput as error:
        raise BadInput(
            "The classifier '{files}' cannot be read: {error}", files=files.label, error=error
        ) from error


def same_predictions(
    model: Any, source: Path | Sequence[Path], images: NDArray[np.float32]
) -> float:
    """Compare a model in memory with its files, on pictures that are already preprocessed.

    Parameters
    ----------
    model : tf_keras.Model
    source : Path or sequence of Path
        As for `read_classifier`.
    images : ndarray, float32 [N,H,W,C]

    Returns
    -------
    float
        The largest absolute difference of a probability; 0.0 without images.
    """
    if len(images) == 0:
        return 0.0
    read = read_classifier(source).model
    expected = np.asarray(model.predict(images, verbose=0))
    found = np.asarray(read.predict(images, verbose=0))
    return float(np.max(np.abs(expected.astype(np.float64) - found)))


def _with_metadata(model: Any, files: ModelFiles) -> Classifier:
    _, height, width, channels = model.input_shape
    outputs = model.output_shape[-1]
    if not any(key in files.document for key in METADATA_KEYS):
        guessed = ClassifierMetadata(
            preprocess=PreprocessSettings(
                input_shape=InputShape(height=height, width=width, channels=channels)
            ),
            classes=files.labels or tuple(str(index) for index in range(outputs)),
            optimizer=OptimizerSettings(learning_rate=0.001, epochs=10),
        )
        _check_classes(guessed.classes, outputs)
        return Classifier(model, guessed, metadata_in_file=False)
    metadata = ClassifierMetadata.from_document(files.document)
    shape = metadata.preprocess.input_shape
    if (shape.height, shape.width, shape.channels) != (height, width, channels):
        raise BadInput("its 'inputShape' is not the input of its model.")
    _check_classes(metadata.classes, outputs)
    return Classifier(model, metadata)


def _check_classes(classes: Sequence[str], outputs: int) -> None:
    if len(classes) != outputs:
        raise BadInput(
            "it names {count} classes, but its model has {outputs}.",
            count=len(classes),
            outputs=outputs,
        )
