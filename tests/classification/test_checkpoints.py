"""Checkpoints: the same arrays back, nothing half-written, nothing executed."""

from __future__ import annotations

import pickle
import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from piximi_core.classification.training.checkpoints import Checkpoint, CheckpointStore
from piximi_core.classification.training.progress import EpochRow
from piximi_core.errors import BadInput, NoSpace

ROW = EpochRow(1, 0.1 + 0.2, 0.5, None, None, 0.25, 32)


def checkpoint(value: float, side: int = 3) -> Checkpoint:
    weights = tuple(np.full((side, n), value, np.float32) for n in range(1, 13))
    return Checkpoint(
        weights=weights,
        optimizer=(np.array(5, np.int64), *weights),
        best_weights=weights[:2],
        epoch=3,
        best_epoch=2,
        batch_size=16,
        history=(ROW, EpochRow(2, 0.1, 0.9, 0.3, 0.7, 1.5, 16)),
        facts={"seed": 1, "optimizer": "Adam", "learning_rate": 0.001},
    )


def test_everything_comes_back(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "new" / "folder")
    assert store.load("latest") is None
    written = checkpoint(0.1)
    store.save("latest", written)
    read = store.load("latest")
    assert read is not None
    for group in ("weights", "optimizer", "best_weights"):
        for a, b in zip(getattr(written, group), getattr(read, group), strict=True):
            assert a.dtype == b.dtype
            assert np.array_equal(a, b)
    assert (read.epoch, read.best_epoch, read.batch_size) == (3, 2, 16)
    assert read.history == written.history
    assert read.facts == written.facts
    assert store.load("best") is None


def test_the_last_one_counts_and_nothing_else_is_left(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path)
    for value in (1.0, 2.0):
        store.save("latest", checkpoint(value))
    read = store.load("latest")
    assert read is not None
    assert read.weights[0][0, 0] == 2.0
    assert [path.name for path in tmp_path.iterdir()] == ["latest.npz"]


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow past 64 KiB."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path: Path, small_disk: None) -> None:
    store = CheckpointStore(tmp_path)
    store.save("latest", checkpoint(1.0))
    with pytest.raises(NoSpace, match="disk is full"):
        store.save("latest", checkpoint(2.0, side=2_000))
    read = store.load("latest")
    assert read is not None
    assert read.weights[0][0, 0] == 1.0
    assert [path.name for path in tmp_path.iterdir()] == ["latest.npz"]


class Trap:
    """Raises when unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("a pickle was loaded",))


def test_pickles_are_not_loaded(tmp_path: Path) -> None:
    trap = np.array([Trap()], dtype=object)
    np.savez(tmp_path / "latest.npz", state=trap)
    (tmp_path / "best.npz").write_bytes(pickle.dumps(Trap()))
    for name in ("latest", "best"):
        with pytest.raises(BadInput, match="damaged"):
            CheckpointStore(tmp_path).load(name)


@pytest.mark.parametrize("keep", [0, 10, 500, -200])
def test_a_damaged_file_gets_one_sentence(tmp_path: Path, keep: int) -> None:
    store = CheckpointStore(tmp_path)
    store.save("latest", checkpoint(1.0))
    path = tmp_path / "latest.npz"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match="'latest' is damaged"):
        store.load("latest")
