"""Learning further from a classifier that is there: its network and weights, other categories."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tf_keras
from numpy.typing import NDArray

from piximi_core.classification.networks.architectures import with_logits
from piximi_core.errors import BadInput

__all__ = ["start_from"]

_KEEPS_CLASSES = (
    tf_keras.layers.Activation,
    tf_keras.layers.Softmax,
    tf_keras.layers.Flatten,
    tf_keras.layers.Reshape,
    tf_keras.layers.Dropout,
)


def start_from(
    model: tf_keras.Model, columns: Sequence[int | None], seed: int = 0
) -> tf_keras.Model:
    """Copy a classifier into a network that gives logits for other categories, to train it on.

    Batch normalisation keeps the averages it learned, and its layers are not trained: those of a
    few new images would ruin what it learned from many.

    Parameters
    ----------
    model
        A flat network that gives probabilities.
    columns
        For each category of the new network the output of `model` that tells it; None for one that
        it does not know, whose weights are drawn anew.
    seed
        Where such weights are drawn from.

    Returns
    -------
    tf_keras.Model
        Uncompiled, output [N, len(columns)].

    Raises
    ------
    BadInput
        Fewer than two categories, or the network's last layers cannot get others.
    """
    if len(columns) < 2:
        raise BadInput("A classifier needs at least two categories; label images of another one.")
    model = with_logits(model)
    same = list(columns) == list(range(model.output_shape[-1]))
    head = None if same else _head(model)
    tail = [] if head is None else model.layers[model.layers.index(head) + 1 :]

    def copy(layer: tf_keras.layers.Layer) -> tf_keras.layers.Layer:
        config = layer.get_config()
        if isinstance(layer, tf_keras.layers.BatchNormalization):
            config["trainable"] = False
        if layer is head:
            config["units" if "units" in config else "filters"] = len(columns)
        if layer in tail and isinstance(layer, tf_keras.layers.Reshape):
            config["target_shape"] = (len(columns),)
        return type(layer).from_config(config)

    copied = tf_keras.models.clone_model(model, clone_function=copy)
    for layer in model.layers:
        weights = layer.get_weights()
        if layer is head:
            weights = [_with_columns(array, columns, seed) for array in weights]
        copied.get_layer(layer.name).set_weights(weights)
    return copied


def _head(model: tf_keras.Model) -> tf_keras.layers.Layer:
    """Return the layer with one output per category."""
    head = next(layer for layer in reversed(model.layers) if layer.weights)
    after = model.layers[model.layers.index(head) + 1 :]
    classes = model.output_shape[-1]
    fits = isinstance(head, tf_keras.layers.Dense) or (
        isinstance(head, tf_keras.layers.Conv2D) and not hasattr(head, "depthwise_kernel")
    )
    fits = fits and head.output_shape[-1] == classes
    for layer in after:
        fits = fits and isinstance(layer, _KEEPS_CLASSES)
        if isinstance(layer, tf_keras.layers.Reshape):
            fits = fits and tuple(layer.target_shape) == (classes,)
    if not fits:
        raise BadInput(
            "The network ends in the layer '{head}', which cannot get other categories:"
            " start from another run, or label for exactly its categories, in its order.",
            head=head.name,
        )
    return head


def _with_columns(
    array: NDArray[np.float32], columns: Sequence[int | None], seed: int
) -> NDArray[np.float32]:
    """Take the columns of known categories; those of new ones are drawn, a bias is zero."""
    fresh = np.zeros((*array.shape[:-1], len(columns)), np.float32)
    if array.ndim > 1:
        deviation = math.sqrt(1.0 / float(np.prod(array.shape[:-1])))
        drawn = tf.random.stateless_truncated_normal(fresh.shape, [seed, 3], stddev=deviation)
        fresh = drawn.numpy()
    for place, known in enumerate(columns):
        if known is not None:
            fresh[..., place] = array[..., known]
    return fresh
