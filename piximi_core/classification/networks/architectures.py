"""The networks, as Keras 2 models that TensorFlow.js 4.2.0 can load.

Models are trained on logits (a linear last layer), which is numerically sound; for prediction and
export `with_softmax` gives the same network with probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import tf_keras

from piximi_core.classification.choices import NETWORKS
from piximi_core.classification.settings import ModelSettings
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
        Uncompiled, input [N, height, width, channels] in 0...1, output [N, n_classes].

    Raises
    ------
    BadInput
        Fewer than two classes, or the network cannot be built so.
    """
    if n_classes < 2:
        raise BadInput("A classifier needs at least two categories; label images of another one.")
    model = NETWORKS.find(settings.architecture)(settings.input_shape, n_classes, settings.seed)
    shapes = (tuple(model.input_shape[1:]), tuple(model.output_shape[1:]))
    if shapes != (settings.input_shape, (n_classes,)):
        raise BadInput(
            "The network {architecture!r} does not take the input size, or has not one"
            " output per category; choose another one.",
            architecture=settings.architecture,
        )
    return model


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


def _with_last_activation(model: tf_keras.Model, activation: str) -> tf_keras.Model:
    last = model.layers[-1]
    softmax = isinstance(last, tf_keras.layers.Softmax)
    if not softmax and "activation" not in last.get_config():
        raise BadInput(
            "The network ends in a layer of the sort {sort}, where one output per"
            " category is needed, or the softmax of such.",
            sort=type(last).__name__,
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
