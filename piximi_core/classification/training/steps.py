"""The compiled inner loops: several batches per call into TensorFlow.

One call that runs many batches spares the way through Python for each, which is a large part of a
step of a small network. The batch size is a number that the compiled loop takes, so a smaller batch
needs no new compilation, and the last, shorter batch of an epoch runs in the same loop.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from numpy.typing import NDArray

from piximi_core.classification.choices import LOSSES

__all__ = ["Chunk", "Feed", "Pace", "Steps", "Totals"]

_MOST_BATCHES = 16
_SECONDS_PER_CALL = 0.25
_RESIDENT_BYTES = 2**29


@dataclass(frozen=True)
class Totals:
    """Sums over the samples seen so far in a pass over the data."""

    loss: float = 0.0
    correct: int = 0
    samples: int = 0

    @property
    def mean_loss(self) -> float:
        """Mean loss per sample."""
        return self.loss / max(self.samples, 1)

    @property
    def accuracy(self) -> float:
        """Share of samples whose most probable class is the true one."""
        return self.correct / max(self.samples, 1)


@dataclass(frozen=True)
class Chunk:
    """The data of one call: rows `order` of x and y."""

    x: tf.Tensor
    y: tf.Tensor
    order: NDArray[np.int32]


class Steps:
    """Learning from and checking on batches, compiled once for a model.

    Parameters
    ----------
    model
        A network that gives logits.
    optimizer
        A legacy Keras optimizer whose variables exist.
    loss
        Piximi's name of the loss.
    """

    def __init__(self, model: tf_keras.Model, optimizer: Any, loss: str) -> None:
        self._model, self._optimizer, self._loss = model, optimizer, LOSSES[loss]
        signature = [
            tf.TensorSpec((None, *model.input_shape[1:]), tf.float32),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((), tf.int32),
            tf.TensorSpec((), tf.float64),
            tf.TensorSpec((), tf.int64),
        ]
        self._learn = tf.function(self._learn_loop, input_signature=signature)
        self._check = tf.function(self._check_loop, input_signature=signature)

    def learn(self, chunk: Chunk, batch_size: int, totals: Totals) -> Totals:
        """Learn from a chunk, batch by batch, and add its figures to the totals."""
        return _call(self._learn, chunk, batch_size, totals)

    def check(self, chunk: Chunk, batch_size: int, totals: Totals) -> Totals:
        """Judge a chunk without learning from it."""
        return _call(self._check, chunk, batch_size, totals)

    # The sums run through the calls instead of being added up outside: their order, and with it
    # their last bit, then does not depend on how many batches a call happened to hold.

    def _learn_loop(
        self, x: Any, y: Any, order: Any, batch_size: Any, loss: Any, correct: Any
    ) -> tuple[Any, Any]:
        variables = self._model.trainable_variables
        for start in tf.range(0, tf.shape(order)[0], batch_size):
            chosen = order[start : start + batch_size]
            truth = tf.gather(y, chosen)
            with tf.GradientTape() as tape:
                logits = self._model(tf.gather(x, chosen), training=True)
                losses = self._loss(truth, logits)
                target = tf.reduce_mean(losses)
                if self._model.losses:
                    target += tf.add_n(self._model.losses)
            gradients = tape.gradient(target, variables)
            self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
            loss += tf.cast(tf.reduce_sum(losses), tf.float64)
            correct += _count_correct(truth, logits)
        return loss, correct

    def _check_loop(
        self, x: Any, y: Any, order: Any, batch_size: Any, loss: Any, correct: Any
    ) -> tuple[Any, Any]:
        for start in tf.range(0, tf.shape(order)[0], batch_size):
            chosen = order[start : start + batch_size]
            truth = tf.gather(y, chosen)
            logits = self._model(tf.gather(x, chosen), training=False)
            loss += tf.cast(tf.reduce_sum(self._loss(truth, logits)), tf.float64)
            correct += _count_correct(truth, logits)
        return loss, correct


class Feed:
    """Hands out chunks of a data set in a given order.

    Small data sets are put beside the model once; of larger ones (memory maps, perhaps) only the
    rows of the present chunk are.

    Parameters
    ----------
    x
        float32 [N, H, W, C].
    y
        Class numbers [N].
    resident_bytes
        The largest data set to put beside the model.
    """

    def __init__(
        self,
        x: NDArray[np.float32],
        y: NDArray[np.integer[Any]],
        resident_bytes: int = _RESIDENT_BYTES,
    ) -> None:
        self._x: Any = x
        self._y = tf.constant(np.asarray(y, np.int32))
        self._resident = x.nbytes <= resident_bytes
        if self._resident:
            self._x = tf.constant(np.asarray(x, np.float32))

    def chunk(self, order: NDArray[np.int32]) -> Chunk:
        """Bring rows, given by their numbers, to the device."""
        if self._resident:
            return Chunk(self._x, self._y, order)
        rows = tf.constant(np.asarray(self._x[order], np.float32))
        return Chunk(rows, tf.gather(self._y, order), np.arange(len(order), dtype=np.int32))


class Pace:
    """How many batches go into one call: as many as fit into a quarter second, up to 16.

    So Stop and progress are prompt, whatever the size of network and images.
    """

    def __init__(self) -> None:
        self._batches = 1
        self._warm = False

    def walk(self, order: NDArray[np.int32], batch_size: int) -> Iterator[NDArray[np.int32]]:
        """Cut an order into pieces of whole batches, each as long as the last ones suggest."""
        start = 0
        while start < len(order):
            piece = order[start : start + self._batches * batch_size]
            begun = time.perf_counter()
            yield piece
            self._learn_from(time.perf_counter() - begun, -(-len(piece) // batch_size))
            start += len(piece)

    def _learn_from(self, seconds: float, batches: int) -> None:
        if not self._warm:  # the first call compiles
            self._warm = True
            return
        fitting = int(_SECONDS_PER_CALL * batches / max(seconds, 1e-6))
        self._batches = min(max(fitting, 1), _MOST_BATCHES)


def _call(function: Any, chunk: Chunk, batch_size: int, totals: Totals) -> Totals:
    loss, correct = function(
        chunk.x,
        chunk.y,
        tf.constant(chunk.order),
        tf.constant(batch_size),
        tf.constant(totals.loss, tf.float64),
        tf.constant(totals.correct, tf.int64),
    )
    return Totals(float(loss), int(correct), totals.samples + len(chunk.order))


def _count_correct(truth: Any, logits: Any) -> Any:
    hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), truth)
    return tf.math.count_nonzero(hits)
