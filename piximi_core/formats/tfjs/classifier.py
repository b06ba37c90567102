"""Write and read classifiers as Piximi 1.1.4 does: a description and one file of weights.

The writer works in a temporary folder beside the target, checks what it wrote (the strict checker,
a reading back, every weight compared), and only then renames; a failed check delivers nothing.
Other forms are packed from these two files (`packing`). TensorFlow is imported when a function
runs, not before.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.disk import flush_folder
from piximi_core.errors import BadInput
from piximi_core.formats.atomic import flushed_write, make_sure_of_room, put, workshop
from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.formats.tfjs.classifier_reader import Classifier, read_classifier, same_predictions
from piximi_core.formats.tfjs.convert import Converted, convert
from piximi_core.formats.tfjs.layers_model import named_weights
from piximi_core.formats.tfjs.metadata import ClassifierMetadata
from piximi_core.messages import Message

__all__ = [
    "Classifier",
    "as_document",
    "read_classifier",
    "same_predictions",
    "write_classifier",
]


def write_classifier(
    model: Any, metadata: ClassifierMetadata, folder: Path, stem: str
) -> tuple[Path, Path]:
    """Write ``<stem>.json`` and ``<stem>.weights.bin``, the loose pair.

    Parameters
    ----------
    model : tf_keras.Model
        Sequential or flat functional, float32, softmax output.
    metadata : ClassifierMetadata
    folder : Path
        Made if missing. A pair of the same name is replaced; its description goes first, so that
        no moment shows a description with the weights of another.
    stem : str
        Passed through `safe_stem`.

    Returns
    -------
    tuple of Path
        The description and the weights.

    Raises
    ------
    BadInput
        If the model is not one Piximi opens, in one sentence; nothing is written then.
    NoSpace
        If the disk is full; nothing is written then.
    """
    stem = safe_stem(stem)
    json_path, bin_path = folder / f"{stem}.json", folder / f"{stem}.weights.bin"
    with workshop(folder, Message("the classifier '{stem}'", stem=stem)) as room:
        written = _pair(model, metadata, room, stem)
        _verify(model, list(written))
        if json_path.exists():
            json_path.unlink()
            flush_folder(folder)
        put(written[1], bin_path)
        put(written[0], json_path)
    return json_path, bin_path


def _pair(model: Any, metadata: ClassifierMetadata, room: Path, stem: str) -> tuple[Path, Path]:
    description, weights, content = _converted(model, room)
    finished = room / "finished"
    finished.mkdir()
    json_path, bin_path = finished / f"{stem}.json", finished / f"{stem}.weights.bin"
    flushed_write(bin_path, content)
    flushed_write(json_path, _document(description, weights, [f"./{stem}.weights.bin"], metadata))
    return json_path, bin_path


def _converted(model: Any, room: Path) -> Converted:
    for name, variable in named_weights(model):
        if not np.all(np.isfinite(variable.numpy())):
            raise BadInput(
                "The weight '{name}' is not a finite number, so the training diverged and there"
                " is nothing to export; train again with a lower learning rate.",
                name=name,
            )
    # HDF5, the converter's output and the finished file, and what HDF5 adds for each array.
    arrays = [variable.numpy().nbytes for _, variable in named_weights(model)]
    make_sure_of_room(room, 3 * sum(arrays) + 2**14 * len(arrays) + 2**20)
    folder = room / "conversion"
    folder.mkdir()
    converted = convert(model, folder)
    shutil.rmtree(folder)
    return converted


def _document(
    description: dict[str, Any],
    weights: list[dict[str, Any]],
    paths: list[str],
    metadata: ClassifierMetadata,
) -> bytes:
    document = {
        **description,
        "weightsManifest": [{"paths": paths, "weights": weights}],
        **metadata.to_document(),
    }
    return as_document(document)


def as_document(document: dict[str, Any]) -> bytes:
    """Return a description as it stands in its file."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate in a class name cannot be UTF-8; Piximi gets a replacement character.
    return text.encode("utf-8", errors="replace")


def _verify(model: Any, source: Path | Sequence[Path]) -> None:
    """Refuse to deliver what Piximi would not open or what lost a single bit of a weight."""
    reasons = check_for_piximi(source)
    if reasons:
        raise BadInput("The export would not open in Piximi: {reasons}", reasons=reasons[0])
    read = read_classifier(source).model
    wanted = [variable.numpy() for _, variable in named_weights(model)]
    found = [variable.numpy() for _, variable in named_weights(read)]
    if len(wanted) != len(found) or not all(
        np.array_equal(a, b) for a, b in zip(wanted, found, strict=True)
    ):
        raise BadInput(
            "The export was not delivered: its weights, read back, differ from the model's."
        )
