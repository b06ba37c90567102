"""Losses and steps against the formulas of TensorFlow.js, computed with NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from piximi_core.classification.choices import LOSSES, OPTIMIZERS

LOGITS = np.array([[2.0, -1.0, 0.5], [0.1, 0.2, 0.3], [-3.0, 4.0, 0.0], [0, 0, 9]])
TRUTH = np.array([0, 2, 0, 2])


def by_hand(name: str) -> float:
    y = np.eye(3)[TRUTH]
    p = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    s = 1 / (1 + np.exp(-LOGITS))
    error = np.abs(y - p)
    elements = {
        "Absolute difference": error,
        "Hinge": np.maximum(0, 1 - (2 * y - 1) * p),
        "Huber": np.where(error <= 1, 0.5 * error**2, error - 0.5),
        "Log": -(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7)),
        "Mean squared error (MSE)": error**2,
        "Sigmoid cross entropy": -(y * np.log(s) + (1 - y) * np.log(1 - s)),
    }
    if name in elements:
        return float(elements[name].mean())
    return float(-np.log(p[np.arange(4), TRUTH]).mean())


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str) -> None:
    losses = LOSSES[name](tf.constant(TRUTH, tf.int32), tf.constant(LOGITS, tf.float32))
    assert losses.shape == (4,)
    assert float(tf.reduce_mean(losses)) == pytest.approx(by_hand(name), rel=1e-5)


GRADIENTS = (np.array([0.5, -2.0]), np.array([-0.25, 1.0]), np.array([1.5, 1.0]))
RATE = 0.01


def steps_by_hand(name: str) -> np.ndarray:
    """The rules of TensorFlow.js 4.2.0, with its constants."""
    w, m, v = np.array([1.0, -1.0]), np.zeros(2), np.zeros(2)
    if name == "Adagrad":
        v += 0.1
    for t, g in enumerate(GRADIENTS, start=1):
        if name == "Adadelta":
            v = 0.95 * v + 0.05 * g**2
            update = np.sqrt(m + 1e-7) / np.sqrt(v + 1e-7) * g
            m = 0.95 * m + 0.05 * update**2
            w = w - RATE * update
        elif name == "Adagrad":
            v = v + g**2
            w = w - RATE * g / np.sqrt(v + 1e-7)
        elif name == "Adam":
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            w = w - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
        elif name == "Adamax":
            m, v = 0.9 * m + 0.1 * g, np.maximum(0.999 * v, np.abs(g))
            w = w - RATE / (1 - 0.9**t) * m / (v + 1e-7)
        elif name == "RMSProp":
            v = 0.9 * v + 0.1 * g**2
            w = w - RATE * g / np.sqrt(v + 1e-7)
        elif name == "Momentum":
            m = 0.9 * m + g
            w = w - RATE * m
        else:
            w = w - RATE * g
    return w


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name: str) -> None:
    weight = tf.Variable([1.0, -1.0])
    made = OPTIMIZERS[name](RATE)
    for gradient in GRADIENTS:
        made.apply_gradients([(tf.constant(gradient, tf.float32), weight)])
    assert weight.numpy() == pytest.approx(steps_by_hand(name), abs=3e-6)
