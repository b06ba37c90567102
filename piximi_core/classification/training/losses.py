"""Piximi's loss functions, computed from logits and class numbers.

Piximi applies them to the softmax output, which squeezes its default loss through a second softmax
(it can never reach 0). Here the two cross entropies take the logits, as they are defined; the other
losses compare the softmax probabilities with the one-hot truth, as Piximi does.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

__all__ = ["LossFunction", "loss_function"]

LossFunction = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

_EPSILON = 1e-7


def loss_function(name: str) -> LossFunction:
    """Find a loss by Piximi's name for it.

    Parameters
    ----------
    name
        One of `settings.LOSSES`.

    Returns
    -------
    callable
        ``f(class_numbers [N], logits [N, K])`` -> the loss of each sample, [N] float32. The mean
        over samples is Piximi's mean over all elements.
    """
    return _LOSSES[name]


def _softmax_cross_entropy(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits)


def _sigmoid_cross_entropy(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    y = _one_hot(truth, logits)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, logits), axis=1)


def _absolute_difference(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.abs(_one_hot(truth, logits) - tf.nn.softmax(logits)), axis=1)


def _squared(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    error = _one_hot(truth, logits) - tf.nn.softmax(logits)
    return tf.reduce_mean(tf.square(error), axis=1)


def _huber(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Delta is 1, and probabilities differ by no more, so only the quadratic part remains."""
    return 0.5 * _squared(truth, logits)


def _hinge(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    sign = 2.0 * _one_hot(truth, logits) - 1.0
    return tf.reduce_mean(tf.nn.relu(1.0 - sign * tf.nn.softmax(logits)), axis=1)


def _log(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    y, p = _one_hot(truth, logits), tf.nn.softmax(logits)
    likelihood = y * tf.math.log(p + _EPSILON) + (1.0 - y) * tf.math.log(1.0 - p + _EPSILON)
    return -tf.reduce_mean(likelihood, axis=1)


def _one_hot(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.one_hot(truth, tf.shape(logits)[1], dtype=logits.dtype)


_LOSSES: dict[str, LossFunction] = {
    "Absolute difference": _absolute_difference,
    "Categorical (softmax) cross entropy": _softmax_cross_entropy,
    "Hinge": _hinge,
    "Huber": _huber,
    "Log": _log,
    "Mean squared error (MSE)": _squared,
    "Sigmoid cross entropy": _sigmoid_cross_entropy,
}
