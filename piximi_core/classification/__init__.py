"""Training, checking and using image classifiers.

This module and those it re-exports from stay free of TensorFlow, because the dashboard imports
them. What needs TensorFlow is imported from its own module, inside a worker: `architectures`,
`preprocess`, `training`, `prediction`.
"""

from __future__ import annotations

from piximi_core.classification.evaluation import Evaluation, evaluate
from piximi_core.classification.progress import EpochRow, Progress, TrainingResult
from piximi_core.classification.settings import (
    ModelSettings,
    propose_input_shape,
    settings_from,
    with_overrides,
)
from piximi_core.classification.split import deal, deal_new

__all__ = [
    "EpochRow",
    "Evaluation",
    "ModelSettings",
    "Progress",
    "TrainingResult",
    "deal",
    "deal_new",
    "evaluate",
    "propose_input_shape",
    "settings_from",
    "with_overrides",
]
