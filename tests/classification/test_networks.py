"""What holds for every network of ours: its seed decides, it learns, and it is read as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from piximi_core.classification.choices import NETWORKS
from piximi_core.classification.networks.architectures import build, with_softmax
from piximi_core.classification.settings import ModelSettings, settings_from
from piximi_core.classification.training.loop import train
from piximi_core.classification.training.progress import TrainingData
from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.formats.tfjs.classifier import same_predictions, write_classifier
from piximi_core.formats.tfjs.metadata import (
    ClassifierMetadata,
    InputShape,
    OptimizerSettings,
    PreprocessSettings,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("name", [n for n in NETWORKS.names if n not in NETWORKS.added]),
]


def settings_of(name: str, **changes: object) -> ModelSettings:
    return settings_from({"architecture": name, "input_shape": [16, 16, 1], "seed": 7, **changes})


def test_the_seed_decides_the_first_weights(name: str) -> None:
    first, again, other = (
        build(settings_of(name, seed=seed), 3).get_weights() for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_it_learns(name: str, data: TrainingData) -> None:
    settings = settings_of(name, epochs=8, learning_rate=0.005)
    losses = [row.loss for row in train(build(settings, 10), data, settings).history]
    assert losses[-1] < losses[0] / 2


def test_what_is_written_answers_as_it_did(name: str, tmp_path: Path) -> None:
    model = with_softmax(build(settings_of(name, input_shape=[20, 24, 2]), 3))
    metadata = ClassifierMetadata(
        preprocess=PreprocessSettings(input_shape=InputShape(height=20, width=24, channels=2)),
        classes=("a", "b", "c"),
        optimizer=OptimizerSettings(learning_rate=0.001, epochs=3),
    )
    files = write_classifier(model, metadata, tmp_path, "cells")
    assert check_for_piximi(list(files)) == []
    x = np.random.default_rng(0).random((5, 20, 24, 2), np.float32)
    assert same_predictions(model, files[0], x) == 0.0
