"""Training: it learns, repeats itself, survives short memory and a loss that explodes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tf_keras

from piximi_core.classification.networks.architectures import build
from piximi_core.classification.settings import ModelSettings
from piximi_core.classification.training.checkpoints import CheckpointStore
from piximi_core.classification.training.loop import train
from piximi_core.classification.training.optimizers import adam
from piximi_core.classification.training.progress import Progress, TrainingData
from piximi_core.classification.training.steps import Feed, Steps, Totals
from piximi_core.errors import BadInput, PiximiError
from tests.classification.comparing import equal, learned

Make = Callable[..., ModelSettings]


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


@pytest.mark.slow
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
        made = adam(0.001)
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


def test_what_a_gpu_cannot_repeat_is_said(data: TrainingData, make_settings: Make) -> None:
    text = "A deterministic GPU implementation of DepthwiseConvBackpropFilter is not available."

    def refuse(_epoch: int, _batch_size: int) -> None:
        raise tf.errors.UnimplementedError(None, None, text)

    settings = make_settings(epochs=1)
    with pytest.raises(BadInput, match="switch Repeatable off"):
        train(build(settings, 10), data, settings, before_call=refuse)


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
