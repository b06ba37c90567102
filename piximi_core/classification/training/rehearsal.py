"""A training of a moment, so that what TensorFlow does only once is done before a person waits."""

from __future__ import annotations

import numpy as np

from piximi_core.classification.networks.architectures import build
from piximi_core.classification.settings import MINIMUM_SIDE, ModelSettings
from piximi_core.classification.training.loop import train
from piximi_core.classification.training.progress import TrainingData

__all__ = ["rehearse"]

_IMAGES = 4


def rehearse() -> None:
    """Train for one epoch on a few pictures of noise, and keep nothing of it.

    Imports, the first operations and the first graph take seconds in a fresh process, whatever is
    learned; each training begins with its own seed, so none of them depends on this one.
    """
    settings = ModelSettings(input_shape=(MINIMUM_SIDE, MINIMUM_SIDE, 1), epochs=1, batch_size=2)
    x = np.random.default_rng(0).random((_IMAGES, MINIMUM_SIDE, MINIMUM_SIDE, 1), np.float32)
    y = np.arange(_IMAGES) % 2
    train(build(settings, 2), TrainingData(x, y, x, y, n_classes=2), settings)
