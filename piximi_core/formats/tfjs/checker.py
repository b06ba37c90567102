"""Does Piximi 1.1.4 open these files, predict with them and show their class names?

A strict re-implementation of what it does on "Load model": choosing files, pairing them inside a
zip, TensorFlow.js 4.2.0's loading, and the decoding of Piximi's own blocks. Piximi itself only
says "Failed to upload models"; here every refusal has its reason. Pure Python, no TensorFlow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.bundle import Bundle, StoredFile, parse_document
from piximi_core.formats.tfjs.layer_rules import Layer
from piximi_core.formats.tfjs.manifest import WeightEntry, manifest_reasons, parse_manifest
from piximi_core.formats.tfjs.metadata import METADATA_KEYS, Metric, metadata_reasons
from piximi_core.formats.tfjs.tfjs_rules import expected_weights
from piximi_core.formats.tfjs.topology_rules import Topology, read_topology

__all__ = ["check_for_piximi"]

# Piximi's own pattern: its dots are not escaped, so they match any character.
_ZIP_ENTRY = re.compile(r".json$|.weights.bin$")
# TensorFlow.js 4.2.0 raises "Unknown metric" for all others when Piximi compiles the model.
_COMPILES = frozenset(
    {
        Metric.BINARY_ACCURACY,
        Metric.CATEGORICAL_ACCURACY,
        Metric.CATEGORICAL_CROSS_ENTROPY,
        Metric.COSINE_PROXIMITY,
        Metric.PRECISION,
    }
)


def check_for_piximi(paths: Path | Sequence[Path]) -> list[str]:
    """List everything for which Piximi 1.1.4 would refuse a classifier or misuse it.

    Parameters
    ----------
    paths : Path or sequence of Path
        A zip; a description with its weights beside it; a folder of ``model.json`` and shards; or
        exactly the files a person would select together.

    Returns
    -------
    list of str
        One sentence for each reason; empty if Piximi opens it and can predict and retrain.

    Examples
    --------
    >>> check_for_piximi(Path("cells.zip"))  # doctest: +SKIP
    []
    """
    try:
        bundle = Bundle.open(paths)
        chosen, reasons = _zip_files(bundle) if bundle.is_zip else _loose_files(bundle)
        if chosen is None:
            return reasons
        description, weights = chosen
        document = parse_document(description)
    except BadInput as error:
        return [str(error)]
    except OSError as error:
        return [f"The files cannot be read ({error.strerror or error})."]
    return [*reasons, *_document_reasons(document, weights)]


Chosen = tuple[StoredFile, list[StoredFile]]


def _zip_files(bundle: Bundle) -> tuple[Chosen | None, list[str]]:
    """Pair description and weights as Piximi does: by the text before the first dot."""
    reasons = []
    models: dict[str, dict[str, StoredFile]] = {}
    for file in bundle.files:
        reasons += _zip_name_reasons(file)
        if not _ZIP_ENTRY.search(file.name) or _is_shadow(file):
            continue
        parts = file.name.split(".")
        sort = "description" if len(parts) > 1 and parts[1] == "json" else "weights"
        found = models.setdefault(parts[0], {})
        if sort in found:
            reasons.append(
                f"'{file.name}' is a second {sort} file of '{parts[0]}'; inside a zip Piximi takes"
                " one only."
            )
        found.setdefault(sort, file)
    if not models:
        return None, [*reasons, "The zip holds no '<name>.json' with '<name>.weights.bin'."]
    for name, found in models.items():
        if "description" not in found:
            reasons.append(f"Missing '.json' description file of the model '{name}'.")
        if "weights" not in found:
            reasons.append(f"Missing '.weights.bin' weights file of the model '{name}'.")
    complete = [found for found in models.values() if len(found) == 2]
    if len(complete) > 1:
        reasons.append(f"The zip holds {len(complete)} classifiers; one zip is one classifier.")
    if not complete:
        return None, reasons
    return (complete[0]["description"], [complete[0]["weights"]]), reasons


def _is_shadow(file: StoredFile) -> bool:
    return "__MACOSX" in file.name.split("/") or file.basename.startswith("._")


def _zip_name_reasons(file: StoredFile) -> list[str]:
    name = file.name
    if _is_shadow(file):
        return [
            f"The zip holds macOS' shadow file '{name}', which Piximi lists as a failed model; make"
            " the zip without it."
        ]
    if not _ZIP_ENTRY.search(name):
        if name.endswith(".bin"):
            return [
                f"Piximi does not see '{name}' inside a zip: weights must be one file called"
                " '<name>.weights.bin'; the converter's own file names work loose only."
            ]
        return [f"The zip also holds '{name}'; it must hold the two files of a classifier only."]
    if name.count(".") > (1 if name.endswith(".json") else 2):
        return [
            f"The name '{name}' has a dot too many: inside a zip Piximi takes the text before the"
            " first dot for the model's name."
        ]
    return []


def _loose_files(bundle: Bundle) -> tuple[Chosen | None, list[str]]:
    """Choose as Piximi's file dialog does: one description, everything else is weights."""
    descriptions = [file for file in bundle.files if file.name.endswith(".json")]
    weights = [file for file in bundle.files if not file.name.endswith(".json")]
    reasons = []
    if len(descriptions) > 1:
        names = ", ".join(f"'{file.name}'" for file in descriptions)
        reasons.append(f"There are several descriptions ({names}); Piximi takes the last one.")
    if not descriptions or not weights:
        reasons.append(
            "The selection must include one description (.json) and at least one weights file"
            " (.bin) that it names."
        )
        return None, reasons
    if descriptions[-1].name.startswith("."):
        reasons.append(f"'{descriptions[-1].name}' gives the model no name before its first dot.")
    return (descriptions[-1], weights), reasons


