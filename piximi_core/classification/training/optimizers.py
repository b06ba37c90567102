"""Piximi's optimizers, with the constants of TensorFlow.js."""

from __future__ import annotations

from collections.abc import Callable

import tf_keras

__all__ = ["optimizer"]

_EPSILON = 1e-7

# The "legacy" classes run one fused TensorFlow kernel per variable, where the newer ones run some
# ten small operations: for small networks that is a large part of a step.
_legacy = tf_keras.optimizers.legacy


def optimizer(name: str, learning_rate: float) -> tf_keras.optimizers.legacy.Optimizer:
    """Make an optimizer by Piximi's name for it.

    Adadelta decays by 0.95, Adagrad starts its sums at 0.1, Adam and Adamax use 0.9 and 0.999,
    RMSProp decays by 0.9; epsilon is 1e-7 throughout. "Momentum" is gradient descent with momentum
    0.9 (Piximi lists it but silently runs it without any).

    Parameters
    ----------
    name
        One of `settings.OPTIMIZERS`.
    learning_rate
        Size of the steps; constant.
    """
    make: dict[str, Callable[[], tf_keras.optimizers.legacy.Optimizer]] = {
        "Adadelta": lambda: _legacy.Adadelta(learning_rate, rho=0.95, epsilon=_EPSILON),
        "Adagrad": lambda: _legacy.Adagrad(
            learning_rate, initial_accumulator_value=0.1, epsilon=_EPSILON
        ),
        "Adam": lambda: _legacy.Adam(learning_rate, 0.9, 0.999, epsilon=_EPSILON),
        "Adamax": lambda: _legacy.Adamax(learning_rate, 0.9, 0.999, epsilon=_EPSILON),
        "Momentum": lambda: _legacy.SGD(learning_rate, momentum=0.9),
        "RMSProp": lambda: _legacy.RMSprop(learning_rate, rho=0.9, momentum=0.0, epsilon=_EPSILON),
        "Stochastic gradient descent (SGD)": lambda: _legacy.SGD(learning_rate),
    }
    return make[name]()
