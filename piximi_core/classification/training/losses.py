"""Piximi's loss functions, computed from logits and class numbers.

Piximi applies them to the softmax output, which squeezes its default loss through a second softmax
(it can never reach 0). Here the two cross entropies take the logits, as they are defined; the other
losses compare the softmax probabilities with the one-hot truth, as Piximi does.

Each takes class numbers [N] and logits [N, K] and returns the loss of each sample, [N] float32. The
mean over samples is Piximi's mean over all elements. `choices.LOSSES` names them.
"""

from __future__ import annotations

import tensorflow as tf

__all__ = [
    "absolute_difference",
    "hinge",
    "huber",
    "log_loss",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "squared",
]

_EPSILON = 1e-7


def softmax_cross_entropy(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the cross entropy of one class out of several."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits)


def sigmoid_cross_entropy(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the mean cross entropy of each class by itself."""
    y = _one_hot(truth, logits)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, logits), axis=1)


def absolute_difference(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the mean distance of probabilities from the truth."""
    return tf.reduce_mean(tf.abs(_one_hot(truth, logits) - tf.nn.softmax(logits)), axis=1)


def squared(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the mean squared distance of probabilities from the truth."""
    error = _one_hot(truth, logits) - tf.nn.softmax(logits)
    return tf.reduce_mean(tf.square(error), axis=1)


def huber(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the Huber loss.

    Delta is 1, and probabilities differ by no more, so only the quadratic part remains.
    """
    return 0.5 * squared(truth, logits)


def hinge(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the mean hinge loss of the probabilities."""
    sign = 2.0 * _one_hot(truth, logits) - 1.0
    return tf.reduce_mean(tf.nn.relu(1.0 - sign * tf.nn.softmax(logits)), axis=1)


def log_loss(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the mean log loss of the probabilities."""
    y, p = _one_hot(truth, logits), tf.nn.softmax(logits)
    likelihood = y * tf.math.log(p + _EPSILON) + (1.0 - y) * tf.math.log(1.0 - p + _EPSILON)
    return -tf.reduce_mean(likelihood, axis=1)


def _one_hot(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.one_hot(truth, tf.shape(logits)[1], dtype=logits.dtype)
