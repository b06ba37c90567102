"""Small data and networks that train in a fraction of a second."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from piximi_core.classification.runtime import import_quietly
from piximi_core.classification.settings import ModelSettings, settings_from
from piximi_core.classification.training.progress import TrainingData

import_quietly()


@pytest.fixture(scope="session")
def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """500 scanned digits, each pixel doubled to 16 x 16."""
    data = load_digits()
    images = (data.images[:500] / 16).astype(np.float32)
    return images.repeat(2, axis=1).repeat(2, axis=2)[..., np.newaxis], data.target[:500]


@pytest.fixture
def data(digits: tuple[NDArray[np.float32], NDArray[np.int64]]) -> TrainingData:
    """300 digits to learn from and 101 to check on; neither is a multiple of the batch size."""
    x, y = digits
    return TrainingData(x[:300], y[:300], x[300:401], y[300:401], 10)


@pytest.fixture
def make_settings() -> Callable[..., ModelSettings]:
    """Settings of a 16 x 16 network on one channel, changed by keywords."""

    def make(**changes: object) -> ModelSettings:
        return settings_from({"input_shape": [16, 16, 1], "epochs": 4, "seed": 7, **changes})

    return make
