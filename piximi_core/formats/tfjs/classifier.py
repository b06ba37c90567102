"""Write and read classifiers as Piximi 1.1.4 does: a description and one file of weights.

Every writer works in a temporary folder beside the target, checks what it wrote (the strict
checker, a reading back, every weight compared), and only then renames; a failed check delivers
nothing. TensorFlow is imported when a function runs, not before.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.disk import flush_file, flush_folder
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
    "read_classifier",
    "same_predictions",
    "write_classifier",
    "write_piximi_zip",
    "write_sharded",
]

# The first moment a zip can hold: equal models give equal files, whenever they are written.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


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


def write_piximi_zip(
    model: Any, metadata: ClassifierMetadata, out_zip: Path, stem: str | None = None
) -> Path:
    """Write the zip Piximi opens: exactly the two files of `write_classifier`, stored.

    Parameters
    ----------
    out_zip : Path
        Replaced if it exists.
    stem : str, optional
        Name of the classifier in Piximi, by default that of the zip.

    Returns
    -------
    Path
        `out_zip`. Errors as for `write_classifier`.
    """
    stem = safe_stem(out_zip.stem if stem is None else stem)
    with workshop(out_zip.parent, f"'{out_zip.name}'") as room:
        pair = _pair(model, metadata, room, stem)
        packed = room / "classifier.zip"
        with packed.open("xb") as stream, zipfile.ZipFile(stream, "w") as archive:
            for path in pair:
                entry = zipfile.ZipInfo(path.name, _ZIP_TIME)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                archive.writestr(entry, path.read_bytes())
        flush_file(packed)
        _verify(model, packed)
        put(packed, out_zip)
    return out_zip


def write_sharded(
    model: Any, metadata: ClassifierMetadata, folder: Path, shard_bytes: int = 4 * 2**20
) -> list[Path]:
    """Write ``model.json`` and ``group1-shardNofM.bin``, the form of web pages.

    Parameters
    ----------
    folder : Path
        A new or empty folder, or one with an earlier export of this sort and nothing else.
    shard_bytes : int
        Largest size of one shard, at least 1.

    Returns
    -------
    list of Path
        ``model.json`` and the shards in order. Errors as for `write_classifier`.
    """
    if shard_bytes < 1:
        raise BadInput(
            "The shard size must be at least 1 byte, but is {shard_bytes}.", shard_bytes=shard_bytes
        )
    _refuse_other_content(folder)
    with workshop(
        folder.parent, Message("the classifier in '{folder}'", folder=folder.name)
    ) as room:
        description, weights, content = _converted(model, room)
        count = max(1, -(-len(content) // shard_bytes))
        if count > 1000:
            raise BadInput(
                "A shard size of {shard_bytes} bytes would give {count} files; take a larger one.",
                shard_bytes=shard_bytes,
                count=count,
            )
        names = [f"group1-shard{index + 1}of{count}.bin" for index in range(count)]
        fresh = room / "fresh"
        fresh.mkdir()
        for index, name in enumerate(names):
            start = index * shard_bytes
            flushed_write(fresh / name, content[start : start + shard_bytes])
        document = _document(description, weights, names, metadata)
        flushed_write(fresh / "model.json", document)
        flush_folder(fresh)
        _verify(model, fresh)
        if folder.exists():
            # Into the workshop, which is removed in any case.
            folder.replace(room / "replaced")
        put(fresh, folder)
    return [folder / name for name in ("model.json", *names)]


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


def _refuse_other_content(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput("'{folder}' is a file; choose a folder for the shards.", folder=folder.name)
    for path in folder.iterdir():
        ours = path.name == "model.json" or (
            path.name.startswith("group1-shard") and path.name.endswith(".bin")
        )
        if not ours or not path.is_file():
            raise BadInput(
                "The folder '{folder}' holds other files ('{path}'); choose a new or"
                " empty folder, since all files in it are opened together.",
                folder=folder.name,
                path=path.name,
            )
