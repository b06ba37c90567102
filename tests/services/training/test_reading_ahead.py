"""Images read ahead of a training: it finds them in the cache, and gives the same weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs import engine
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import Store, create_store
from piximi_core.project.files import hash_file
from piximi_core.services.scoring import recent_pictures
from piximi_core.services.training import reading_ahead, train
from piximi_core.services.training.planning import plan_training
from piximi_core.vocabulary import IMAGE_KIND
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow

SMALL = ModelSettings(input_shape=(20, 20, 1), epochs=2, batch_size=8, seed=1, name="small")


class Answered:
    """A worker that answers in this process."""

    asked = 0

    def __call__(self, resource: str, function: Callable[..., Any], *arguments: Any) -> Answered:
        assert resource == "train"
        self.asked += 1
        function(*arguments, seconds=60.0)
        return self

    def wait(self, seconds: float) -> bool:
        return True


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Answered:
    answered = Answered()
    monkeypatch.setattr(engine, "call", answered)
    monkeypatch.setenv("PIXIMI_WARM", "1")
    return answered


def get_ready(store: Store, settings: ModelSettings) -> None:
    plan = plan_training(store, settings)
    reading_ahead.get_ready(store, settings, plan, IMAGE_KIND)
    end = time.monotonic() + 30
    while not reading_ahead.is_ready(store, settings, plan, IMAGE_KIND):
        assert time.monotonic() < end
        time.sleep(0.01)


def refuse(*_arguments: Any, **_more: Any) -> None:
    raise AssertionError("An image was read although it had been read ahead.")


def test_a_training_finds_what_was_read_ahead_and_learns_the_same(
    labelled: Store, tmp_path: Path, worker: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = create_store(tmp_path / "plainly", "Without")
    add(plainly, tmp_path / "images", labels="folders")
    get_ready(labelled, SMALL)
    weights = []
    run_here(plainly, train.ask(plainly, SMALL))
    monkeypatch.setattr(recent_pictures, "read_picture", refuse)
    run_here(labelled, train.ask(labelled, SMALL))
    for store in (plainly, labelled):
        (path,) = store.files.runs.glob("*/*.weights.bin")
        weights.append(hash_file(path))
    assert weights[0] == weights[1]


def test_the_same_is_read_once_and_other_settings_or_labels_anew(
    labelled: Store, tmp_path: Path, worker: Answered
) -> None:
    get_ready(labelled, SMALL)
    get_ready(labelled, SMALL.model_copy(update={"epochs": 9, "learning_rate": 0.1}))
    assert worker.asked == 1
    larger = SMALL.model_copy(update={"input_shape": (28, 28, 1)})
    plan = plan_training(labelled, larger)
    assert not reading_ahead.is_ready(labelled, larger, plan, IMAGE_KIND)
    get_ready(labelled, larger)
    assert worker.asked == 2
    add(labelled, write_classes(tmp_path / "more", count=2, seed=9), labels="folders")
    get_ready(labelled, larger)
    assert worker.asked == 3


def test_no_training_waits_long_for_what_is_read_ahead(labelled: Store, tmp_path: Path) -> None:
    items = train.planned_items(labelled, plan_training(labelled, SMALL), SMALL, IMAGE_KIND)
    assert reading_ahead.read(items, labelled.files, (20, 20, 1), None, seconds=-1.0) == 0
    assert reading_ahead.read(items, labelled.files, (20, 20, 1), None) == len(items) == 24
    add(labelled, write_classes(tmp_path / "more", count=2, seed=9), labels="folders")
    items = train.planned_items(labelled, plan_training(labelled, SMALL), SMALL, IMAGE_KIND)
    for item in items:
        item.path(labelled.files).write_bytes(b"damaged since")
    read = reading_ahead.read(items, labelled.files, (20, 20, 1), None)
    assert read == len(items) == 28, "what cannot be read is left to the training, which names it"


def test_too_much_or_nothing_is_not_read_ahead(
    labelled: Store, tmp_path: Path, worker: Answered
) -> None:
    get_ready(labelled, SMALL.model_copy(update={"input_shape": (1024, 1024, 64)}))
    get_ready(labelled, SMALL.model_copy(update={"input_shape": (20, 20, 3)}))  # obstructed
    assert worker.asked == 0
