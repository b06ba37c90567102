"""Bare ``tf_keras``: compile and fit, nothing else."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import tf_keras

from benchmarks.processes import answer, task


class _Ends(tf_keras.callbacks.Callback):  # type: ignore[misc]
    """Notes when epochs end."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the moment."""
        self.ends.append(time.perf_counter())


def model_of(shape: list[int], classes: int) -> tf_keras.Model:
    """Build Piximi's SimpleCNN, on logits as ours is."""
    layers = tf_keras.layers
    return tf_keras.Sequential(
        [
            layers.InputLayer(input_shape=tuple(shape)),
            layers.Conv2D(8, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(classes),
        ]
    )


def rate(case: dict[str, Any], epochs: int) -> float:
    """Return images per second from the end of the first epoch to the end of the last."""
    x, y = np.load(case["x"]), np.load(case["y"])
    model = model_of(case["shape"], case["classes"])
    model.compile(
        optimizer=tf_keras.optimizers.Adam(0.001),
        loss=tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    noted = _Ends()
    model.fit(x, y, batch_size=case["batch"], epochs=epochs, verbose=0, callbacks=[noted])
    return (epochs - 1) * len(x) / (noted.ends[-1] - noted.ends[0])


def main() -> None:
    """Train every case."""
    wanted = task()
    answer({"rates": {case["name"]: rate(case, wanted["epochs"]) for case in wanted["cases"]}})


if __name__ == "__main__":
    main()
