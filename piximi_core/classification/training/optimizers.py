"""Piximi's optimizers, with the constants of TensorFlow.js; epsilon is 1e-7 throughout.

Each takes the size of the steps, which stays constant. `choices.OPTIMIZERS` names them.
"""

from __future__ import annotations

import tf_keras

__all__ = ["adadelta", "adagrad", "adam", "adamax", "momentum", "rmsprop", "sgd"]

_EPSILON = 1e-7

# The "legacy" classes run one fused TensorFlow kernel per variable, where the newer ones run some
# ten small operations: for small networks that is a large part of a step.
_legacy = tf_keras.optimizers.legacy


def adadelta(learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Return Adadelta, which decays by 0.95."""
    return _legacy.Adadelta(learning_rate, rho=0.95, epsilon=_EPSILON)


def adagrad(learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Return Adagrad, whose sums start at 0.1."""
    return _legacy.Adagrad(learning_rate, initial_accumulator_value=0.1, epsilon=_EPSILON)


def adam(learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Return Adam with 0.9 and 0.999."""
    return _legacy.Adam(learning_rate, 0.9, 0.999, epsilon=_EPSILON)


def adamax(learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Return Adamax with 0.9 and 0.999."""
    return _legacy.Adamax(learning_rate, 0.9, 0.999, epsilon=_EPSILON)


def momentum(learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Return gradient descent with momentum 0.9; Piximi lists it but runs it without any."""
    return _legacy.SGD(learning_rate, momentum=0.9)


def rmsprop(learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Return RMSProp, which decays by 0.9."""
    return _legacy.RMSprop(learning_rate, rho=0.9, momentum=0.0, epsilon=_EPSILON)


def sgd(learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Return plain gradient descent."""
    return _legacy.SGD(learning_rate)
