"""The state of a training on disk: arrays only, written so that a crash leaves the old or the new.

One ``.npz`` file per checkpoint, never pickled. The best weights travel inside "latest", so that
one rename moves the whole state forward.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.classification.training.progress import EpochRow
from piximi_core.disk import is_full, replace_whole
from piximi_core.errors import BadInput, NoSpace

__all__ = ["Checkpoint", "CheckpointStore"]

_VERSION = 1
_GROUPS = ("weights", "optimizer", "best_weights")

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Checkpoint:
    """A training between two epochs.

    Attributes
    ----------
    weights
        Of the model, in the order of `get_weights`.
    optimizer
        The optimizer's variables, its step count first.
    best_weights
        Weights of the best epoch so far.
    epoch
        Epochs finished.
    best_epoch
        The epoch of `best_weights`.
    batch_size
        The batch size in use, which may be smaller than the one asked for.
    history
        One row per finished epoch.
    facts
        What else must match on resuming, such as the seed. All other randomness is drawn anew from
        (seed, epoch), so no state of a random generator needs keeping.
    """

    weights: Arrays
    optimizer: Arrays = ()
    best_weights: Arrays = ()
    epoch: int = 0
    best_epoch: int = 0
    batch_size: int = 0
    history: tuple[EpochRow, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


class CheckpointStore:
    """The checkpoints of one training, by name ("latest", "best"), in one folder.

    Parameters
    ----------
    folder
        Where they lie; made at the first `save`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, name: str, checkpoint: Checkpoint) -> None:
        """Write a checkpoint in the place of the last one of that name, atomically and durably.

        Raises
        ------
        NoSpace
            The disk is full; the last checkpoint is still there.
        """
        path = self._path(name)
        try:
            _replace(path, _to_arrays(checkpoint))
        except OSError as error:
            if not is_full(error):
                raise
            raise NoSpace(
                "The disk is full, so the training could not save its state;"
                " free some space and resume the run."
            ) from None

    def load(self, name: str) -> Checkpoint | None:
        """Read a checkpoint; None if there is none of that name.

        Raises
        ------
        BadInput
            The file is damaged or was written by a newer program.
        """
        path = self._path(name)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return _from_arrays({key: arrays[key] for key in arrays.files})
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            raise BadInput(
                "The checkpoint '{name}' is damaged and cannot be used; train again.", name=name
            ) from None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"


def _to_arrays(checkpoint: Checkpoint) -> dict[str, NDArray[Any]]:
    arrays = {
        f"{group}/{number:05d}": array
        for group in _GROUPS
        for number, array in enumerate(getattr(checkpoint, group))
    }
    state = {
        "version": _VERSION,
        "epoch": checkpoint.epoch,
        "best_epoch": checkpoint.best_epoch,
        "batch_size": checkpoint.batch_size,
        "history": [row.to_dict() for row in checkpoint.history],
        "facts": dict(checkpoint.facts),
    }
    arrays["state"] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    return arrays


def _from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Checkpoint:
    state = json.loads(arrays["state"].tobytes().decode())
    if state["version"] > _VERSION:
        raise BadInput("The checkpoint was written by a newer version of this program; update it.")

    def group(name: str) -> Arrays:
        return tuple(arrays[key] for key in sorted(arrays) if key.startswith(f"{name}/"))

    return Checkpoint(
        weights=group("weights"),
        optimizer=group("optimizer"),
        best_weights=group("best_weights"),
        epoch=state["epoch"],
        best_epoch=state["best_epoch"],
        batch_size=state["batch_size"],
        history=tuple(EpochRow(**row) for row in state["history"]),
        facts=state["facts"],
    )


def _replace(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    # In memory first: an archive on a full disk complains once more when it is closed.
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **dict(arrays))
    with replace_whole(path) as part:
        part.write_bytes(buffer.getbuffer())
