"""Training: it learns, repeats itself, survives kill -9, short memory and Stop."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tf_keras

from piximi_core.classification import EpochRow, ModelSettings, Progress
from piximi_core.classification.architectures import build
from piximi_core.classification.checkpoints import CheckpointStore
from piximi_core.classification.optimizers import optimizer
from piximi_core.classification.progress import TrainingData
from piximi_core.classification.steps import Feed, Steps, Totals
from piximi_core.classification.training import train
from piximi_core.errors import BadInput, PiximiError

Make = Callable[..., ModelSettings]


def equal(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


def learned(rows: tuple[EpochRow, ...]) -> list[tuple[float | None, ...]]:
    """What must repeat: everything but the times."""
    return [(r.epoch, r.loss, r.accuracy, r.val_loss, r.val_accuracy, r.batch_size) for r in rows]


def test_it_learns_digits_and_says_so(data: TrainingData, make_settings: Make) -> None:
    settings = make_settings(epochs=12, learning_rate=0.005)
    model = build(settings, 10)
    seen: list[Progress] = []
    result = train(model, data, settings, on_progress=seen.append)
    rows = [progress.row for progress in seen if progress.row]
    assert tuple(rows) == result.history
    assert [row.epoch for row in rows] == list(range(1, 13))
    assert result.best is not None
    assert result.best.val_accuracy is not None
    assert result.best.val_accuracy > 0.8
    assert rows[-1].loss < rows[0].loss / 3
    assert not result.stopped
    assert result.images_per_second > 0
    assert any(progress.batch_loss is not None for progress in seen)
    assert all(0 <= progress.fraction <= 1 for progress in seen)
    assert seen[-1].seconds_left == 0


def test_the_figures_are_keras_own(data: TrainingData, make_settings: Make) -> None:
    """The model holds the best weights, and its row is what Keras finds with them."""
    settings = make_settings(epochs=6, learning_rate=0.02)
    model = build(settings, 10)
    result = train(model, data, settings)
    losses = [row.val_loss for row in result.history]
    assert result.best_epoch == 1 + int(np.argmin(np.array(losses, float)))
    model.compile(
        loss=tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    loss, accuracy = model.evaluate(data.x_val, data.y_val, verbose=0)
    assert result.best is not None
    assert result.best.val_loss == pytest.approx(loss, rel=1e-5)
    assert result.best.val_accuracy == pytest.approx(accuracy)


def test_a_step_is_keras_own(data: TrainingData, make_settings: Make) -> None:
    """One epoch of one full batch moves the weights as bare Keras does."""
    settings = make_settings(
        epochs=1,
        batch_size=300,
        optimizer="Stochastic gradient descent (SGD)",
        learning_rate=0.1,
    )
    ours, theirs = build(settings, 10), build(settings, 10)
    train(ours, data, settings)
    theirs.compile(
        tf_keras.optimizers.SGD(0.1), tf_keras.losses.SparseCategoricalCrossentropy(True)
    )
    theirs.fit(data.x_train, data.y_train, batch_size=300, epochs=1, verbose=0)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)


def test_without_validation_the_training_loss_decides(
    data: TrainingData, make_settings: Make
) -> None:
    nothing = TrainingData(data.x_train, data.y_train, data.x_val[:0], data.y_val[:0], 10)
    settings = make_settings()
    result = train(build(settings, 10), nothing, settings)
    assert result.history[0].val_loss is None
    assert result.history[0].val_accuracy is None
    assert result.best_epoch == 1 + int(np.argmin([row.loss for row in result.history]))


@pytest.mark.parametrize("name", ["Adam", "RMSProp"])
def test_equal_bytes_again(data: TrainingData, make_settings: Make, name: str) -> None:
    settings = make_settings(optimizer=name)
    models = [build(settings, 10) for _ in range(2)]
    first, second = (train(model, data, settings) for model in models)
    assert equal(models[0].get_weights(), models[1].get_weights())
    assert learned(first.history) == learned(second.history)


def test_memory_maps_give_the_same(data: TrainingData, make_settings: Make, tmp_path: Path) -> None:
    mapped = np.memmap(tmp_path / "x", np.float32, "w+", shape=data.x_train.shape)
    mapped[:] = data.x_train
    settings = make_settings(epochs=2)
    models = [build(settings, 10) for _ in range(2)]
    train(models[0], data, settings)
    same = TrainingData(mapped, data.y_train, data.x_val, data.y_val, 10)
    train(models[1], same, settings)
    assert equal(models[0].get_weights(), models[1].get_weights())


def test_the_size_of_a_call_and_the_place_of_the_data_change_nothing(
    data: TrainingData, make_settings: Make
) -> None:
    order = np.random.default_rng(0).permutation(300).astype(np.int32)
    weights, totals = [], []
    for resident_bytes, batches in ((2**30, 16), (2**30, 1), (0, 3)):
        model = build(make_settings(), 10)
        made = optimizer("Adam", 0.001)
        made._create_all_weights(model.trainable_variables)
        steps = Steps(model, made, "Huber")
        feed = Feed(data.x_train, data.y_train, resident_bytes)
        sums = Totals()
        for start in range(0, 300, 32 * batches):
            sums = steps.learn(feed.chunk(order[start : start + 32 * batches]), 32, sums)
        weights.append(model.get_weights())
        totals.append(sums)
    assert equal(weights[0], weights[1])
    assert equal(weights[0], weights[2])
    assert totals[0] == totals[1] == totals[2]


class Death(BaseException):
    """Ends a training without any chance to tidy up."""


@pytest.mark.parametrize("dies_in", [1, 4])
def test_interrupted_and_resumed_gives_equal_bytes(
    data: TrainingData, make_settings: Make, tmp_path: Path, dies_in: int
) -> None:
    settings = make_settings(epochs=6, learning_rate=0.01)
    whole = build(settings, 10)
    expected = train(whole, data, settings, store=CheckpointStore(tmp_path / "whole"))

    def die(progress: Progress) -> None:
        if progress.epoch == dies_in and progress.row is None:
            raise Death

    store = CheckpointStore(tmp_path / "cut")
    with pytest.raises(Death):
        train(
            build(settings, 10),
            data,
            settings,
            store=store,
            before_call=lambda epoch, size: die(Progress(epoch, 6, 0.0)),
        )
    resumed = build(make_settings(seed=99), 10)  # its own first weights must not matter
    if store.load("latest") is None:
        resumed = build(settings, 10)
    result = train(resumed, data, settings, store=store, resume=True)
    assert equal(resumed.get_weights(), whole.get_weights())
    assert learned(result.history) == learned(expected.history)
    for name in ("latest", "best"):
        one, other = CheckpointStore(tmp_path / "whole").load(name), store.load(name)
        assert one is not None
        assert other is not None
        assert equal(list(one.weights), list(other.weights))
        assert equal(list(one.optimizer), list(other.optimizer))


KILLED = """
import os, signal, sys
from pathlib import Path
from piximi_core.classification.runtime import import_quietly
import_quietly()
import numpy as np
from piximi_core.classification import settings_from
from piximi_core.classification.architectures import build
from piximi_core.classification.checkpoints import CheckpointStore
from piximi_core.classification.progress import TrainingData
from piximi_core.classification.training import train
x, y = np.load(sys.argv[1]), np.load(sys.argv[2])
settings = settings_from({"input_shape": [16, 16, 1], "epochs": 4, "seed": 7})
def die(progress):
    if progress.row and progress.epoch == 3:
        os.kill(os.getpid(), signal.SIGKILL)
