"""Piximi's Simple CNN: two 5x5 convolutions with pooling, one dense layer."""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf
import tf_keras

from piximi_core.classification.settings import MINIMUM_SIDE
from piximi_core.errors import BadInput

__all__ = ["build"]


def build(shape: tuple[int, int, int], n_classes: int, seed: int) -> tf_keras.Model:
    """Build the network; its layers are called as in Piximi.

    Raises
    ------
    BadInput
        The input is too small for its convolutions.
    """
    if min(shape[:2]) < MINIMUM_SIDE:
        raise BadInput(
            "Simple CNN needs an input of at least {minimum_side} x {minimum_side}.",
            minimum_side=MINIMUM_SIDE,
        )
    layers = tf_keras.layers

    def initializer() -> tf_keras.initializers.Initializer:
        # Written into exported files, where TensorFlow.js knows it; `_draw` sets the values.
        return tf_keras.initializers.VarianceScaling(1.0, "fan_in", "truncated_normal", seed)

    model = tf_keras.Sequential(
        [
            layers.InputLayer(input_shape=shape, name="input"),
            layers.Conv2D(
                8, 5, activation="relu", kernel_initializer=initializer(), name="conv2d_1"
            ),
            layers.MaxPooling2D(2, name="max_pooling2d_1"),
            layers.Conv2D(
                16, 5, activation="relu", kernel_initializer=initializer(), name="conv2d_2"
            ),
            layers.MaxPooling2D(2, name="max_pooling2d_2"),
            layers.Flatten(name="flatten"),
            layers.Dense(n_classes, kernel_initializer=initializer(), name="dense"),
        ],
        name="simple_cnn",
    )
    for number, name in enumerate(("conv2d_1", "conv2d_2", "dense")):
        kernel = model.get_layer(name).kernel
        kernel.assign(_draw(tuple(kernel.shape), seed, number))
    return model


def _draw(shape: tuple[int, ...], seed: int, number: int) -> tf.Tensor:
    """A truncated normal of deviation sqrt(1 / fan_in), as TensorFlow.js draws it.

    Keras would divide the deviation by 0.8796 to make up for the truncation; Piximi does not.
    Stateless, so the draw depends on nothing but the seed and the number of the layer.
    """
    deviation = math.sqrt(1.0 / float(np.prod(shape[:-1])))
    return tf.random.stateless_truncated_normal(shape, seed=[seed, number], stddev=deviation)
