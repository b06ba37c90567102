"""Every probability a run has given, kept beside it, so that nothing is predicted twice."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from piximi_core.project.files import replace_atomically
from piximi_core.services.scoring.items import Item

__all__ = ["SCORES_FILE", "Scores", "drop_scores", "load_scores", "merge_scores", "save_scores"]

SCORES_FILE = "scores.npz"
"""Where the folder of a run, or of a job, keeps them."""


@dataclass(frozen=True)
class Scores:
    """Probabilities of some things.

    Attributes
    ----------
    keys
        The key of each row's thing; a thing that is looked at otherwise has another key.
    probabilities
        float32 ``[N, K]`` in the run's class order.
    """

    keys: list[str]
    probabilities: NDArray[np.float32]

    @classmethod
    def of(cls, items: Sequence[Item], probabilities: NDArray[np.float32]) -> Scores:
        """Pair items with their rows."""
        return cls([item.key for item in items], probabilities)

    def rows(self) -> dict[str, int]:
        """Return the row number of each key."""
        return {key: number for number, key in enumerate(self.keys)}


def load_scores(run_folder: Path) -> Scores | None:
    """Return what a run has scored so far; None if nothing, or if the file is damaged."""
    try:
        # Opened here, because np.load leaves a damaged archive open.
        with (
            (run_folder / SCORES_FILE).open("rb") as file,
            np.load(file, allow_pickle=False) as arrays,
        ):
            return Scores([str(key) for key in arrays["keys"]], arrays["probabilities"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # predicted again when asked for


def save_scores(folder: Path, scores: Scores) -> None:
    """Write the scores of a run or of a job, in the place of those it had."""
    with replace_atomically(folder / SCORES_FILE) as part, part.open("wb") as file:
        keys = np.array(scores.keys, dtype=np.str_)
        np.savez(file, keys=keys, probabilities=scores.probabilities)


def drop_scores(run_folder: Path) -> None:
    """Forget what a run has scored, because its weights are about to change."""
    (run_folder / SCORES_FILE).unlink(missing_ok=True)


def merge_scores(run_folder: Path, new: Scores) -> None:
    """Add rows to a run's scores; a key scored again takes the new row."""
    old = load_scores(run_folder)
    keys, probabilities = new.keys, new.probabilities
    if old is not None and old.probabilities.shape[1:] == probabilities.shape[1:]:
        fresh = set(keys)
        kept = [number for number, key in enumerate(old.keys) if key not in fresh]
        keys = [old.keys[number] for number in kept] + keys
        probabilities = np.concatenate([old.probabilities[kept], probabilities])
    save_scores(run_folder, Scores(keys, probabilities))
