"""Read a classifier that Piximi or another TensorFlow.js program wrote, without trusting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.bundle import Bundle, StoredFile, parse_document
from piximi_core.formats.layers_model import build_model, set_weights
from piximi_core.formats.manifest import parse_manifest, read_arrays
from piximi_core.formats.metadata import (
    METADATA_KEYS,
    ClassifierMetadata,
    InputShape,
    OptimizerSettings,
    PreprocessSettings,
)

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
        False if the file had none: then input size and numeric class names stem from the model.
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
    bundle = Bundle.open(source)
    try:
        document, weights = _split(bundle)
        names, entries = parse_manifest(document)
        if len(names) < len(weights):
            weights = [file for file in weights if file.basename in names]
        arrays = read_arrays(names, entries, weights)
        model = build_model(document, entries)
        set_weights(model, arrays)
        return _with_metadata(model, document)
    except BadInput as error:
        raise BadInput(f"The classifier '{bundle.label}' cannot be read: {error}") from error


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


def _split(bundle: Bundle) -> tuple[dict[str, Any], list[StoredFile]]:
    """Find the description; everything else may be weights, except macOS' shadow files."""
    files = [file for file in bundle.files if not file.basename.startswith("._")]
    descriptions = [file for file in files if file.basename.lower().endswith(".json")]
    with_topology = [
        (file, document)
        for file in descriptions[:20]
        if "modelTopology" in (document := parse_document(file))
    ]
    if len(with_topology) != 1:
        found = "no" if not with_topology else "more than one"
        raise BadInput(f"it holds {found} .json that describes a layers model.")
    chosen, document = with_topology[0]
    return document, [file for file in files if file is not chosen and file not in descriptions]


def _with_metadata(model: Any, document: dict[str, Any]) -> Classifier:
    _, height, width, channels = model.input_shape
    outputs = model.output_shape[-1]
    if not any(key in document for key in METADATA_KEYS):
        guessed = ClassifierMetadata(
            preprocess=PreprocessSettings(
                input_shape=InputShape(height=height, width=width, channels=channels)
            ),
            classes=tuple(str(index) for index in range(outputs)),
            optimizer=OptimizerSettings(learning_rate=0.001, epochs=10),
        )
        return Classifier(model, guessed, metadata_in_file=False)
    metadata = ClassifierMetadata.from_document(document)
    shape = metadata.preprocess.input_shape
    if (shape.height, shape.width, shape.channels) != (height, width, channels):
        raise BadInput("its 'inputShape' is not the input of its model.")
    if len(metadata.classes) != outputs:
        raise BadInput(f"it names {len(metadata.classes)} classes, but its model has {outputs}.")
    return Classifier(model, metadata)
