"""A weights manifest and its bytes to named arrays. Sizes are checked before memory is taken."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.bundle import MAX_WEIGHTS_BYTES, StoredFile
from piximi_core.messages import Message

__all__ = ["WeightEntry", "manifest_reasons", "parse_manifest", "read_arrays"]

_ITEM_BYTES = {"float32": 4, "int32": 4, "bool": 1, "complex64": 8}
_QUANTIZED_BYTES = {"float16": 2, "uint8": 1, "uint16": 2}
MAX_ENTRIES = 100_000
_MOST_AXES = 8
_LONGEST_AXIS = 2**40


@dataclass(frozen=True)
class WeightEntry:
    """One array of the manifest.

    Attributes
    ----------
    name : str
        ``layer/weight``.
    shape : tuple of int
    dtype : str
        What the array becomes, ``float32`` for every weight of a classifier.
    stored : str
        What its bytes are: `dtype`, or ``float16``, ``uint8``, ``uint16`` when quantised.
    scale, minimum : float
        A quantised integer ``q`` stands for ``q * scale + minimum``.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    stored: str
    scale: float = 1.0
    minimum: float = 0.0

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return math.prod(self.shape) * (_ITEM_BYTES | _QUANTIZED_BYTES)[self.stored]


def parse_manifest(document: Mapping[str, Any]) -> tuple[list[str], list[WeightEntry]]:
    """Read the manifest of a description.

    Returns
    -------
    tuple
        Base names of the weight files and the entries, both in the order of the bytes.

    Raises
    ------
    BadInput
        The first thing that is wrong, in one sentence.
    """
    groups = document.get("weightsManifest")
    if not isinstance(groups, list) or not groups:
        raise BadInput("The key 'weightsManifest' is missing or empty.")
    names: list[str] = []
    entries: list[WeightEntry] = []
    for group in groups:
        if not isinstance(group, dict):
            raise BadInput("A group of 'weightsManifest' is no object with 'paths' and 'weights'.")
        paths, weights = group.get("paths"), group.get("weights")
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise BadInput("The key 'paths' of 'weightsManifest' is missing or no list of names.")
        if not isinstance(weights, list):
            raise BadInput("The key 'weights' of 'weightsManifest' is missing or no list.")
        names += [posixpath.basename(path) for path in paths]
        entries += [_entry(item) for item in weights]
    if len(entries) > MAX_ENTRIES or len(names) > MAX_ENTRIES:
        raise BadInput(
            "The manifest lists more than {max_entries} weights.", max_entries=MAX_ENTRIES
        )
    for found in (names, [entry.name for entry in entries]):
        seen: set[str] = set()
        for name in found:
            if name in seen:
                raise BadInput("'{name}' stands twice in 'weightsManifest'.", name=name)
            seen.add(name)
    return names, entries


def manifest_reasons(
    names: Sequence[str], entries: Sequence[WeightEntry], files: Sequence[StoredFile]
) -> list[str]:
    """Compare the manifest with the files at hand, names first, then bytes; empty if they agree."""
    reasons: list[str] = []
    found = {file.basename: file for file in files}
    reasons += [
        Message(
            "The description asks for a weights file '{name}', which is not there (TensorFlow.js:"
            " \"Weight file with basename '{name}' is not provided\").",
            name=name,
        )
        for name in names
        if name not in found
    ]
    if len(names) != len(files):
        reasons.append(
            Message(
                "The description names {count} weights file(s), but there are {files_count}"
                ' (TensorFlow.js: "Mismatch in the number of files").',
                count=len(names),
                files_count=len(files),
            )
        )
    if not reasons:
        there = sum(file.size for file in files)
        wanted = sum(entry.size for entry in entries)
        if there != wanted:
            reasons.append(
                Message(
                    "The weights should have {wanted} bytes by the manifest, but the file(s) have"
                    " {there}.",
                    wanted=wanted,
                    there=there,
                )
            )
    return reasons


def read_arrays(
    names: Sequence[str], entries: Sequence[WeightEntry], files: Sequence[StoredFile]
) -> dict[str, NDArray[np.float32]]:
    """Read all weights as float32, dequantised where the manifest says so.

    Raises
    ------
    BadInput
        If files are missing, too large, or of another size than the manifest's sum.
    """
    reasons = manifest_reasons(names, entries, files)
    if reasons:
        raise BadInput.saying(reasons[0])
    total = sum(entry.size for entry in entries)
    if total > MAX_WEIGHTS_BYTES:
        raise BadInput(
            "The weights have {total} bytes; more than {max_weights_bytes} is refused.",
            total=total,
            max_weights_bytes=MAX_WEIGHTS_BYTES,
        )
    for entry in entries:
        if entry.dtype != "float32":
            raise BadInput(
                "The weight '{entry}' is {dtype}; only float32 is read.",
                entry=entry.name,
                dtype=entry.dtype,
            )
    by_name = {file.basename: file for file in files}
    content = b"".join(by_name[name].read() for name in names)
    if len(content) != total:
        raise BadInput("The weights files changed while they were read; try again.")
    arrays = {}
    start = 0
    for entry in entries:
        dtype = np.dtype(entry.stored).newbyteorder("<")
        raw = np.frombuffer(content, dtype, count=math.prod(entry.shape), offset=start)
        start += entry.size
        values = raw.astype(np.float32)
        if entry.stored in ("uint8", "uint16"):
            # In double precision, as JavaScript computes it, then rounded to float32.
            exact = raw.astype(np.float64) * entry.scale + entry.minimum
            values = exact.astype(np.float32)
        arrays[entry.name] = values.reshape(entry.shape)
    return arrays


def _entry(item: Any) -> WeightEntry:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise BadInput("A weight of 'weightsManifest' has no name.")
    name, shape, dtype = item["name"], item.get("shape"), item.get("dtype")
    if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise BadInput("The weight '{name}' has no shape of whole numbers.", name=name)
    if len(shape) > _MOST_AXES or any(n > _LONGEST_AXIS for n in shape):
        raise BadInput("The weight '{name}' is larger than any classifier's.", name=name)
    if not isinstance(dtype, str) or dtype not in _ITEM_BYTES:
        raise BadInput(
            "The weight '{name}' has the dtype {dtype!r}, which cannot be read.",
            name=name,
            dtype=dtype,
        )
    if "quantization" not in item:
        return WeightEntry(name, tuple(shape), dtype, dtype)
    quantization = item["quantization"]
    stored = quantization.get("dtype") if isinstance(quantization, dict) else None
    if not isinstance(stored, str) or stored not in _QUANTIZED_BYTES or dtype != "float32":
        raise BadInput(
            "The weight '{name}' is quantised as {stored!r}, which cannot be read.",
            name=name,
            stored=stored,
        )
    if stored == "float16":
        return WeightEntry(name, tuple(shape), dtype, stored)
    scale, minimum = quantization.get("scale"), quantization.get("min")
    for value in (scale, minimum):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadInput(
                "The weight '{name}' is quantised, but its 'min' or 'scale' is missing.", name=name
            )
    return WeightEntry(name, tuple(shape), dtype, stored, float(scale), float(minimum))
