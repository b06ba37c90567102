"""A model in memory to TensorFlow.js's description and bytes, through `tensorflowjs`."""

from __future__ import annotations

import contextlib
import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.quiet import quiet

__all__ = ["Converted", "convert"]

# One shard: Piximi's zip rule wants one weights file, and shards are cut afterwards.
_ONE_SHARD = 2**40
# What Keras adds for itself and TensorFlow.js skips; without it a file is smaller and says less
# about the program that wrote it.
_KERAS_ONLY = frozenset({"module", "registered_name", "build_config", "compile_config"})

Converted = tuple[dict[str, Any], list[dict[str, Any]], bytes]


def convert(model: Any, folder: Path) -> Converted:
    """Convert a model to Keras-2 style topology, a list of weights and their bytes.

    The result depends on the model only, not on what was built before in the same process: weights
    stand in the order of the layers, the model's own counter name is dropped.

    Parameters
    ----------
    model : tf_keras.Model
        Sequential or flat functional, softmax output.
    folder : Path
        An empty temporary folder.

    Returns
    -------
    tuple
        The description without its manifest, the manifest's entries (`name`, `shape`, `dtype`),
        and all weights, float32 little-endian, without gaps.

    Raises
    ------
    BadInput
        If the model cannot be converted.
    """
    with quiet(), _temporary_files_in(folder):
        from tensorflowjs.converters import save_keras_model

        output = folder / "converted"
        try:
            save_keras_model(model, str(output), weight_shard_size_bytes=_ONE_SHARD)
        except (TypeError, NotImplementedError) as error:
            raise BadInput(
                "The model '{model}' cannot be written for TensorFlow.js ({error}).",
                model=model.name,
                error=error,
            ) from error
    description = json.loads((output / "model.json").read_text("utf-8"))
    [group] = description.pop("weightsManifest")
    content = b"".join((output / name).read_bytes() for name in group["paths"])
    topology = description["modelTopology"]
    network = _without_keras_extras(topology["model_config"])
    network["config"]["name"] = "classifier"
    description["modelTopology"] = {
        "class_name": network["class_name"],
        "config": network["config"],
        "keras_version": topology["keras_version"],
        "backend": topology["backend"],
    }
    weights, content = _in_layer_order(model, group["weights"], content)
    _name_the_last_layer(description["modelTopology"], weights)
    ordered = {key: description[key] for key in ("modelTopology", "format", "generatedBy")}
    return {**ordered, "convertedBy": description["convertedBy"]}, weights, content


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Let the converter's own HDF5 file go where it is removed even when conversion fails."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _without_keras_extras(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_keras_extras(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, item in value.items():
        if key in _KERAS_ONLY:
            continue
        # Keras' `L2` is unknown to TensorFlow.js, and a finished classifier needs no penalty.
        kept[key] = None if key.endswith("_regularizer") else _without_keras_extras(item)
    return kept


def _in_layer_order(
    model: Any, weights: list[dict[str, Any]], content: bytes
) -> tuple[list[dict[str, Any]], bytes]:
    """Sort weights by layer: HDF5 sorts by name, and `conv2d_10` comes before `conv2d_9`."""
    pieces: dict[str, tuple[dict[str, Any], bytes]] = {}
    start = 0
    for entry in weights:
        size = 4 * math.prod(entry["shape"])
        pieces[entry["name"]] = (entry, content[start : start + size])
        start += size
    order = [weight.name.removesuffix(":0") for layer in model.layers for weight in layer.weights]
    if start != len(content) or sorted(order) != sorted(pieces):
        raise BadInput(
            "The weights of the model '{model}' cannot be matched with its layers; use a"
            " Sequential or a flat functional model with float32 weights.",
            model=model.name,
        )
    ordered = [pieces[name] for name in order]
    return [entry for entry, _ in ordered], b"".join(piece for _, piece in ordered)


def _name_the_last_layer(topology: dict[str, Any], weights: list[dict[str, Any]]) -> None:
    """Put `dense` into the name of the last layer, by which Piximi recognises a classifier."""
    layers = topology["config"]["layers"]
    old = layers[-1]["config"]["name"]
    if "dense" in old:
        return
    taken = {layer["config"]["name"] for layer in layers}
    new = f"dense_{old}"
    while new in taken:
        new = f"{new}_"
    layers[-1]["config"]["name"] = new
    if "name" in layers[-1]:
        layers[-1]["name"] = new
    for output in topology["config"].get("output_layers", []):
        if output[0] == old:
            output[0] = new
    for entry in weights:
        owner, _, rest = entry["name"].rpartition("/")
        if owner == old:
            entry["name"] = f"{new}/{rest}"