def _document_reasons(document: Mapping[str, Any], weights: Sequence[StoredFile]) -> list[str]:
    topology, reasons = read_topology(document)
    try:
        names, entries = parse_manifest(document)
    except BadInput as error:
        reasons.append(str(error))
    else:
        reasons += manifest_reasons(names, entries, weights)
        if topology is not None:
            reasons += _weight_reasons(topology, entries)
    if document.get("trainingConfig") is not None:
        reasons.append(
            "The key 'trainingConfig' is there; TensorFlow.js then compiles the model with it and"
            " fails when a value is missing, so leave it out."
        )
    wrong = metadata_reasons(document)
    reasons += wrong
    if topology is not None:
        reasons += _classifier_reasons(topology)
        if not wrong:
            reasons += _agreement_reasons(topology, document)
        elif not any(key in document for key in METADATA_KEYS):
            reasons += _fallback_reasons(topology)
    return reasons


def _weight_reasons(topology: Topology, entries: Sequence[WeightEntry]) -> list[str]:
    reasons = []
    wanted: dict[str, Layer] = {}
    opaque = set()
    for layer in topology.layers:
        found = expected_weights(layer.class_name, layer.config)
        if found is None:
            opaque.add(layer.name)
        for name in found or ():
            wanted[f"{layer.name}/{name}"] = layer
    missing = set(wanted)
    for entry in entries:
        name = entry.name
        if name not in wanted:
            # TensorFlow.js also tries the name without the part before the last.
            owner, _, weight = name.rpartition("/")
            name = f"{owner.rpartition('/')[0]}/{weight}"
        if name in missing:
            missing.discard(name)
            reasons += _shape_reasons(entry, name.rpartition("/")[2], wanted[name])
        elif entry.name.split("/")[0] not in opaque:
            reasons.append(_stray(entry.name, wanted))
    if missing:
        reasons.append(
            f"{len(missing)} of {len(wanted)} weights are not set: {', '.join(sorted(missing)[:5])}"
            " missing in the manifest."
        )
    return reasons


def _stray(name: str, wanted: Mapping[str, Layer]) -> str:
    if name.endswith(":0"):
        hint = "; names must not end in ':0'"
    elif any(name.endswith(f"/{known}") for known in wanted):
        hint = "; names must not begin with the model's name"
    else:
        hint = ""
    return f"The weight '{name}' belongs to no layer (\"no target variable\"){hint}."


def _shape_reasons(entry: WeightEntry, weight: str, layer: Layer) -> list[str]:
    """Compare what the settings alone tell of a shape; the rest depends on the layers before."""
    units = layer.config.get("units", layer.config.get("filters"))
    shape = entry.shape
    agrees = True
    if weight == "bias" and type(units) is int:
        agrees = shape == (units,)
    elif weight == "kernel" and layer.class_name == "Dense":
        agrees = len(shape) == 2 and shape[1] == units
    elif weight == "kernel" and layer.class_name == "Conv2D":
        size = layer.config.get("kernel_size")
        window = tuple(size) if isinstance(size, list) else (size, size)
        agrees = len(shape) == 4 and shape[:2] == window and shape[3] == units
    if agrees:
        return []
    return [f"The weight '{entry.name}' has the shape {list(shape)}, which does not fit its layer."]


def _classifier_reasons(topology: Topology) -> list[str]:
    reasons = []
    if not topology.softmax:
        reasons.append(
            f"The last layer '{topology.layers[-1].name}' is no softmax, so Piximi would take"
            " scores for probabilities."
        )
    if topology.outputs == 1:
        reasons.append("The model has one output; Piximi takes the largest of at least two.")
    shape = topology.input_shape
    if shape is not None and not (
        len(shape) == 4 and shape[0] is None and all(type(n) is int and n > 0 for n in shape[1:])
    ):
        reasons.append(
            f"The model's input {shape} is not [null, height, width, channels] with fixed sizes."
        )
    return reasons


def _agreement_reasons(topology: Topology, document: Mapping[str, Any]) -> list[str]:
    reasons = []
    count = len(document["classes"])
    if topology.outputs is not None and count != topology.outputs:
        reasons.append(
            f"'classes' has {count} names, but the model has {topology.outputs} outputs."
        )
    given = document["preprocessSettings"]["inputShape"]
    wanted = [given["height"], given["width"], given["channels"]]
    if topology.input_shape is not None and topology.input_shape[1:] != wanted:
        reasons.append(
            f"'inputShape' says height, width, channels {wanted}, but the model's input is"
            f" {topology.input_shape[1:]}."
        )
    for metric in document["optimizerSettings"]["metrics"]:
        if metric not in _COMPILES:
            reasons.append(
                f"The metric '{metric}' cannot be compiled by TensorFlow.js 4.2.0; write"
                " 'Categorical accuracy'."
            )
    return reasons


def _fallback_reasons(topology: Topology) -> list[str]:
    """Check what Piximi falls back on when a file has none of its blocks."""
    if "dense" in topology.layers[-1].name:
        return []
    return [
        f"The last layer '{topology.layers[-1].name}' has no 'dense' in its name, so Piximi, for"
        " lack of 'classes', finds no classes at all."
    ]
