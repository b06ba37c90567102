"""A training that ended early, by a person, a crash or its last epoch, goes on as if it had not."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from piximi_core.classification.networks.architectures import build
from piximi_core.classification.settings import ModelSettings
from piximi_core.classification.training.checkpoints import CheckpointStore
from piximi_core.classification.training.loop import train
from piximi_core.classification.training.progress import EpochRow, Progress, TrainingData
from piximi_core.errors import BadInput
from tests.classification.comparing import equal, learned

Make = Callable[..., ModelSettings]


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
from piximi_core.classification.settings import settings_from
from piximi_core.classification.networks.architectures import build
from piximi_core.classification.training.checkpoints import CheckpointStore
from piximi_core.classification.training.progress import TrainingData
from piximi_core.classification.training.loop import train
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


@pytest.mark.parametrize("ends", ["killed", "stopped"])
def test_a_batch_halved_in_the_first_epoch_stays_halved(
    data: TrainingData, make_settings: Make, tmp_path: Path, ends: str
) -> None:
    settings = make_settings(epochs=2, batch_size=32)
    store = CheckpointStore(tmp_path)
    sizes: list[int] = []

    def short_memory(epoch: int, batch_size: int) -> None:
        sizes.append(batch_size)
        if batch_size > 16:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        if ends == "killed":
            raise Death

    cut = build(settings, 10)
    with pytest.raises(Death) if ends == "killed" else nullcontext():
        train(
            cut,
            data,
            settings,
            store=store,
            before_call=short_memory,
            should_stop=lambda: ends == "stopped",
        )
    assert sizes == [32, 16]
    assert store.load("best") is None, "no epoch was finished"
    tried: list[int] = []
    resumed, halved = build(settings, 10), build(settings, 10)
    result = train(
        resumed,
        data,
        settings,
        store=store,
        resume=True,
        before_call=lambda epoch, size: tried.append(size),
    )
    assert set(tried) == {16}
    assert [row.batch_size for row in result.history] == [16, 16]
    # Nothing of the broken epoch is left: the weights are those of sixteen at a time.
    train(halved, data, make_settings(epochs=2, batch_size=16))
    assert equal(resumed.get_weights(), halved.get_weights())
