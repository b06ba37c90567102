"""The networks, as Keras 2 models that TensorFlow.js 4.2.0 can load.

Models are trained on logits (a linear last layer), which is numerically sound; for prediction and
export `with_softmax` gives the same network with probabilities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tf_keras

from piximi_core.classification.settings import MINIMUM_SIDE, ModelSettings
from piximi_core.errors import BadInput

__all__ = ["LayerRow", "build", "summary", "with_logits", "with_softmax"]


@dataclass(frozen=True)
class LayerRow:
    """One line of the model summary; `output_shape` is without the batch."""

    layer: str
    output_shape: tuple[int, ...]
    parameters: int
    trainable: bool


def build(settings: ModelSettings, n_classes: int) -> tf_keras.Model:
    """Build a fresh network that gives logits, its first weights drawn by the seed.

    Parameters
    ----------
    settings
        `architecture`, `input_shape` and `seed` are used.
    n_classes
        Number of classes, at least 2.

    Returns
    -------
    tf_keras.Model
        Uncompiled, input [N, height, width, channels] in 0...1, output [N, n_classes]; the last
        layer is named "dense".

    Raises
    ------
    BadInput
        Fewer than two classes.
    """
    if n_classes < 2:
        raise BadInput("A classifier needs at least two categories; label images of another one.")
    return _simple_cnn(settings.input_shape, n_classes, settings.seed)


def with_softmax(model: tf_keras.Model) -> tf_keras.Model:
    """Copy a logits model into one that gives probabilities, uncompiled, with equal weights.

    A model that gives probabilities already is copied as it is.
    """
    return _with_last_activation(model, "softmax")


def with_logits(model: tf_keras.Model) -> tf_keras.Model:
    """Copy a model that ends in a softmax into one that gives logits, to train it on.

    Raises
    ------
    BadInput
        The model ends in a layer that has no activation.
    """
    return _with_last_activation(model, "linear")


def summary(model: tf_keras.Model) -> list[LayerRow]:
    """List the layers of a model with shapes and parameter counts."""
    return [
        LayerRow(
            layer=f"{layer.name} ({type(layer).__name__})",
            output_shape=tuple(layer.output_shape[1:])
            if isinstance(layer.output_shape, tuple)
            else tuple(layer.output_shape[0][1:]),
            parameters=int(layer.count_params()),
            trainable=bool(layer.trainable_weights),
        )
        for layer in model.layers
    ]


def _simple_cnn(shape: tuple[int, int, int], n_classes: int, seed: int) -> tf_keras.Model:
    """Piximi's SimpleCNN: two 5x5 convolutions with pooling, one dense layer."""
    if min(shape[:2]) < MINIMUM_SIDE:
        raise BadInput(f"Simple CNN needs an input of at least {MINIMUM_SIDE} x {MINIMUM_SIDE}.")
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


def _with_last_activation(model: tf_keras.Model, activation: str) -> tf_keras.Model:
    last = model.layers[-1]
    softmax = isinstance(last, tf_keras.layers.Softmax)
    if not softmax and "activation" not in last.get_config():
        raise BadInput(
            f"The network ends in a layer of the sort {type(last).__name__}, where one output per"
            " category is needed, or the softmax of such."
        )

    def copy(layer: tf_keras.layers.Layer) -> tf_keras.layers.Layer:
        if layer is last and softmax:
            return tf_keras.layers.Activation(activation, name=layer.name)
        config = layer.get_config()
        if layer is last:
            config["activation"] = activation
        return type(layer).from_config(config)

    copied = tf_keras.models.clone_model(model, clone_function=copy)
    copied.set_weights(model.get_weights())
    return copied
