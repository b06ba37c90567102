"""What a training reports while it runs and when it ends; plain data, free of TensorFlow."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["EpochRow", "Progress", "TrainingData", "TrainingResult"]


@dataclass(frozen=True)
class TrainingData:
    """Pixels and class numbers, already resized to the input of the model.

    Attributes
    ----------
    x_train, x_val
        float32 [N, height, width, channels]; may be memory maps. `x_val` may have length 0.
    y_train, y_val
        Class numbers 0 ... n_classes - 1, integers [N].
    n_classes
        Number of classes.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[np.integer[Any]]
    x_val: NDArray[np.float32]
    y_val: NDArray[np.integer[Any]]
    n_classes: int


@dataclass(frozen=True)
class EpochRow:
    """One finished epoch. The validation figures are None without validation images."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float
    batch_size: int

    @property
    def judged_loss(self) -> float:
        """The loss by which the best epoch is chosen: of validation, else of training."""
        return self.loss if self.val_loss is None else self.val_loss

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Progress:
    """Where a training stands.

    Attributes
    ----------
    epoch, epochs
        The epoch at work, from 1, and how many there will be.
    fraction
        Share of this epoch's training images already learned from, 0 to 1.
    batch_loss
        Mean loss of the latest batches.
    running_loss
        Mean loss of this epoch so far.
    images_per_second
        Training images per second in this epoch.
    seconds_left
        Estimated time to the end of the training; None before the first figures.
    row
        The epoch that just finished, else None.
    note
        A sentence on something unusual that just happened, else None.
    """

    epoch: int
    epochs: int
    fraction: float
    batch_loss: float | None = None
    running_loss: float | None = None
    images_per_second: float | None = None
    seconds_left: float | None = None
    row: EpochRow | None = None
    note: str | None = None


@dataclass(frozen=True)
class TrainingResult:
    """What a training came to; the model then holds the weights of the best epoch.

    Attributes
    ----------
    history
        The finished epochs, those before a resume included.
    best_epoch
        The epoch whose weights the model holds; 0 when no epoch was finished.
    stopped
        True when `should_stop` ended the training.
    diverged
        True when the loss stopped being a number; `notes` then says what to do.
    batch_size
        The batch size at the end (smaller than asked for when memory was short).
    images_per_second
        Training images per second in epochs 2 to n of this session (in the first, if alone).
    notes
        Sentences on anything unusual.
    """

    history: tuple[EpochRow, ...]
    best_epoch: int
    stopped: bool
    diverged: bool
    batch_size: int
    images_per_second: float
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> EpochRow | None:
        """The row of the best epoch."""
        return next((row for row in self.history if row.epoch == self.best_epoch), None)
