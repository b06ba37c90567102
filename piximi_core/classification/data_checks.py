"""Whether data fit a network, and whether they are still those of an interrupted training."""

from __future__ import annotations

from typing import Any

import numpy as np

from piximi_core.classification.settings import ModelSettings
from piximi_core.classification.training.progress import TrainingData
from piximi_core.errors import BadInput

__all__ = ["check_data", "facts", "size_text"]


def check_data(model: Any, data: TrainingData) -> None:
    """Refuse data that the model cannot learn from.

    Raises
    ------
    BadInput
        No images, fewer than two classes, images of another size than the model takes, or labels
        that do not belong to it.
    """
    if len(data.x_train) == 0:
        raise BadInput("There are no labelled images to train on; label some first.")
    if data.n_classes < 2 or model.output_shape[-1] != data.n_classes:
        raise BadInput(
            "The network tells {outputs} categories apart, but the labels have"
            " {categories}; at least two are needed.",
            outputs=model.output_shape[-1],
            categories=data.n_classes,
        )
    wanted = tuple(model.input_shape[1:])
    for x, y in ((data.x_train, data.y_train), (data.x_val, data.y_val)):
        if len(x) != len(y):
            raise BadInput(
                "There are {count} images but {labels} labels.", count=len(x), labels=len(y)
            )
        if len(x) and tuple(x.shape[1:]) != wanted:
            raise BadInput(
                "The network takes images of {wanted}, but they are {shape}.",
                wanted=size_text(wanted),
                shape=size_text(x.shape[1:]),
            )
        if len(y) and (np.min(y) < 0 or np.max(y) >= data.n_classes):
            raise BadInput("A label names a category that the network does not have.")


def size_text(shape: tuple[int, ...]) -> str:
    """Write a shape as people do: 28 x 28 x 1."""
    return " x ".join(str(side) for side in shape)


def facts(data: TrainingData, settings: ModelSettings) -> dict[str, Any]:
    """Return what a resumed training must share with the interrupted one, as JSON-ready values."""
    used = {"seed", "optimizer", "loss", "learning_rate"}
    counts = {"training": len(data.x_train), "validation": len(data.x_val)}
    return {**settings.model_dump(include=used), **counts}
