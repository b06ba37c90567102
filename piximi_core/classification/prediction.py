"""Probabilities for many images."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from numpy.typing import NDArray

from piximi_core.classification.data_checks import size_text
from piximi_core.classification.runtime import grow_gpu_memory
from piximi_core.errors import BadInput, Stopped

__all__ = ["predict"]


def predict(
    model: tf_keras.Model,
    x: NDArray[np.float32],
    *,
    batch_size: int = 64,
    should_stop: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Predict in batches.

    Parameters
    ----------
    model
        A network that gives probabilities (`architectures.with_softmax`, or an imported one).
    x
        float32 [N, height, width, channels] of the model's input size, resized as by
        `preprocess.resize`; may be a memory map.
    batch_size
        Images at a time; halved by itself when memory is short.
    should_stop, on_progress
        Asked, and called with (images done, images in all), after every batch.

    Returns
    -------
    ndarray
        float32 [N, K].

    Raises
    ------
    BadInput, Stopped
        The images have another size than the model takes, or `should_stop` said so.
    """
    wanted = tuple(model.input_shape[1:])
    if tuple(x.shape[1:]) != wanted:
        raise BadInput(
            "The classifier takes images of {wanted}, but they are {shape}.",
            wanted=size_text(wanted),
            shape=size_text(x.shape[1:]),
        )
    grow_gpu_memory()
    forward = _forward(model)
    out = np.empty((len(x), model.output_shape[-1]), np.float32)
    done = 0
    while done < len(x):
        batch = np.asarray(x[done : done + batch_size], np.float32)
        try:
            out[done : done + len(batch)] = forward(tf.constant(batch)).numpy()
        except tf.errors.ResourceExhaustedError:
            if batch_size == 1:
                raise
            batch_size //= 2
            continue
        done += len(batch)
        if on_progress:
            on_progress(done, len(x))
        if should_stop and should_stop():
            raise Stopped(
                "Predicting was stopped after {done} of {count} images.", done=done, count=len(x)
            )
    return out


# Compiling costs some 30 ms, as much as predicting 200 small images, and long lists come in many
# calls. One model is kept, the last, with its variables rather than their values.
@lru_cache(maxsize=1)
def _forward(model: tf_keras.Model) -> Any:
    return tf.function(
        lambda batch: model(batch, training=False),
        input_signature=[tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)],
    )
