"""Training a network: epochs, best weights, checkpoints, Stop, Resume, short memory."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from numpy.typing import NDArray

from piximi_core.classification.choices import OPTIMIZERS
from piximi_core.classification.data_checks import check_data, facts
from piximi_core.classification.runtime import seed_everything
from piximi_core.classification.settings import ModelSettings
from piximi_core.classification.training.checkpoints import Checkpoint, CheckpointStore
from piximi_core.classification.training.progress import (
    EpochRow,
    Progress,
    TrainingData,
    TrainingResult,
)
from piximi_core.classification.training.steps import Feed, Pace, Steps, Totals
from piximi_core.errors import BadInput, PiximiError
from piximi_core.messages import Message

__all__ = ["train"]

_PROGRESS_SECONDS = 0.2
_CHECKPOINT_SECONDS = 2.0

# Some layers of networks from elsewhere, such as DepthwiseConv2D, learn on a GPU in one way only.
_NOT_REPEATABLE = Message(
    "This network cannot be trained repeatably on the GPU: switch Repeatable off, start the program"
    " again and train again."
)


def train(
    model: tf_keras.Model,
    data: TrainingData,
    settings: ModelSettings,
    *,
    store: CheckpointStore | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    resume: bool = False,
    before_call: Callable[[int, int], None] | None = None,
) -> TrainingResult:
    """Train a model; afterwards it holds the weights of its best epoch.

    Best is the lowest validation loss, without validation images the lowest training loss; of equal
    ones the earlier. With the same data, settings and seed the weights are the same, bit for bit
    (`settings.deterministic`), also when the training was killed at any moment and resumed.

    Parameters
    ----------
    model
        A network that gives logits, from `architectures.build`.
    data
        Images of the model's input size and their class numbers.
    settings
        `seed`, `epochs`, `batch_size`, `optimizer`, `loss`, `learning_rate` and `deterministic` are
        used.
    store
        Where "latest" (after epochs, at most every two seconds, and at the end) and "best" are
        kept; nothing is written without it.
    on_progress
        Called a few times a second and after every epoch.
    should_stop
        Asked after every call into TensorFlow (a quarter second of work); True ends the training.
        The unfinished epoch is dropped.
    resume
        Go on from the store's "latest"; without one, from the start.
    before_call
        Called with (epoch, batch size) before each call that learns; may raise what TensorFlow
        could raise there.

    Raises
    ------
    BadInput
        The data do not fit the model or hold values that are not numbers, the checkpoint belongs to
        another training, or the loss diverged before any epoch was finished.
    PiximiError
        Not even a batch of one image fits into memory.
    NoSpace
        A checkpoint could not be written.
    """
    check_data(model, data)
    seed_everything(settings.seed, settings.deterministic)
    trainer = _Trainer(model, data, settings, store)
    trainer.on_progress = on_progress or (lambda progress: None)
    trainer.should_stop = should_stop or (lambda: False)
    trainer.before_call = before_call or (lambda epoch, batch_size: None)
    if resume:
        trainer.restore()
    return trainer.run()


class _Trainer:
    """One training. Between epochs, `state` holds all there is to know of it."""

    on_progress: Callable[[Progress], None]
    should_stop: Callable[[], bool]
    before_call: Callable[[int, int], None]

    def __init__(
        self,
        model: tf_keras.Model,
        data: TrainingData,
        settings: ModelSettings,
        store: CheckpointStore | None,
    ) -> None:
        self.model, self.data, self.settings, self.store = model, data, settings, store
        self.optimizer = OPTIMIZERS[settings.optimizer](settings.learning_rate)
        # The variables must exist before the first step, to be saved and restored.
        self.optimizer._create_all_weights(model.trainable_variables)
        self.steps = Steps(model, self.optimizer, settings.loss)
        self.training = Feed(data.x_train, data.y_train)
        self.validation = Feed(data.x_val, data.y_val) if len(data.x_val) else None
        self.training_pace, self.validation_pace = Pace(), Pace()
        self.notes: list[str] = []
        self.own_rows: list[EpochRow] = []
        self.saved_at, self.saving_seconds = -math.inf, 0.0
        self.unsaved = False
        self.reported_at = -math.inf
        self.state = Checkpoint(
            weights=_copies(model.get_weights()),
            optimizer=_copies(self.optimizer.get_weights()),
            batch_size=settings.batch_size,
            facts=facts(data, settings),
        )

    def restore(self) -> None:
        """Go back to where "latest" stands."""
        found = self.store.load("latest") if self.store else None
        if found is None:
            return
        alike = _shapes(found.weights) == _shapes(self.state.weights)
        alike = alike and _shapes(found.optimizer) == _shapes(self.state.optimizer)
        if not alike or dict(found.facts) != dict(self.state.facts):
            raise BadInput(
                "The run cannot be resumed, because its images or settings have changed since;"
                " start a new run."
            )
        self.state = found
        # "best" is written after "latest", so an interruption may have left an older one.
        self.unsaved = True
        self._load_state()

    def run(self) -> TrainingResult:
        """Train to the last epoch, or to Stop, and leave the best weights in the model."""
        stopped = diverged = False
        while self.state.epoch < self.settings.epochs:
            try:
                row = self._epoch(self.state.epoch + 1)
            except tf.errors.ResourceExhaustedError:
                self._halve_batch()
                continue
            except tf.errors.UnimplementedError as error:
                if "determinis" in str(error).lower():
                    raise BadInput.saying(_NOT_REPEATABLE) from None
                raise
            if row is None:
                stopped = True
                break
            if not self._finish(row):
                diverged = True
                break
        self._save(last=True)
        self._load_best()
        if diverged:
            self._explain_divergence()
        rows = self.own_rows[1:] or self.own_rows
        seconds = sum(row.seconds for row in rows)
        return TrainingResult(
            history=self.state.history,
            best_epoch=self.state.best_epoch,
            stopped=stopped,
            diverged=diverged,
            batch_size=self.state.batch_size,
            images_per_second=len(rows) * len(self.data.x_train) / seconds if seconds else 0.0,
            notes=tuple(self.notes),
        )

    def _epoch(self, epoch: int) -> EpochRow | None:
        """Learn from all training images once, then check; None when stopped meanwhile."""
        begun = time.perf_counter()
        batch_size = self.state.batch_size
        # Drawn from seed and epoch alone, so that a resumed run sees the same order.
        order = np.random.default_rng([self.settings.seed, epoch]).permutation(
            len(self.data.x_train)
        )
        totals = Totals()
        for piece in self.training_pace.walk(order.astype(np.int32), batch_size):
            self.before_call(epoch, batch_size)
            before = totals
            totals = self.steps.learn(self.training.chunk(piece), batch_size, totals)
            if self.should_stop():
                return None
            if not math.isfinite(totals.loss):
                break
            self._report(epoch, before, totals, time.perf_counter() - begun)
        checked = self._validate() if math.isfinite(totals.loss) else Totals(math.nan)
        if checked is None:
            return None
        has_validation = self.validation is not None
        return EpochRow(
            epoch=epoch,
            loss=totals.mean_loss,
            accuracy=totals.accuracy,
            val_loss=checked.mean_loss if has_validation else None,
            val_accuracy=checked.accuracy if has_validation else None,
            seconds=time.perf_counter() - begun,
            batch_size=batch_size,
        )

    def _validate(self) -> Totals | None:
        totals = Totals()
        if self.validation is None:
            return totals
        # Nothing is kept for gradients, so twice the batch needs no more memory than learning.
        batch_size = 2 * self.state.batch_size
        order = np.arange(len(self.data.x_val), dtype=np.int32)
        for piece in self.validation_pace.walk(order, batch_size):
            totals = self.steps.check(self.validation.chunk(piece), batch_size, totals)
            if self.should_stop():
                return None
        return totals

    def _finish(self, row: EpochRow) -> bool:
        """Take an epoch into the state; False when its figures or weights are not numbers."""
        weights = _copies(self.model.get_weights())
        finite = math.isfinite(row.loss) and math.isfinite(row.judged_loss)
        if not finite or not all(np.isfinite(array).all() for array in weights):
            return False
        past = next((r for r in self.state.history if r.epoch == self.state.best_epoch), None)
        better = past is None or row.judged_loss < past.judged_loss
        self.state = replace(
            self.state,
            weights=weights,
            optimizer=_copies(self.optimizer.get_weights()),
            best_weights=weights if better else self.state.best_weights,
            best_epoch=row.epoch if better else self.state.best_epoch,
            epoch=row.epoch,
            history=(*self.state.history, row),
        )
        self.own_rows.append(row)
        self.unsaved = True
        self._save()
        self.on_progress(self._progress(row.epoch, 1.0, row=row, seconds=row.seconds))
        return True

    def _save(self, *, last: bool = False) -> None:
        """Write the state, but spend no more than a twentieth of the time on that."""
        if self.store is None or not self.unsaved:
            return
        wait = max(_CHECKPOINT_SECONDS, 20 * self.saving_seconds)
        begun = time.perf_counter()
        if not last and begun - self.saved_at < wait:
            return
        state = self.state
        self.store.save("latest", state)
        if state.best_weights:
            best = replace(state, weights=state.best_weights, optimizer=(), best_weights=())
            self.store.save("best", best)
        self.saved_at = time.perf_counter()
        self.saving_seconds = self.saved_at - begun
        self.unsaved = False

    def _halve_batch(self) -> None:
        """Go back to the start of the epoch with half the batch."""
        size = self.state.batch_size
        if size == 1:
            self._save(last=True)
            raise PiximiError(
                "Not even one image at a time fits into memory; choose a smaller input size."
            )
        note = Message(
            "A batch of {size} images did not fit into memory and was halved to {half}.",
            size=size,
            half=size // 2,
        )
        self.notes.append(note)
        self.state = replace(self.state, batch_size=size // 2)
        # At once: whoever resumes after a kill must not run out of memory again.
        self.unsaved = True
        self._save(last=True)
        self._load_state()
        self.on_progress(replace(self._progress(self.state.epoch + 1, 0.0), note=note))

    def _explain_divergence(self) -> None:
        if not np.isfinite(self.data.x_train).all():
            raise BadInput("Some images hold values that are not numbers; remove them and retry.")
        sentence = Message(
            "The loss stopped being a number in epoch {epoch}, because the learning rate is too "
            "high; try a tenth of it.",
            epoch=self.state.epoch + 1,
        )
        if self.state.best_epoch == 0:
            raise BadInput.saying(sentence)
        self.notes.append(sentence)

    def _load_state(self) -> None:
        self.model.set_weights(list(self.state.weights))
        self.optimizer.set_weights(list(self.state.optimizer))

    def _load_best(self) -> None:
        self.model.set_weights(list(self.state.best_weights or self.state.weights))

    def _report(self, epoch: int, before: Totals, totals: Totals, seconds: float) -> None:
        now = time.perf_counter()
        if now - self.reported_at < _PROGRESS_SECONDS:
            return
        self.reported_at = now
        fraction = totals.samples / len(self.data.x_train)
        progress = self._progress(epoch, fraction, seconds=seconds)
        latest = (totals.loss - before.loss) / (totals.samples - before.samples)
        self.on_progress(replace(progress, batch_loss=latest, running_loss=totals.mean_loss))

    def _progress(
        self, epoch: int, fraction: float, *, row: EpochRow | None = None, seconds: float = 0.0
    ) -> Progress:
        rate = fraction * len(self.data.x_train) / seconds if seconds else None
        # Past epochs tell the time best; the first one, which compiles, is left out when possible.
        past = [r.seconds for r in (self.own_rows[1:] or self.own_rows)[-5:]]
        per_epoch = sum(past) / len(past) if past else seconds / fraction if fraction else None
        left = (
            None if per_epoch is None else per_epoch * (self.settings.epochs - epoch + 1 - fraction)
        )
        return Progress(
            epoch=epoch,
            epochs=self.settings.epochs,
            fraction=fraction,
            images_per_second=rate,
            seconds_left=left,
            row=row,
        )


def _copies(arrays: list[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
    # On the CPU, TensorFlow may hand out views of the variables, which the next step would change.
    return tuple(np.array(array) for array in arrays)


def _shapes(arrays: tuple[NDArray[Any], ...]) -> list[tuple[int, ...]]:
    return [array.shape for array in arrays]