train(build(settings, 10), TrainingData(x[:300], y[:300], x[300:401], y[300:401], 10), settings,
      store=CheckpointStore(Path(sys.argv[3])), on_progress=die)
"""


def test_killed_in_another_process_and_resumed_here(
    digits: tuple[np.ndarray, np.ndarray], data: TrainingData, make_settings: Make, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", digits[0])
    np.save(tmp_path / "y.npy", digits[1])
    arguments = [str(tmp_path / name) for name in ("x.npy", "y.npy", "run")]
    run = subprocess.run([sys.executable, "-c", KILLED, *arguments], capture_output=True)
    assert run.returncode == -signal.SIGKILL
    assert run.stderr == b"", "the command line must stay free of TensorFlow's greetings"
    settings = make_settings()
    whole, resumed = build(settings, 10), build(settings, 10)
    train(whole, data, settings)
    store = CheckpointStore(tmp_path / "run")
    latest = store.load("latest")
    assert latest is not None
    assert 1 <= latest.epoch <= 3
    train(resumed, data, settings, store=store, resume=True)
    assert equal(whole.get_weights(), resumed.get_weights())


def test_more_epochs_go_on_from_the_end(
    data: TrainingData, make_settings: Make, tmp_path: Path
) -> None:
    store = CheckpointStore(tmp_path)
    short, long = make_settings(epochs=2), make_settings(epochs=4)
    train(build(short, 10), data, short, store=store)
    continued, whole = build(long, 10), build(long, 10)
    result = train(continued, data, long, store=store, resume=True)
    assert [row.epoch for row in result.history] == [1, 2, 3, 4]
    train(whole, data, long)
    assert equal(continued.get_weights(), whole.get_weights())


def test_resume_mends_best_when_killed_between_the_two_files(
    data: TrainingData, make_settings: Make, tmp_path: Path
) -> None:
    settings = make_settings(epochs=1)
    store = CheckpointStore(tmp_path)
    train(build(settings, 10), data, settings, store=store)
    (tmp_path / "best.npz").unlink()
    model = build(settings, 10)
    result = train(model, data, settings, store=store, resume=True)
    best = store.load("best")
    assert best is not None
    assert result.best_epoch == best.best_epoch == 1
    assert equal(model.get_weights(), list(best.weights))


def test_another_trainings_checkpoint_is_refused(
    data: TrainingData, make_settings: Make, tmp_path: Path
) -> None:
    store = CheckpointStore(tmp_path)
    settings = make_settings(epochs=1)
    train(build(settings, 10), data, settings, store=store)
    for other in (make_settings(seed=8), make_settings(optimizer="Adagrad")):
        with pytest.raises(BadInput, match="start a new run"):
            train(build(other, 10), data, other, store=store, resume=True)


def test_stop_keeps_the_best_weights_and_can_be_resumed(
    data: TrainingData, make_settings: Make, tmp_path: Path
) -> None:
    settings = make_settings(epochs=5)
    store = CheckpointStore(tmp_path)
    rows: list[EpochRow] = []

    def watch(progress: Progress) -> None:
        rows.extend([progress.row] if progress.row else [])

    stopped = build(settings, 10)
    result = train(
        stopped, data, settings, store=store, on_progress=watch, should_stop=lambda: len(rows) == 3
    )
    assert result.stopped
    assert len(result.history) == 3
    best = store.load("best")
    assert best is not None
    assert result.best_epoch == best.best_epoch > 0
    assert equal(stopped.get_weights(), list(best.weights))
    resumed, whole = build(settings, 10), build(settings, 10)
    assert len(train(resumed, data, settings, store=store, resume=True).history) == 5
    train(whole, data, settings)
    assert equal(resumed.get_weights(), whole.get_weights())


def test_stop_before_the_first_epoch_ends(data: TrainingData, make_settings: Make) -> None:
    settings = make_settings()
    result = train(build(settings, 10), data, settings, should_stop=lambda: True)
    assert result.stopped
    assert result.best_epoch == 0
    assert result.best is None
    assert result.history == ()


def short_memory(limit: int, from_epoch: int, after_calls: int) -> Callable[[int, int], None]:
    """Fail as TensorFlow does when a batch larger than `limit` is tried."""
    calls = 0

    def before_call(epoch: int, batch_size: int) -> None:
        nonlocal calls
        calls += 1
        if batch_size > limit and epoch >= from_epoch and calls > after_calls:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    return before_call


def test_a_batch_too_large_is_halved_recorded_and_kept(
    data: TrainingData, make_settings: Make, tmp_path: Path
) -> None:
    settings = make_settings(epochs=3, batch_size=32)
    store = CheckpointStore(tmp_path)
    seen: list[Progress] = []
    model = build(settings, 10)
    result = train(
        model,
        data,
        settings,
        store=store,
        on_progress=seen.append,
        before_call=short_memory(8, from_epoch=2, after_calls=0),
    )
    assert [row.batch_size for row in result.history] == [32, 8, 8]
    assert result.batch_size == 8
    assert result.notes == (
        "A batch of 32 images did not fit into memory and was halved to 16.",
        "A batch of 16 images did not fit into memory and was halved to 8.",
    )
    assert tuple(p.note for p in seen if p.note) == result.notes
    longer = make_settings(epochs=4, batch_size=32)
    resumed = train(build(longer, 10), data, longer, store=store, resume=True)
    assert resumed.history[-1].batch_size == 8


def test_an_epoch_that_ran_out_of_memory_starts_again(
    data: TrainingData, make_settings: Make
) -> None:
    """What it had learned before is undone, so when memory ran out does not matter."""
    settings = make_settings(epochs=2)
    models = [build(settings, 10) for _ in range(2)]
    for model, calls in zip(models, (0, 2), strict=True):
        train(model, data, settings, before_call=short_memory(16, 1, after_calls=calls))
    assert equal(models[0].get_weights(), models[1].get_weights())


def test_when_not_even_one_image_fits(data: TrainingData, make_settings: Make) -> None:
    settings = make_settings()
    with pytest.raises(PiximiError, match="one image at a time"):
        train(build(settings, 10), data, settings, before_call=short_memory(0, 1, 0))


def test_divergence_keeps_the_best_weights(data: TrainingData, make_settings: Make) -> None:
    settings = make_settings()
    model = build(settings, 10)

    def spoil(epoch: int, batch_size: int) -> None:
        if epoch == 3:
            model.layers[0].kernel.assign(model.layers[0].kernel * np.nan)

    result = train(model, data, settings, before_call=spoil)
    assert result.diverged
    assert result.best_epoch in (1, 2)
    assert len(result.history) == 2
    assert "learning rate is too high" in result.notes[-1]
    assert all(np.isfinite(array).all() for array in model.get_weights())


def test_divergence_at_once_is_one_sentence(data: TrainingData, make_settings: Make) -> None:
    settings = make_settings(
        learning_rate=1000.0, optimizer="Momentum", loss="Sigmoid cross entropy"
    )
    huge = TrainingData(data.x_train * 1e30, data.y_train, data.x_val, data.y_val, 10)
    with pytest.raises(BadInput, match=r"in epoch 1, because the learning rate is too high"):
        train(build(settings, 10), huge, settings)


def test_images_that_are_not_numbers(data: TrainingData, make_settings: Make) -> None:
    spoiled = data.x_train.copy()
    spoiled[17, 3, 3, 0] = np.nan
    settings = make_settings()
    bad = TrainingData(spoiled, data.y_train, data.x_val, data.y_val, 10)
    with pytest.raises(BadInput, match="not numbers"):
        train(build(settings, 10), bad, settings)


def test_data_that_do_not_fit(data: TrainingData, make_settings: Make) -> None:
    settings = make_settings()
    x, y = data.x_train, data.y_train
    for bad in (
        TrainingData(x[:0], y[:0], x, y, 10),
        TrainingData(x, y, x, y, 4),
        TrainingData(x, y[:-1], x, y, 10),
        TrainingData(x[:, :-1], y, x, y, 10),
        TrainingData(x, y + 5, x, y, 10),
    ):
        with pytest.raises(BadInput):
            train(build(settings, 10), bad, settings)


@pytest.mark.parametrize("count", [1, 2])
def test_hardly_any_images(data: TrainingData, make_settings: Make, count: int) -> None:
    settings = make_settings(epochs=2)
    few = TrainingData(
        data.x_train[:count], data.y_train[:count], data.x_val[:0], data.y_val[:0], 10
    )
    assert len(train(build(settings, 10), few, settings).history) == 2
