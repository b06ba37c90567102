"""A worker keeps the classifier it predicted with, and never one that has been replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from piximi_core.classification.runtime import import_quietly
from piximi_core.classification.settings import settings_from
from piximi_core.errors import PiximiError
from piximi_core.services.scoring.predict import load_classifier

import_quietly()


def write(folder: Path, seed: int) -> list[np.ndarray]:
    """Write a small network and return its weights."""
    from piximi_core.classification.networks.architectures import build, with_softmax
    from piximi_core.formats.tfjs.classifier import write_classifier
    from piximi_core.formats.tfjs.metadata import (
        ClassifierMetadata,
        InputShape,
        OptimizerSettings,
        PreprocessSettings,
    )

    settings = settings_from({"input_shape": [16, 16, 1], "seed": seed})
    model = with_softmax(build(settings, 2))
    shape = InputShape(height=16, width=16, channels=1)
    metadata = ClassifierMetadata(
        preprocess=PreprocessSettings(input_shape=shape),
        classes=("one", "two"),
        optimizer=OptimizerSettings(learning_rate=0.001, epochs=1),
    )
    write_classifier(model, metadata, folder, "cells")
    return [np.array(weights) for weights in model.get_weights()]


def test_it_is_read_once_and_again_when_replaced(tmp_path: Path) -> None:
    for seed in (1, 2):
        written = write(tmp_path, seed)
        found = load_classifier(tmp_path)
        assert load_classifier(tmp_path) is found
        for one, other in zip(found.model.get_weights(), written, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["cells.json", "cells.weights.bin"])
@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_what_is_damaged_later_is_noticed(tmp_path: Path, name: str, damage: str) -> None:
    write(tmp_path, 1)
    load_classifier(tmp_path)
    if damage == "gone":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:100])
    with pytest.raises(PiximiError):
        load_classifier(tmp_path)
