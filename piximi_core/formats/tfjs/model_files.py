"""What lies in the files of a foreign classifier, before anything of it is built.

A description may come with Piximi's blocks, with the ``metadata.json`` of a Google Teachable
Machine, or alone. TensorFlow is not imported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.bundle import Bundle, StoredFile, parse_document
from piximi_core.formats.tfjs.manifest import WeightEntry, manifest_reasons, parse_manifest
from piximi_core.messages import Message

__all__ = ["ModelFiles", "open_model_files"]

_MOST_DESCRIPTIONS = 20
_TEACHABLE = "@teachablemachine/"
_METADATA = "metadata.json"
_LONGEST_NAME = 100


@dataclass(frozen=True)
class ModelFiles:
    """The files of one classifier.

    Attributes
    ----------
    label
        What to call them in a message.
    name
        What to call the classifier.
    document
        The parsed description.
    weights
        The files of weights that the description names.
    names, entries
        The manifest: base names of the weight files, and what is in them.
    labels
        Class names of a Teachable Machine's ``metadata.json``, else None.
    """

    label: str
    name: str
    document: Mapping[str, Any]
    weights: tuple[StoredFile, ...]
    names: tuple[str, ...]
    entries: tuple[WeightEntry, ...]
    labels: tuple[str, ...] | None


def open_model_files(source: Path | Sequence[Path]) -> ModelFiles:
    """Find description, weights and class names; nothing but JSON is read.

    Parameters
    ----------
    source
        A description (what belongs to it is sought beside it), a zip, a folder, or all files.

    Raises
    ------
    BadInput
        One sentence: what is wrong with which file.
    """
    bundle = Bundle.open(source)
    try:
        return _opened(bundle, _beside(source))
    except BadInput as error:
        raise BadInput(
            "The classifier '{bundle}' cannot be read: {error}", bundle=bundle.label, error=error
        ) from error


def _opened(bundle: Bundle, beside: tuple[StoredFile, ...]) -> ModelFiles:
    # macOS' shadow files are no JSON.
    files = [file for file in bundle.files if not file.basename.startswith("._")]
    descriptions = [file for file in files if file.basename.lower().endswith(".json")]
    parsed = [(file, parse_document(file)) for file in descriptions[:_MOST_DESCRIPTIONS]]
    models = [(file, document) for file, document in parsed if "modelTopology" in document]
    if len(models) != 1:
        raise BadInput.saying(_not_one(len(models), parsed))
    chosen, document = models[0]
    _refuse_graph(document)
    others = [found for file, found in parsed if file is not chosen]
    others += [parse_document(file) for file in beside]
    names, entries = parse_manifest(document)
    weights = [file for file in files if file not in descriptions]
    if len(names) < len(weights):
        weights = [file for file in weights if file.basename in names]
    reasons = manifest_reasons(names, entries, weights)
    if reasons:
        raise BadInput.saying(reasons[0])
    return ModelFiles(
        label=bundle.label,
        name=_name(bundle, chosen, others),
        document=document,
        weights=tuple(weights),
        names=tuple(names),
        entries=tuple(entries),
        labels=_labels(others),
    )


def _name(bundle: Bundle, chosen: StoredFile, others: Sequence[Mapping[str, Any]]) -> str:
    """Take the name that a person gave it: of the file, unless all files are called so."""
    stem = chosen.basename.split(".")[0]
    if stem.casefold() != "model":
        return stem
    for document in others:
        found = document.get("modelName")
        if isinstance(found, str) and found.strip():
            return found[:_LONGEST_NAME]
    packed = bundle.label.split(",")[0].split(".")[0]
    return packed if bundle.is_zip or packed.casefold() != "model" else "Classifier"


def _beside(source: Path | Sequence[Path]) -> tuple[StoredFile, ...]:
    """Find the class names that a Teachable Machine puts beside a description."""
    paths = [source] if isinstance(source, Path) else list(source)
    if len(paths) != 1 or paths[0].suffix.lower() != ".json" or paths[0].name == _METADATA:
        return ()
    path = paths[0].with_name(_METADATA)
    if not path.is_file():
        return ()
    return (StoredFile(path.name, path.stat().st_size, path.read_bytes),)


def _not_one(count: int, parsed: Sequence[tuple[StoredFile, Mapping[str, Any]]]) -> str:
    if count:
        return Message("it holds {count} models; give the files of one.", count=count)
    kept = [file.basename for file, document in parsed if "weightsManifest" in document]
    if kept:
        return Message(
            "'{kept}' holds no 'modelTopology', so it describes weights without a network.",
            kept=kept[0],
        )
    return Message(
        "it holds no .json that describes a model; choose model.json together with its weights."
    )


def _refuse_graph(document: Mapping[str, Any]) -> None:
    topology = document.get("modelTopology")
    # The sort is written only since 1.3; a graph's topology is a list of nodes.
    has_nodes = isinstance(topology, Mapping) and "node" in topology
    if document.get("format") == "graph-model" or has_nodes:
        raise BadInput(
            "it is a graph model, which is frozen and can neither be checked layer by layer nor"
            " trained; export the model as a layers model (Keras) instead."
        )


def _labels(documents: Sequence[Mapping[str, Any]]) -> tuple[str, ...] | None:
    for document in documents:
        labels = document.get("labels")
        if not isinstance(labels, list):
            continue
        package = document.get("packageName")
        if isinstance(package, str) and package.startswith(_TEACHABLE):
            sort = package.removeprefix(_TEACHABLE)
            if sort != "image":
                raise BadInput(
                    "it is a Teachable Machine for '{sort}', not for images; only those are"
                    " loaded.",
                    sort=sort[:40],
                )
        if not all(isinstance(name, str) for name in labels):
            raise BadInput("the 'labels' of its metadata.json are not all texts.")
        return tuple(labels)
    return None
