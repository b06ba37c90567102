"""What two trainings that should be equal are compared by."""

from __future__ import annotations

import numpy as np

from piximi_core.classification.training.progress import EpochRow

__all__ = ["equal", "learned"]


def equal(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


def learned(rows: tuple[EpochRow, ...]) -> list[tuple[float | None, ...]]:
    """What must repeat: everything but the times."""
    return [(r.epoch, r.loss, r.accuracy, r.val_loss, r.val_accuracy, r.batch_size) for r in rows]
